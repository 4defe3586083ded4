"""What a build produces: a release and the bytes of every part that it names."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from selvedge.snapshot.manifest import Release


class BuiltSnapshot(msgspec.Struct, frozen=True):
    """`parts` maps the SHA-256 (32 bytes) of every part of `release` to its bytes."""

    release: Release
    parts: Mapping[bytes, bytes]
