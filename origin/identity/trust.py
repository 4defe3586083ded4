"""Whom the origin trusts: the public keys of services, as they stand in a setting."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class TrustedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key (Ed25519, base64 of 32 bytes), whose it is, and the most that its tokens may do."""

    issuer: Name
    key: str
    scopes: frozenset[str]
