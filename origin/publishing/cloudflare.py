"""Calls to Cloudflare's API (or to the local stand-in): token, envelope, pace and retries."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from origin.publishing.clock import Clock, SystemClock
from origin.publishing.errors import RemoteRefused, RemoteUnavailable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

REMOTE = "https://api.cloudflare.com/client/v4"
ATTEMPTS = 6
TIMEOUT = 30.0
"""Seconds without progress on a connection before an attempt counts as failed."""

PATIENCE = 60.0
"""Seconds that one call may spend waiting between attempts, Retry-After included."""

BURST, PER_SECOND = 300, 2.9
"""At most 1,170 requests in any five minutes: past 1,200 Cloudflare blocks the user for five minutes."""

_TOO_MANY, _SERVER_ERROR, _NOT_FOUND, _OK_BELOW = 429, 500, 404, 300


class Problem(msgspec.Struct, frozen=True):
    """An error as the envelope carries it."""

    code: int = 0
    message: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """What every JSON answer of the API is wrapped in."""

    success: bool
    result: Any = None
    errors: tuple[Problem, ...] = ()
    result_info: dict[str, Any] | None = None


class Pace:
    """A token bucket: `burst` requests at once, then `per_second`; shared by all threads of a client."""

    def __init__(self, clock: Clock, burst: float = BURST, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self._burst = burst
        self._rate = per_second
        self._tokens = float(burst)
        self._at = clock.now()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return as soon as one more request may be sent."""
        with self._lock:
            now = self._clock.now()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            self._tokens -= 1
            debt = -self._tokens / self._rate
        if debt > 0:
            self._clock.sleep(debt)


class CloudflareApi:
    """An authorised client. `who` names in errors what the caller must check (never the token)."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str = REMOTE,
        who: str = "the API token",
        clock: Clock | None = None,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._pace = pace
        self._who = who
        self._client = httpx.Client(
            base_url=base_url.rstrip("/"),
            headers={"authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def call(
        self, method: str, path: str, *, query: dict[str, Any] | None = None, body: bytes | None = None
    ) -> Envelope:
        """Return the envelope of a successful call. Raises `RemoteUnavailable` or `RemoteRefused`."""
        response = self.send(method, path, query=query, body=body)
        assert response is not None  # noqa: S101 - only `missing` asks for None
        envelope = _envelope(response)
        if envelope is None:
            raise RemoteRefused(f"{method} {path}: the answer is no Cloudflare envelope")
        if not envelope.success:
            raise RemoteRefused(f"{method} {path}: {_told(envelope) or 'refused without a reason'}")
        return envelope

    def send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: bytes | None = None,
        missing: int | None = None,
    ) -> httpx.Response | None:
        """Return the 2xx answer, or None for a 404 with the error code `missing`.

        Retries 429, 5xx and transport errors within `ATTEMPTS` and `PATIENCE`; raises
        `RemoteUnavailable` after that, and `RemoteRefused` for everything else.
        """
        patience = PATIENCE
        for attempt in range(ATTEMPTS):
            response, failure = self._attempt(method, path, query, body)
            if response is not None and not _is_passing(response.status_code):
                return self._accept(response, f"{method} {path}", missing)
            wait = self.delay(attempt, response)
            patience -= wait
            if patience < 0 or attempt == ATTEMPTS - 1:
                break
            self._clock.sleep(wait)
        raise RemoteUnavailable(f"{method} {path}: {failure}; gave up after {attempt + 1} attempts")

    def back_off(self, attempt: int) -> None:
        """Wait before the retry that follows attempt number `attempt` (from 0)."""
        self._clock.sleep(self.delay(attempt))

    def delay(self, attempt: int, response: httpx.Response | None = None) -> float:
        """Seconds to wait: Retry-After where given, else exponential with full jitter above a floor."""
        asked = response.headers.get("retry-after", "") if response is not None else ""
        if asked.isdecimal():
            return float(asked)
        longest = min(0.5 * 2.0**attempt, 16.0)
        return random.uniform(longest / 4, longest)  # noqa: S311 - jitter, not a secret

    def _attempt(
        self, method: str, path: str, query: dict[str, Any] | None, body: bytes | None
    ) -> tuple[httpx.Response | None, str]:
        if self._pace:
            self._pace.wait()
        headers = {"content-type": "application/json"} if body is not None else None
        try:
            response = self._client.request(method, path, params=query, content=body, headers=headers)
        except httpx.TransportError as error:
            return None, f"{type(error).__name__}: {error}"
        return response, f"HTTP {response.status_code} {_told(_envelope(response))}".rstrip()

    def _accept(self, response: httpx.Response, what: str, missing: int | None) -> httpx.Response | None:
        if response.status_code < _OK_BELOW:
            return response
        envelope = _envelope(response)
        if missing is not None and response.status_code == _NOT_FOUND and _is_missing(envelope, missing):
            return None
        raise RemoteRefused(
            f"{what}: HTTP {response.status_code} {_told(envelope)} - check {self._who}".replace("  ", " ")
        )


def _is_passing(status: int) -> bool:
    return status == _TOO_MANY or status >= _SERVER_ERROR


def _is_missing(envelope: Envelope | None, code: int) -> bool:
    # An unknown namespace is a 404 as well, and must not look like an absent key.
    return envelope is None or any(problem.code == code for problem in envelope.errors)


def _envelope(response: httpx.Response) -> Envelope | None:
    if not response.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        return msgspec.json.decode(response.content, type=Envelope)
    except msgspec.MsgspecError:
        return None


def _told(envelope: Envelope | None) -> str:
    return ", ".join(f"{problem.message} [{problem.code}]" for problem in envelope.errors) if envelope else ""
