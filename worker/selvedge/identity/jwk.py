"""Public keys of a provider (RFC 7517), of which only those are taken that may sign and are strong enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from selvedge.identity.compact import InvalidToken, decode_base64url, parse_object

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_KEYS_BYTES = 65_536
MAX_KEYS = 32
MAX_KEYS_OPENINGS = 512
"""A set with certificates opens two brackets for each key."""

MIN_RSA_BITS, MAX_RSA_BITS = 2_048, 8_192
"""Fewer can be broken (NIST SP 800-131A), more only cost the one who verifies."""

MIN_EXPONENT, MAX_EXPONENT = 65_537, 2**32
_COORDINATE_BYTES = 32
_MAX_KID = 256

KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "P-256", "EdDSA": "Ed25519"}
"""The one kind of key, a type or its curve, that each algorithm goes with."""


class PublicKey(msgspec.Struct, frozen=True):
    """A key that may verify: its name, its kind, the algorithm it is bound to if it is, and its numbers."""

    kid: str
    kind: str
    algorithm: str | None
    members: tuple[tuple[str, str], ...]

    def fits(self, algorithm: str) -> bool:
        """Whether a signature by `algorithm` may be verified with this key."""
        return KINDS.get(algorithm) == self.kind and self.algorithm in {None, algorithm}


class JwsVerifier(Protocol):
    """Signatures of tokens: WebCrypto at the edge, a well-kept library on CPython."""

    async def verify(self, key: PublicKey, algorithm: str, signature: bytes, data: bytes) -> bool:
        """Whether `signature` over `data` was made by `algorithm` with the private half of `key`."""
        ...


def parse_keys(document: bytes) -> dict[str, tuple[PublicKey, ...]]:
    """Return the usable keys of a JWK set by key id. Raises `InvalidToken` for what is no set."""
    found = parse_object(document, MAX_KEYS_OPENINGS).get("keys")
    if not isinstance(found, list) or len(found) > MAX_KEYS:
        raise InvalidToken("malformed")
    keys: dict[str, tuple[PublicKey, ...]] = {}
    for one in found:
        key = parse_key(one)
        if key is not None:
            keys[key.kid] = (*keys.get(key.kid, ()), key)
    return keys


def parse_key(jwk: object) -> PublicKey | None:
    """Return a key, or None: for another use, of another kind, weak, or not a public key at all."""
    if not isinstance(jwk, dict):
        return None
    kid, kind = jwk.get("kid"), jwk.get("crv", jwk.get("kty"))
    read = _READERS.get((jwk.get("kty"), jwk.get("crv"))) if _hashable(jwk) else None
    if read is None or not isinstance(kid, str) or not 0 < len(kid) <= _MAX_KID or not _may_verify(jwk):
        return None
    try:
        members = read(jwk)
    except InvalidToken:
        return None
    return PublicKey(kid, str(kind), jwk.get("alg"), members) if members else None


def _hashable(jwk: dict[str, Any]) -> bool:
    return all(isinstance(jwk.get(name), str | None) for name in ("kty", "crv", "alg", "use"))


def _may_verify(jwk: dict[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    verifies = isinstance(operations, list) and "verify" in operations
    return verifies and jwk.get("use", "sig") == "sig" and "d" not in jwk  # a private key shown is lost


def _rsa(jwk: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    modulus, exponent = _number(jwk, "n"), _number(jwk, "e")
    strong = MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS and modulus % 2
    usual = MIN_EXPONENT <= exponent < MAX_EXPONENT and exponent % 2
    return (("kty", "RSA"), ("n", jwk["n"]), ("e", jwk["e"])) if strong and usual else None


def _curve(jwk: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    names = ("x", "y") if jwk["kty"] == "EC" else ("x",)
    if any(len(_bytes(jwk, name)) != _COORDINATE_BYTES for name in names):
        return None
    return (("kty", jwk["kty"]), ("crv", jwk["crv"]), *((name, jwk[name]) for name in names))


_READERS: dict[tuple[Any, Any], Callable[[dict[str, Any]], tuple[tuple[str, str], ...] | None]] = {
    ("RSA", None): _rsa,
    ("EC", "P-256"): _curve,
    ("OKP", "Ed25519"): _curve,
}


def _number(jwk: dict[str, Any], name: str) -> int:
    return int.from_bytes(_bytes(jwk, name), "big")


def _bytes(jwk: dict[str, Any], name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str):
        raise InvalidToken("malformed")
    return decode_base64url(text)
