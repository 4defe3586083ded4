"""A real OpenID provider for tests, and a shopper who logs in there as a browser would."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx

from development import paths

if TYPE_CHECKING:
    from collections.abc import Iterator

RESOURCE = "urn:test:shop-api"
_REDIRECT = "http://127.0.0.1/callback"
_HOPS = 12


class OpenIdProvider:
    """The running provider."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.issuer = self._line()

    def rotate(self, *, keep: bool) -> None:
        """Sign with new keys from now on; the old ones stay published where `keep`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"keep": keep}) + "\n")
        self._process.stdin.flush()
        assert self._line() == "rotated"

    def log_in(self, name: str, algorithm: str = "RS256") -> dict[str, Any]:
        """The tokens of a shopper who logs in: authorisation code with PKCE (RFC 7636)."""
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        client = f"shop-{algorithm}"
        asked = {
            "client_id": client,
            "response_type": "code",
            "scope": "openid shop",
            "redirect_uri": _REDIRECT,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        with httpx.Client(base_url=self.issuer) as browser:
            code = _authorise(browser, browser.get("/auth", params=asked), name)
            proof = {"client_id": client, "code": code, "code_verifier": verifier}
            grant = {"grant_type": "authorization_code", "redirect_uri": _REDIRECT, **proof}
            return dict(browser.post("/token", data=grant).raise_for_status().json())

    def client_credentials(self) -> str:
        """The access token of a program that asks for itself."""
        form = {"grant_type": "client_credentials", "scope": "shop"}
        answer = httpx.post(f"{self.issuer}/token", data=form, auth=("job", "secret-of-a-job"))
        return str(answer.raise_for_status().json()["access_token"])

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, "the provider has ended"
        return line


@contextmanager
def running_provider(log: Path) -> Iterator[OpenIdProvider]:
    """A provider with keys of its own."""
    script = Path(__file__).with_name("provider.mjs")
    pipe = subprocess.PIPE
    with (
        log.open("wb") as output,
        subprocess.Popen([paths.NODE, script], stdin=pipe, stdout=pipe, stderr=output, text=True) as process,
    ):
        yield OpenIdProvider(process)
        process.communicate()  # closes its input, and so ends it


def _authorise(browser: httpx.Client, answer: httpx.Response, name: str) -> str:
    """Follow the provider through log-in and consent, to the code in its last redirect."""
    for _ in range(_HOPS):
        if answer.is_redirect:
            where = answer.headers["location"]
            if where.startswith(_REDIRECT):
                return parse_qs(urlsplit(where).query)["code"][0]
            answer = browser.get(where)
        else:
            prompt = "login" if 'name="login"' in answer.text else "consent"
            form = {"prompt": prompt, "login": name, "password": "any"}
            answer = browser.post(answer.url.path, data=form)
    raise AssertionError(answer.text)
