"""Origins for tests: one that does as it is told, and the tokens that it does not look at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

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


def erased(at: int) -> OriginAnswer:
    """An answer that tells when somebody was erased, in epoch seconds."""
    body = msgspec.json.encode({"type": "/problems/erased", "status": 410, "erased": at})
    return OriginAnswer(410, "application/problem+json", body=body)


NOTHING_KEPT = OriginAnswer(404, "application/problem+json")


class MemoryOrigin:
    """The origin's contract about persons, kept in dicts; `broken` answers nothing."""

    def __init__(self) -> None:
        self.profiles: dict[str, dict[str, Any]] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.erased: dict[str, int] = {}
        """When each was, in epoch seconds."""
        self.now = 0
        self.answers: dict[str, OriginAnswer] = {}
        """What is answered whatever is kept, by the last part of the path."""
        self.merged: list[tuple[str, str]] = []
        self.requests: list[OriginRequest] = []
        self.broken = False
        self.meddle: Callable[[], None] = lambda: None

    async def ask(self, request: OriginRequest) -> OriginAnswer:
        self.requests.append(request)
        if self.broken:
            raise OriginUnavailable("unreachable")
        if request.path == "/v1/questionnaire":
            return json_answer({"questions": [{"id": "material"}]})
        if request.path.startswith("/v1/erasures/"):
            receipt = self.receipts.get(request.path.rpartition("/")[2])
            return NOTHING_KEPT if receipt is None else json_answer(receipt)
        shopper, _, rest = request.path.removeprefix("/v1/shoppers/").partition("/")
        token = request.headers["Authorization"]
        assert token.endswith(f"/{shopper}") or rest == "edge-profile", "a token reaches one person only"
        if shopper.startswith("a") and rest != "edge-profile":
            assert request.headers["Selvedge-Shopper-Token"]
        if shopper in self.erased and shopper not in self.profiles and request.method in ("GET", "PATCH"):
            return erased(self.erased[shopper])
        return self.answers.get(rest) or self._about(shopper, rest, request)

    def _about(  # noqa: PLR0911 - a table of routes
        self, shopper: str, rest: str, request: OriginRequest
    ) -> OriginAnswer:
        body = msgspec.json.decode(request.body) if request.body else {}
        match (request.method, rest):
            case ("GET", "edge-profile"):
                return self._edge_profile(shopper)
            case ("GET", "" | "export"):
                kept = self.profiles.get(shopper)
                return NOTHING_KEPT if kept is None else self._shown(kept)
            case ("PUT", ""):
                return self._changed(shopper, body)
            case ("PATCH", ""):
                self.meddle()
                kept = self.profiles.get(shopper, {"revision": 0})
                if request.headers.get("If-Match") != f'"{kept["revision"]}"':
                    return OriginAnswer(412, "application/problem+json", body=b'{"detail": "stale"}')
                return self._changed(shopper, body)
            case ("POST", "questionnaire"):
                return self._changed(shopper, {"declared": {"materials": body["answers"]["material"]}})
            case ("PUT", "objection"):
                return self._changed(shopper, body)
            case ("POST", "merge"):
                self.merged.append((body["visitor"], shopper))
                changed = self._changed(shopper, self.profiles.pop(body["visitor"], {}))
                told = msgspec.json.decode(changed.body) | {"erased": self.erased.get(shopper, 0)}
                return json_answer(told)
            case ("POST", "erasure"):
                self.profiles.pop(shopper, None)
                self.erased[shopper] = self.now
                receipt = {"id": f"receipt-{len(self.receipts)}", "cleanBy": "2026-12-22"}
                self.receipts[str(receipt["id"])] = receipt
                return json_answer(receipt, 202)
        raise AssertionError((request.method, rest))

    def _changed(self, shopper: str, more: dict[str, Any]) -> OriginAnswer:
        kept = self.profiles.get(shopper, {"revision": 0})
        revision = kept["revision"] + 1
        self.profiles[shopper] = kept | more | {"revision": revision}
        return json_answer({"revision": revision})

    def _shown(self, kept: dict[str, Any]) -> OriginAnswer:
        return json_answer(kept, etag=f'"{kept["revision"]}"')

    def _edge_profile(self, shopper: str) -> OriginAnswer:
        kept = self.profiles.get(shopper)
        if kept is None:
            return NOTHING_KEPT
        found = {"shopper": shopper, "revision": kept["revision"], "validUntil": 2**33}
        if shopper in self.erased:
            found["erased"] = self.erased[shopper]
        materials = kept.get("declared", {}).get("materials", [])
        found["preferred"] = [["material", one] for one in materials]
        found["objected"] = kept.get("objected", False)
        return json_answer(found)
