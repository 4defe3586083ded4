"""Two ways to play the cases: against the pure package in this process, and against a running Worker."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import msgspec

from origin.rehearsal import AesGcm
from selvedge.shopper.consent import CHOICE_COOKIE
from selvedge.shopper.context import CONTEXT_COOKIE, Context, seal_context
from selvedge.shopper.sealing import Sealer
from tests.behaviour.case import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.stage import Stage


async def cookie(sealer: Sealer, consent: str | None, context: Context | None, now: float) -> str:
    """The `Cookie` field of a person with that choice and that context, written just now."""
    pairs = [] if consent is None else [f"{CHOICE_COOKIE}={consent}"]
    if context is not None:
        written = msgspec.structs.replace(context, written=int(now))
        pairs.append(f"{CONTEXT_COOKIE}={await seal_context(written, sealer)}")
    return "; ".join(pairs)


class RehearsedClient:
    """Hands requests to the application on CPython."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def send(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        return await self._stage.answer(target, headers, method)

    async def cookie(self, consent: str | None, context: Context | None) -> str:
        return await cookie(self._stage.sealer, consent, context, self._stage.clock.now())


class HttpClient:
    """Sends requests to a Worker at `base_url` that seals with `sealing_keys` (key id to 32 bytes)."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        sealing_keys: Mapping[str, bytes],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self._client = client
        self._base = httpx.URL(base_url)
        self._sealer = Sealer(AesGcm(), sealing_keys)

    async def send(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        url = self._base.copy_with(raw_path=target.encode())
        request = httpx.Request(method, url, headers={"Accept-Encoding": "identity", **headers})
        response = await self._client.send(request, follow_redirects=False)
        lower = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, lower, response.content)

    async def cookie(self, consent: str | None, context: Context | None) -> str:
        return await cookie(self._sealer, consent, context, self._now())
