"""Log-in and log-out: whose the context is from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from selvedge.errors import UNREADABLE
from selvedge.shopper.context import new_context
from selvedge.shopper.identity import visitor_id
from selvedge.web.caching import PRIVATE
from selvedge.web.choosing import give_up
from selvedge.web.context_cookie import write_cookie
from selvedge.web.http import Response
from selvedge.web.me import answered
from selvedge.web.myself import Myself, ask, consent_of, identify
from selvedge.web.origins import require_origin
from selvedge.web.parameters import read_parameters
from selvedge.web.problems import NotFound, OriginNeeded, Refused, TokenNeeded, TooManyRequests
from selvedge.web.served import Served

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.shopper.context import Context
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request


class SessionState(Served, frozen=True):
    """Whether this browser's context is the account's now, and whether what it knew has come along."""

    account: bool
    merged: bool


class _Merged(msgspec.Struct, frozen=True):
    """What is read of the answer to a merge: of the account, the revision and when it was last erased."""

    revision: Annotated[int, msgspec.Meta(ge=0)]
    erased: Annotated[int, msgspec.Meta(ge=0)] = 0


_merged = msgspec.json.Decoder(_Merged)


async def log_in(edge: Edge, request: Request, _background: Background) -> Response:
    """`PUT /v1/me/session`: with the token of the shop's provider, under the purposes session and profile.

    Without these the context stays a visitor's: an account would tie more together than was allowed. What
    the visitor has left at the origin is merged into the account; where that fails the page may ask again.
    """
    require_origin(request, edge.settings.allowed_origins)
    consent = consent_of(edge, request)
    if request.headers.get("authorization") is None:
        raise TokenNeeded("show the token of the shop's provider")
    myself = await identify(edge, request)
    if not (consent.allows("session") and consent.allows("profile")):
        return answered(SessionState(account=False, merged=False))
    told = await _merge(edge, myself)
    context = _entered(myself, told, consent.since, int(edge.clock.now()))
    edge.profiles.forget(myself.shopper)
    cookies = (await write_cookie(edge, context),)
    state = SessionState(account=True, merged=told is not None)
    return msgspec.structs.replace(answered(state), cookies=cookies)


async def log_out(edge: Edge, request: Request, _background: Background) -> Response:
    """`DELETE /v1/me/session`: the context is dropped; it says who somebody was."""
    require_origin(request, edge.settings.allowed_origins)
    read_parameters(request.query)
    return Response(204, dict(PRIVATE), cookies=give_up(edge, request))


def _entered(myself: Myself, told: _Merged | None, since: int, now: int) -> Context:
    """Return the context of who has just logged in.

    Whose account it was before, and what it has learnt for that, is dropped if the account was erased since;
    where nobody could say so, the log-in counts from when it did, and the next look-up tells. The provider
    knows when somebody logged in: a token from before an erasure is no coming back, whenever it is shown.
    """
    context = myself.context or new_context(since)
    entered = min(myself.issued or now, now)
    if context.account and told is None:
        entered = context.entered
    elif context.account and told is not None and told.erased and told.erased >= context.entered:
        context = new_context(since)
    revision = 0 if told is None else told.revision
    return msgspec.structs.replace(
        context, account=myself.shopper, entered=entered, revision=revision, written=now
    )


async def _merge(edge: Edge, myself: Myself) -> _Merged | None:
    """Return what became of the visitor's part; None where it could not be merged."""
    if myself.context is None or edge.origin is None:
        return None
    visitor = {"visitor": visitor_id(myself.context.id)}
    try:
        answer = await ask(edge, myself, "/merge", method="POST", content=visitor)
        return _merged.decode(answer.body)
    except (OriginNeeded, Refused, TooManyRequests, NotFound, *UNREADABLE):
        return None
