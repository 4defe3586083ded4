"""TLS between the parts: what the origin talks to, and who talks to the origin."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from selvedge.settings import BadSetting, is_loopback

if TYPE_CHECKING:
    from litestar.types import Scope

ENCRYPTING = frozenset({"require", "verify-ca", "verify-full"})
"""PostgreSQL's `sslmode`s that end in TLS or not at all; `prefer`, its own default, gives in."""


def check_database(variable: str, url: str) -> None:
    """Raise `BadSetting`, without the URL, unless nobody can listen on the way to a database."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgresql"):
        return
    options = parse_qs(parts.query)
    hosts = options.get("host") or [parts.hostname or ""]
    names = [host if host.startswith("/") else host.rpartition("@")[2].partition(":")[0] for host in hosts]
    if all(not name or name.startswith("/") or is_loopback(name) for name in names):
        return
    if not ENCRYPTING.intersection(options.get("ssl", []) + options.get("sslmode", [])):
        raise BadSetting(f"{variable}: a database on another machine wants ?ssl=verify-full (or require)")


def is_exposed(scope: Scope) -> bool:
    """Whether a request came from another machine without TLS.

    Behind a proxy that ends TLS, the server takes the scheme from it (`--forwarded-allow-ips`).
    """
    client = scope.get("client")
    if scope["scheme"] != "http" or client is None:
        return False
    try:
        return not ip_address(client[0]).is_loopback
    except ValueError:  # a socket of this machine has no address
        return False
