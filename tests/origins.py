"""Origins for tests: one that does as it is told, and the tokens that it does not look at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from selvedge.errors import OriginUnavailable
from selvedge.profiles.origin import OriginAnswer, OriginRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from selvedge.shopper.profile import EdgeProfile

    Does = OriginAnswer | OriginUnavailable | Callable[[OriginRequest], OriginAnswer] | None


class ScriptedOrigin:
    """Gives the answer, raises the error, calls the function, or, with None, never answers."""

    def __init__(self, does: Does = None) -> None:
        self.does = does
        self.requests: list[OriginRequest] = []

    async def ask(self, request: OriginRequest) -> OriginAnswer:
        self.requests.append(request)
        if self.does is None:
            await asyncio.Event().wait()
        if isinstance(self.does, OriginUnavailable):
            raise self.does
        if isinstance(self.does, OriginAnswer):
            return self.does
        assert self.does is not None
        return self.does(request)


class PlainTokens:
    """Tokens that say in plain words what they are for."""

    async def bearer(self, scopes: Iterable[str], shopper: str | None = None) -> str:
        return f"{'+'.join(scopes)}/{shopper}"


def answer(found: EdgeProfile) -> OriginAnswer:
    """The answer that brings a profile."""
    return OriginAnswer(200, "application/json", body=msgspec.json.encode(found))


def json_answer(content: object, status: int = 200, **headers: str) -> OriginAnswer:
    """An answer with JSON."""
    return OriginAnswer(status, "application/json", headers, msgspec.json.encode(content))


NOTHING_KEPT = OriginAnswer(404, "application/problem+json")
ERASED = OriginAnswer(410, "application/problem+json")
