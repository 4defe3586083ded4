"""The origin as docs/security.md says to run it: TLS ended by the server itself, or by a proxy before it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from origin.rehearsal import SystemClock
from tests.origin.identity.tokens import TRUSTED, service_token
from tests.running import running_origin

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {
    "SELVEDGE_KV_PROFILES": "none",
    "SELVEDGE_SERVICE_KEYS": msgspec.json.encode(TRUSTED, order="deterministic").decode(),
}


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for 127.0.0.1 that only this test believes."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key, chain = folder / "key.pem", folder / "chain.pem"
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key, chain


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {service_token('publications:read', clock=SystemClock())}"}


def test_the_server_ends_tls_itself(tmp_path: Path) -> None:
    key, chain = certificate(tmp_path)
    options = ["--ssl-keyfile", str(key), "--ssl-certfile", str(chain)]
    trust = ssl.create_default_context(cafile=str(chain))
    with running_origin(tmp_path, KEYS, options, scheme="https", verify=trust) as url:
        assert httpx.get(f"{url}/v1/publications", headers=bearer(), verify=trust).json() == []
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/v1/publications", headers=bearer())


def test_behind_a_proxy_what_it_received_counts(tmp_path: Path) -> None:
    options = ["--proxy-headers", "--forwarded-allow-ips", "127.0.0.1"]
    with running_origin(tmp_path, KEYS, options) as url:
        found = {
            scheme: httpx.get(
                f"{url}/v1/publications",
                headers={**bearer(), "X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.1"},
            ).status_code
            for scheme in ("https", "http")
        }
    assert found == {"https": 200, "http": 403}
