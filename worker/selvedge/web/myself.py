"""Who exercises a right, and the origin asked on their behalf.

A person is known by the token of the shop's own provider, or, without an account, by the id in the context
cookie. Using that id for what the person asks for needs no consent: it is the person who asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from selvedge.catalogue.query import BadParameter
from selvedge.errors import UNREADABLE, OriginUnavailable
from selvedge.identity.compact import InvalidToken, bearer_token
from selvedge.profiles.origin import JSON, PROBLEM, OriginRequest
from selvedge.shopper.consent import read_choice
from selvedge.shopper.context import Context
from selvedge.shopper.policy import EVERY_MARKET
from selvedge.web.context_cookie import read_cookie, write_cookie
from selvedge.web.parameters import read_parameters
from selvedge.web.people import is_named
from selvedge.web.problems import REFUSALS, NotFound, OriginNeeded, Refused, TokenNeeded, TooManyRequests

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.profiles.origin import OriginAnswer
    from selvedge.shopper.consent import Consent
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

SCOPES = ("privacy", "profiles:merge", "profiles:read", "profiles:write")
MAX_ANSWER_BYTES = 64 * 1024
MAX_MARKET = 16
_FIRST_SUCCESS, _FIRST_REDIRECT = 200, 300
_TOO_MANY = 429
_NOT_UNDERSTOOD = {400, 409, 413, 415}
_RETRY_SECONDS = 60


class Myself(msgspec.Struct, frozen=True):
    """Who asks. `shopper` is empty where nobody is known, `token` where nobody is logged in.

    `issued` is when the provider made the token, epoch seconds; 0 where it does not say.
    """

    shopper: str = ""
    token: str = ""
    context: Context | None = None
    issued: int = 0


class _Told(msgspec.Struct, frozen=True):
    """What is read of the origin's problems."""

    detail: str = ""


_object = msgspec.json.Decoder(dict[str, Any])
_raw = msgspec.json.Decoder(msgspec.Raw)
_problem = msgspec.json.Decoder(_Told)


async def identify(edge: Edge, request: Request) -> Myself:
    """Return who asks.

    Raises `InvalidToken`, `ProviderUnavailable`, `TooManyRequests`, and `TokenNeeded` where the browser is
    logged in and shows no token: whoever holds a cookie has not proved to be the account's owner.
    """
    context = await own_context(edge, request)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return await _account(edge, bearer_token(authorization), context)
    if context is None:
        return Myself()
    if context.account:
        raise TokenNeeded("this browser is logged in: show the account's token")
    await edge.limits.admit_shopper(context.shopper)
    return Myself(context.shopper, context=context)


async def own_context(edge: Edge, request: Request) -> Context | None:
    """Return the context that the browser brings along, whatever consent says."""
    brought = await read_cookie(edge, request, int(edge.clock.now()), read_choice(request).since)
    context = brought.context
    return context if context is not None and is_named(context) else None


async def _account(edge: Edge, token: str, context: Context | None) -> Myself:
    if edge.accounts is None:
        raise InvalidToken("no-accounts")
    account = await edge.accounts.verify(token)
    await edge.limits.admit_shopper(account.id)
    # A browser that another account is logged in on says nothing about this one.
    foreign = context is not None and context.account not in {"", account.id}
    return Myself(account.id, token, None if foreign else context, account.issued)


async def ask(
    edge: Edge,
    myself: Myself,
    path: str,
    *,
    method: str = "GET",
    content: Any = None,
    media_type: str = JSON,
    if_match: str | None = None,
    max_bytes: int = MAX_ANSWER_BYTES,
) -> OriginAnswer:
    """Return the origin's answer about this person, if it is a success. `path` follows the person's own.

    Raises `OriginNeeded`, and `Refused` or `TooManyRequests` with what it says.
    """
    headers = {} if content is None else {"Content-Type": media_type}
    if if_match is not None:
        headers["If-Match"] = if_match
    if myself.token:
        headers["Selvedge-Shopper-Token"] = myself.token
    request = OriginRequest(
        path=f"/v1/shoppers/{myself.shopper}{path}",
        method=method,
        headers=headers,
        body=b"" if content is None else msgspec.json.encode(content),
        deadline_ms=edge.settings.rights_deadline_ms,
        max_bytes=max_bytes,
    )
    return await ask_origin(edge, request, myself.shopper)


async def ask_origin(edge: Edge, request: OriginRequest, shopper: str | None = None) -> OriginAnswer:
    """Return the origin's answer, if it is a success. Raises as `ask` does, `NotFound` without an origin."""
    if edge.origin is None:
        raise NotFound("this shop keeps no profiles")
    try:
        answer = await edge.origin.ask(request, SCOPES if shopper else ("privacy",), shopper)
    except OriginUnavailable as error:
        raise OriginNeeded(f"reason: {error.reason}") from error
    if _FIRST_SUCCESS <= answer.status < _FIRST_REDIRECT:
        return answer
    raise _refusal(answer)


def read_object(answer: OriginAnswer) -> dict[str, Any]:
    """Return the JSON object in an answer. Raises `OriginNeeded` where there is none."""
    if not answer.is_json:
        raise OriginNeeded("reason: malformed")
    try:
        return _object.decode(answer.body)
    except UNREADABLE as error:
        raise OriginNeeded("reason: malformed") from error


def read_raw_object(answer: OriginAnswer) -> msgspec.Raw:
    """Return the JSON object in an answer as it came; its syntax alone is checked. Raises `OriginNeeded`.

    A tree of its members would be many times as large as its text.
    """
    if not answer.is_json or not answer.body.lstrip().startswith(b"{"):
        raise OriginNeeded("reason: malformed")
    try:
        return _raw.decode(answer.body)
    except UNREADABLE as error:
        raise OriginNeeded("reason: malformed") from error


def consent_of(edge: Edge, request: Request) -> Consent:
    """Return what the request allows, in the market that it may name. Raises `BadParameter`."""
    return edge.consent.decide(request, read_market(request))


def read_market(request: Request) -> str:
    """Return the market that a request names, or the policy's row for all. Raises `BadParameter`."""
    market = read_parameters(request.query, "market").get("market", EVERY_MARKET)
    if not 0 < len(market) <= MAX_MARKET:
        raise BadParameter("market", "is not a market's code")
    return market


async def renewed(edge: Edge, myself: Myself, revision: object) -> tuple[str, ...]:
    """Return the cookie that knows of the profile's new `revision`; none where no context is theirs.

    Who shows a token without having logged in here changes the account's profile, not this browser's.
    """
    context = myself.context
    if context is None or context.shopper != myself.shopper:
        return ()
    known = revision if isinstance(revision, int) and revision >= 0 else context.revision + 1
    newer = msgspec.structs.replace(context, revision=known, written=int(edge.clock.now()))
    return (await write_cookie(edge, newer),)


async def look_again(edge: Edge, shopper: str, revision: int, background: Background) -> None:
    """Bring what has changed into KV, so that other places notice sooner."""
    await edge.profiles.find(shopper, revision, background, int(edge.clock.now()))


def _refusal(answer: OriginAnswer) -> Exception:
    if answer.status == _TOO_MANY:
        stated = answer.retry_after
        return TooManyRequests(_RETRY_SECONDS if stated is None else stated)
    status = 422 if answer.status in _NOT_UNDERSTOOD else answer.status
    if status not in REFUSALS:
        return OriginNeeded(f"reason: status {answer.status}")
    detail = ""
    if answer.media_type == PROBLEM:
        try:
            detail = _problem.decode(answer.body).detail
        except UNREADABLE:
            detail = ""
    return Refused(status, detail)
