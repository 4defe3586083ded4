"""JSON Merge Patch (RFC 7396)."""

from __future__ import annotations

from typing import Any

import msgspec

from origin.profiles.errors import BadBody
from origin.profiles.model import Kept

MAX_DEPTH = 8
"""Deeper than anything that can be patched."""


def patched(kept: Kept, body: bytes) -> Kept:
    """Return `kept` with the merge patch `body` applied. Raises `BadBody`."""
    try:
        patch = msgspec.json.decode(body)
        return msgspec.convert(merge(msgspec.to_builtins(kept), patch), Kept)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadBody(str(error)) from error


def merge(target: Any, patch: Any, depth: int = 0) -> Any:
    """Return what section 2 of the RFC says: members replace members, null removes, the rest replaces."""
    if not isinstance(patch, dict):
        return patch
    if depth > MAX_DEPTH:
        raise BadBody("the patch is nested too deeply")
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value, depth + 1)
    return merged
