"""The ranking route: what orders lists, in plain words (Regulation (EU) 2022/2065, articles 27 and 38)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.query import refuse_parameters
from selvedge.web.http import JSON, Response
from selvedge.web.ranking_texts import FALLBACK, TEXTS
from selvedge.web.served import Served
from selvedge.web.view import market_settings

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request


class RankingParameter(Served, frozen=True):
    """One of the main parameters, with why it matters in comparison with the others."""

    name: str
    description: str
    personal: bool


class RankingStatement(Served, frozen=True):
    """The main parameters, the most important first, and how a shopper changes or switches them off."""

    market: str
    locale: str
    language: str
    summary: str
    parameters: tuple[RankingParameter, ...]
    options: tuple[str, ...]


async def explain_ranking(
    edge: Edge, request: Request, background: Background, market: str, locale: str
) -> Response:
    """`GET /v1/{market}/{locale}/ranking`."""
    refuse_parameters(request.query)
    release = await edge.release(background)
    market_settings(release.release.manifest, market, locale)
    headers = {"Content-Type": JSON, "Cache-Control": "public, max-age=3600"}
    return Response(200, headers, msgspec.json.encode(statement(market, locale)))


def statement(market: str, locale: str) -> RankingStatement:
    """Return the statement in the language of `locale`, or in English where there is none."""
    language = locale.partition("-")[0]
    language = language if language in TEXTS else FALLBACK
    texts = TEXTS[language]
    parameters = tuple(RankingParameter(*parameter) for parameter in texts.parameters)
    return RankingStatement(market, locale, language, texts.summary, parameters, texts.options)
