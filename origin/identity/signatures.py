"""What WebCrypto does at the edge, on CPython: signatures of tokens by the `cryptography` library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from selvedge.identity.compact import decode_base64url

if TYPE_CHECKING:
    from selvedge.identity.jwk import PublicKey

_HALF = 32
"""Bytes of each number in an ES256 signature (RFC 7518, section 3.4)."""


class LibraryJws:
    """Verifies signatures of tokens."""

    async def verify(self, key: PublicKey, algorithm: str, signature: bytes, data: bytes) -> bool:
        """Whether `signature` over `data` was made by `algorithm` with the private half of `key`."""
        numbers = {name: decode_base64url(text) for name, text in key.members if name in {"n", "e", "x", "y"}}
        try:
            if key.kind == "RSA":
                _verify_rsa(numbers, algorithm, signature, data)
            elif key.kind == "P-256":
                _verify_ec(numbers, signature, data)
            else:
                Ed25519PublicKey.from_public_bytes(numbers["x"]).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


def _verify_rsa(numbers: dict[str, bytes], algorithm: str, signature: bytes, data: bytes) -> None:
    public = RSAPublicNumbers(_number(numbers["e"]), _number(numbers["n"])).public_key()
    padding = PSS(MGF1(SHA256()), SHA256.digest_size) if algorithm == "PS256" else PKCS1v15()
    public.verify(signature, data, padding, SHA256())


def _verify_ec(numbers: dict[str, bytes], signature: bytes, data: bytes) -> None:
    if len(signature) != 2 * _HALF:
        raise InvalidSignature
    point = EllipticCurvePublicNumbers(_number(numbers["x"]), _number(numbers["y"]), SECP256R1())
    encoded = encode_dss_signature(_number(signature[:_HALF]), _number(signature[_HALF:]))
    point.public_key().verify(encoded, data, ECDSA(SHA256()))


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
