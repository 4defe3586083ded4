"""Names of shoppers: what edge and origin call a person, which says nothing to anybody else."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated

import msgspec

ShopperId = Annotated[str, msgspec.Meta(pattern=r"^(?:v[0-9a-f]{24}|a[A-Za-z0-9_-]{43})\Z")]
"""`v` and a context id for a visitor, `a` and a digest for who has an account."""

VisitorId = Annotated[str, msgspec.Meta(pattern=r"^v[0-9a-f]{24}\Z")]
AccountId = Annotated[str, msgspec.Meta(pattern=r"^a[A-Za-z0-9_-]{43}\Z")]


def visitor_id(context: bytes) -> str:
    """Return the name of an anonymous person: the context id of their browser, in hexadecimal."""
    return f"v{context.hex()}"


def is_account(shopper: str) -> bool:
    """Whether `shopper` is the name of who has an account."""
    return shopper.startswith("a")


def account_id(issuer: str, subject: str) -> str:
    """Return the name of a person whom the shop's OpenID provider knows: SHA-256 of `iss` and `sub`.

    Both are unique together (OpenID Connect Core 1.0, section 2); the line feed keeps them apart.
    """
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()
    return "a" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
