"""Log-in and log-out: whose the context is from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.identity.person import SKEW_SECONDS
from selvedge.shopper.context import new_context
from selvedge.shopper.identity import visitor_id
from selvedge.web.caching import PRIVATE
from selvedge.web.choosing import give_up
from selvedge.web.context_cookie import write_cookie
from selvedge.web.http import Response
from selvedge.web.me import answered
from selvedge.web.myself import Myself, ask, consent_of, identify, read_object
from selvedge.web.origins import require_origin
from selvedge.web.parameters import read_parameters
from selvedge.web.people import known_by
from selvedge.web.problems import NotFound, OriginNeeded, Refused, TokenNeeded, TooManyRequests
from selvedge.web.served import Served

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request


class SessionState(Served, frozen=True):
    """Whether this browser's context is the account's now, and whether what it knew has come along."""

    account: bool
    merged: bool


async def log_in(edge: Edge, request: Request, background: Background) -> Response:
    """`PUT /v1/me/session`: with the token of the shop's provider, under the purposes session and profile.

    Without these the context stays a visitor's: an account would tie more together than was allowed. Nor does
    a token from before the account's erasure bring it back, or a log-in a context that was erased. What the
    visitor has left at the origin is merged into the account; where that fails the page may ask again.
    """
    require_origin(request, edge.settings.allowed_origins)
    consent = consent_of(edge, request)
    if request.headers.get("authorization") is None:
        raise TokenNeeded("show the token of the shop's provider")
    myself = await identify(edge, request)
    if not (consent.allows("session") and consent.allows("profile")):
        return answered(SessionState(account=False, merged=False), cookies=myself.cookies)
    now = int(edge.clock.now())
    entered = _entered(myself, now)
    known = await known_by(edge, request, consent, now, background)
    if (await edge.profiles.find(myself.shopper, 0, background, entered)).erased:
        return answered(SessionState(account=False, merged=False), cookies=known.cookies)
    visitor = known.context if myself.context is not None else None  # else it is another account's
    merged, revision = await _merge(edge, msgspec.structs.replace(myself, context=visitor))
    context = msgspec.structs.replace(
        visitor or new_context(consent.since),
        account=myself.shopper,
        entered=entered,
        revision=revision,
        written=now,
    )
    edge.profiles.forget(myself.shopper)
    cookies = (await write_cookie(edge, context),)
    return answered(SessionState(account=True, merged=merged), cookies=cookies)


def _entered(myself: Myself, now: int) -> int:
    """Return when whoever logs in got their token, epoch seconds; the earliest that clocks allow.

    The token may be older than an erasure that another device has asked for since. When they last gave a
    password (`auth_time`) may be long before they come back: the provider has sessions too. A token that
    does not say when it was issued is as old as can be.
    """
    return max(1, min(myself.issued, now) - SKEW_SECONDS)


async def log_out(edge: Edge, request: Request, _background: Background) -> Response:
    """`DELETE /v1/me/session`: the context is dropped; it says who somebody was."""
    require_origin(request, edge.settings.allowed_origins)
    read_parameters(request.query)
    return Response(204, dict(PRIVATE), cookies=give_up(edge, request))


async def _merge(edge: Edge, myself: Myself) -> tuple[bool, int]:
    """Return whether the visitor's part was merged, and the revision of what the account has now."""
    if myself.context is None or edge.origin is None:
        return False, 0
    visitor = {"visitor": visitor_id(myself.context.id)}
    try:
        answer = await ask(edge, myself, "/merge", method="POST", content=visitor)
        revision = read_object(answer).get("revision") if answer.body else 0
    except (OriginNeeded, Refused, TooManyRequests, NotFound):
        return False, 0
    return True, revision if isinstance(revision, int) and revision >= 0 else 0
