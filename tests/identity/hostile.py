"""Tokens as a provider signs them, and as the hostile would: one list for edge, wasm and origin.

All keys are made here, once; `KEYS` is what the provider publishes, weak and foreign keys among them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from selvedge.errors import DocumentUnavailable
from selvedge.identity.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_790_000_000
ISSUER = "https://login.example"
AUDIENCE = "the-shop"
KEYS_URI = f"{ISSUER}/keys"
PROVIDER = Provider(ISSUER, AUDIENCE, KEYS_URI, ("RS256", "PS256", "ES256", "EdDSA"))
SUBJECT = "person-1"

RSA = rsa.generate_private_key(65_537, 2_048)
OTHER_RSA = rsa.generate_private_key(65_537, 2_048)
WEAK_RSA = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - that is the point
SMALL_EXPONENT_RSA = rsa.generate_private_key(3, 2_048)
EC = ec.generate_private_key(ec.SECP256R1())
WIDE_EC = ec.generate_private_key(ec.SECP384R1())
ED = ed25519.Ed25519PrivateKey.generate()


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def rsa_jwk(kid: str, private: rsa.RSAPrivateKey, **more: Any) -> dict[str, Any]:
    numbers = private.public_key().public_numbers()
    return {"kty": "RSA", "kid": kid, "n": _number(numbers.n), "e": _number(numbers.e), **more}


def ec_jwk(
    kid: str, private: ec.EllipticCurvePrivateKey, curve: str = "P-256", **more: Any
) -> dict[str, Any]:
    numbers, size = private.public_key().public_numbers(), (private.key_size + 7) // 8
    point = {"x": encoded(numbers.x.to_bytes(size, "big")), "y": encoded(numbers.y.to_bytes(size, "big"))}
    return {"kty": "EC", "crv": curve, "kid": kid, **point, **more}


def ed_jwk(kid: str, private: ed25519.Ed25519PrivateKey) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encoded(private.public_key().public_bytes_raw())}


KEYS: list[dict[str, Any]] = [
    rsa_jwk("rsa", RSA, use="sig", alg="RS256"),
    rsa_jwk("any-rsa", RSA),
    ec_jwk("ec", EC, use="sig"),
    ed_jwk("ed", ED),
    rsa_jwk("weak", WEAK_RSA),
    rsa_jwk("small", SMALL_EXPONENT_RSA),
    ec_jwk("wide", WIDE_EC, "P-384"),
    rsa_jwk("sealing", RSA, use="enc"),
    rsa_jwk("wrapping", RSA, key_ops=["wrapKey"]),
    rsa_jwk("twin", RSA),
    rsa_jwk("twin", OTHER_RSA),
    {**ed_jwk("shown", ED), "d": encoded(ED.private_bytes_raw())},
    {**ec_jwk("beside", EC), "y": encoded(bytes(31) + b"\1")},
    {"kty": "oct", "kid": "secret", "k": encoded(b"shared" * 8)},
    {"kty": "OKP", "crv": "Ed25519", "kid": "short", "x": encoded(bytes(31))},
    {"kty": "RSA", "kid": "nothing"},
    {"kty": ["RSA"], "kid": "odd"},
]
KEYS_DOCUMENT = json.dumps({"keys": KEYS}).encode()


def sign_rs256(data: bytes, private: rsa.RSAPrivateKey = RSA) -> bytes:
    return private.sign(data, padding.PKCS1v15(), hashes.SHA256())


def sign_ps256(data: bytes) -> bytes:
    return RSA.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def sign_es256(data: bytes) -> bytes:
    r, s = decode_dss_signature(EC.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign_hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


def public_pem() -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return RSA.public_key().public_bytes(serialization.Encoding.PEM, form)


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims; a change to None leaves one out."""
    good = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": NOW + 600, "iat": NOW, **changes}
    return {name: value for name, value in good.items() if value is not None}


def token(
    said: dict[str, Any] | str | None = None,
    header: dict[str, Any] | str | None = None,
    sign: Callable[[bytes], bytes] = sign_rs256,
) -> str:
    """A signed token; texts stand for themselves, so that JSON can be odd."""
    kind = {"alg": "RS256", "kid": "rsa", "typ": "JWT"}
    head = header if isinstance(header, str) else _json(kind | (header or {}))
    body = said if isinstance(said, str) else _json(claims() if said is None else said)
    signed = f"{encoded(head.encode())}.{encoded(body.encode())}"
    return f"{signed}.{encoded(sign(signed.encode()))}"


def _json(members: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in members.items() if value is not None})


@dataclass(frozen=True)
class Case:
    """A token, and the reason for which it is refused; None for one that is good."""

    name: str
    token: str
    reason: str | None


def _with(text: str, member: str) -> str:
    return f"{text[:-1]}, {member}}}"


GOOD_CLAIMS = _json(claims())
GOOD_HEADER = _json({"alg": "RS256", "kid": "rsa"})
GOOD = token()
_HEAD, _BODY, _SIGNATURE = GOOD.split(".")
_NO_ALG = {"alg": "none"}

CASES = [
    Case("RS256", GOOD, None),
    Case("PS256", token(header={"alg": "PS256", "kid": "any-rsa"}, sign=sign_ps256), None),
    Case("ES256", token(header={"alg": "ES256", "kid": "ec"}, sign=sign_es256), None),
    Case("EdDSA", token(header={"alg": "EdDSA", "kid": "ed"}, sign=ED.sign), None),
    Case("without a type", token(header={"typ": None}), None),
    Case("an access token", token(header={"typ": "application/at+jwt"}), None),
    Case("several audiences, ours asked", token(claims(aud=["x", AUDIENCE], azp=AUDIENCE)), None),
    Case("a little late", token(claims(exp=NOW - 29)), None),
    Case("a little early", token(claims(nbf=NOW + 30, iat=NOW + 30)), None),
    Case("a time with a fraction", token(claims(exp=NOW + 10.5)), None),
    # Algorithms
    Case("alg none", token(header=_NO_ALG, sign=lambda _: b""), "algorithm"),
    Case("alg None", token(header={"alg": "None"}, sign=lambda _: b""), "algorithm"),
    Case("alg missing", token(header={"alg": None}), "algorithm"),
    Case("alg a list", token(header={"alg": ["RS256"]}), "algorithm"),
    Case(
        "HS256 with the public key",
        token(header={"alg": "HS256"}, sign=sign_hs256(public_pem())),
        "algorithm",
    ),
    Case(
        "HS256 with a published secret",
        token(header={"alg": "HS256", "kid": "secret"}, sign=sign_hs256(b"shared" * 8)),
        "algorithm",
    ),
    Case("RS512 not on the list", token(header={"alg": "RS512"}), "algorithm"),
    Case("RS256 said of PS256", token(header={"kid": "any-rsa"}, sign=sign_ps256), "bad-signature"),
    Case("a key bound to RS256 for PS256", token(header={"alg": "PS256"}, sign=sign_ps256), "key"),
    Case("ES256 with an RSA key", token(header={"alg": "ES256"}, sign=sign_es256), "key"),
    Case("EdDSA with an EC key", token(header={"alg": "EdDSA", "kid": "ec"}, sign=ED.sign), "key"),
    # Keys
    Case("kid missing", token(header={"kid": None}), "unknown-kid"),
    Case("kid unknown", token(header={"kid": "nobody"}), "unknown-kid"),
    Case("kid a number", token(header={"kid": 7}), "unknown-kid"),
    Case("kid empty", token(header={"kid": ""}), "unknown-kid"),
    Case("kid a path", token(header={"kid": "../../dev/null"}), "unknown-kid"),
    Case("1024 bits", token(header={"kid": "weak"}, sign=lambda d: sign_rs256(d, WEAK_RSA)), "unknown-kid"),
    Case(
        "exponent 3",
        token(header={"kid": "small"}, sign=lambda d: sign_rs256(d, SMALL_EXPONENT_RSA)),
        "unknown-kid",
    ),
    Case("a key for encryption", token(header={"kid": "sealing"}), "unknown-kid"),
    Case("a key for wrapping", token(header={"kid": "wrapping"}), "unknown-kid"),
    Case("two keys of one name", token(header={"kid": "twin"}), "key"),
    Case("a private key shown", token(header={"alg": "EdDSA", "kid": "shown"}, sign=ED.sign), "unknown-kid"),
    Case("another curve", token(header={"alg": "ES256", "kid": "wide"}, sign=sign_es256), "unknown-kid"),
    Case(
        "beside the curve", token(header={"alg": "ES256", "kid": "beside"}, sign=sign_es256), "bad-signature"
    ),
    Case("a short key", token(header={"alg": "EdDSA", "kid": "short"}, sign=ED.sign), "unknown-kid"),
    Case(
        "a key in the header",
        token(header={"jwk": rsa_jwk("rsa", OTHER_RSA)}, sign=lambda d: sign_rs256(d, OTHER_RSA)),
        "bad-signature",
    ),
    # Signatures
    Case("another's signature", token(sign=lambda d: sign_rs256(d, OTHER_RSA)), "bad-signature"),
    Case("no signature", f"{_HEAD}.{_BODY}.", "bad-signature"),
    Case(
        "other claims, same signature",
        f"{_HEAD}.{encoded(_json(claims(sub='x')).encode())}.{_SIGNATURE}",
        "bad-signature",
    ),
    Case(
        "ES256 of zeros",
        token(header={"alg": "ES256", "kid": "ec"}, sign=lambda _: bytes(64)),
        "bad-signature",
    ),
    Case(
        "ES256 in DER",
        token(header={"alg": "ES256", "kid": "ec"}, sign=lambda d: EC.sign(d, ec.ECDSA(hashes.SHA256()))),
        "bad-signature",
    ),
    # Header
    Case("crit", token(header={"crit": ["exp"], "exp": 1}), "critical"),
    Case("crit of nothing", token(header={"crit": []}), "critical"),
    Case("unencoded payload", token(header={"b64": False, "crit": ["b64"]}), "critical"),
    Case("a log-out token", token(header={"typ": "logout+jwt"}), "type"),
    Case("a type that is none", token(header={"typ": 1}), "type"),
    Case("alg twice", token(header=_with(GOOD_HEADER, '"alg": "RS256"')), "duplicated-member"),
    Case("kid twice", token(header=_with(GOOD_HEADER, '"kid": "ec"')), "duplicated-member"),
    # Claims
    Case("sub twice", token(_with(GOOD_CLAIMS, '"sub": "another"')), "duplicated-member"),
    Case("twice further in", token(_with(GOOD_CLAIMS, '"x": [{"a": 1, "a": 2}]')), "duplicated-member"),
    Case("twice by escape", token(_with(GOOD_CLAIMS, '"\\u0073ub": "another"')), "duplicated-member"),
    Case("exp missing", token(claims(exp=None)), "claims"),
    Case("exp a text", token(claims(exp=str(NOW + 600))), "claims"),
    Case("exp true", token(claims(exp=True)), "claims"),
    Case("exp for ever", token(claims(exp=1e300)), "claims"),
    Case("exp beyond numbers", token(GOOD_CLAIMS.replace(str(NOW + 600), "1e999")), "claims"),
    Case("exp of many digits", token(GOOD_CLAIMS.replace(str(NOW + 600), "9" * 400)), "claims"),
    Case("exp infinite", token(GOOD_CLAIMS.replace(str(NOW + 600), "Infinity")), "malformed"),
    Case("exp past", token(claims(exp=NOW - 30)), "expired"),
    Case("nbf to come", token(claims(nbf=NOW + 31)), "not-yet"),
    Case("iat to come", token(claims(iat=NOW + 31)), "not-yet"),
    Case("aud another", token(claims(aud="another")), "audience"),
    Case("aud missing", token(claims(aud=None)), "claims"),
    Case("aud longer", token(claims(aud=f"{AUDIENCE}.example")), "audience"),
    Case("aud of numbers", token(claims(aud=[1])), "claims"),
    Case("aud empty", token(claims(aud=[])), "audience"),
    Case("several audiences, nobody asked", token(claims(aud=["x", AUDIENCE])), "party"),
    Case("another asked", token(claims(azp="another")), "party"),
    Case("iss another", token(claims(iss="https://evil.example")), "issuer"),
    Case("iss with a slash", token(claims(iss=f"{ISSUER}/")), "issuer"),
    Case("iss missing", token(claims(iss=None)), "claims"),
    Case("sub missing", token(claims(sub=None)), "claims"),
    Case("sub empty", token(claims(sub="")), "claims"),
    Case("sub a number", token(claims(sub=1)), "claims"),
    Case("sub too long", token(claims(sub="s" * 256)), "claims"),
    Case("a program", token(claims(sub="job", client_id="job")), "no-person"),
    # Form
    Case("oversized", token(claims(x="x" * 8192)), "oversized"),
    Case("nothing", "", "malformed"),
    Case("two parts", f"{_HEAD}.{_BODY}", "malformed"),
    Case("four parts", f"{GOOD}.AA", "malformed"),
    Case("padded", f"{_HEAD}=.{_BODY}.{_SIGNATURE}", "malformed"),
    Case("another alphabet", f"{_HEAD}.{_BODY}.+/{_SIGNATURE[2:]}", "malformed"),
    Case("with a line feed", f"{_HEAD}.{_BODY}.{_SIGNATURE}\n", "malformed"),
    Case(
        "loose last bits",
        f"{_HEAD}.{_BODY}.{_SIGNATURE[:-1]}{'B' if _SIGNATURE[-1] != 'B' else 'C'}",
        "malformed",
    ),
    Case("not in ASCII", f"{_HEAD}.{_BODY}.é", "malformed"),
    Case("claims a list", token("[]"), "malformed"),
    Case("claims no JSON", token("{"), "malformed"),
    Case("claims not in UTF-8", f"{_HEAD}.{encoded(bytes([0xFF, 0x7B]))}.{_SIGNATURE}", "malformed"),
    Case("claims in UTF-16", f"{_HEAD}.{encoded(GOOD_CLAIMS.encode('utf-16'))}.{_SIGNATURE}", "malformed"),
    Case("deeply nested", token('{"a":' + "[" * 2000 + "]" * 2000 + "}"), "malformed"),
]


class Keys:
    """The provider's documents, as a port; what is asked for is kept in `reads`."""

    def __init__(self, documents: dict[str, bytes] | None = None) -> None:
        self.documents = {KEYS_URI: KEYS_DOCUMENT} if documents is None else documents
        self.reads: list[str] = []

    async def read(self, url: str, limit: int) -> bytes:
        self.reads.append(url)
        found = self.documents.get(url)
        if found is None or len(found) > limit:
            raise DocumentUnavailable(url)
        return found
