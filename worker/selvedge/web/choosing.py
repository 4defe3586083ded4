"""Choosing: what a choice, a log-out or an erasure does to the cookies of a browser.

Answers overtake each other: one that was on its way when a context ended sets that context's cookie again.
So whatever ends a context also moves `since` in the choice cookie, which events never write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.shopper.choice import (
    CHOICE_COOKIE,
    CHOICE_SECONDS,
    Choice,
    format_choice,
    later_since,
    remaining_seconds,
)
from selvedge.shopper.consent import Consent, read_choice
from selvedge.shopper.context import CONTEXT_COOKIE, new_context
from selvedge.shopper.crawlers import is_crawler
from selvedge.web.context_cookie import NO_COOKIE, Brought, read_cookie, write_cookie
from selvedge.web.http import set_cookie
from selvedge.web.people import visitor_only

if TYPE_CHECKING:
    from selvedge.shopper.policy import Purpose
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request


class Chosen(msgspec.Struct, frozen=True):
    """A choice, what is allowed with it and what was allowed before."""

    choice: Choice
    consent: Consent
    before: Consent

    @property
    def lasting(self) -> bool:
        """Whether a context may go on as it is, account included."""
        both = self.consent.allows("session") and self.consent.allows("profile")
        return both and self.choice.since == self.before.since


def decide_choice(edge: Edge, request: Request, market: str, purposes: frozenset[Purpose]) -> Chosen:
    """Return what choosing `purposes` comes to.

    A context goes on where `session` was allowed and still is, and no account has to be forgotten.
    """
    before, now = edge.consent.decide(request, market), int(edge.clock.now())
    choice = Choice(purposes, edge.consent.version, now, before.since)
    consent = edge.consent.decide(request, market, choice)
    goes_on = before.allows("session") and consent.allows("session")
    if not goes_on or (before.allows("profile") and not consent.allows("profile")):
        choice = msgspec.structs.replace(choice, since=later_since(before.since, now))
    return Chosen(choice, consent, before)


async def choice_cookies(edge: Edge, request: Request, chosen: Chosen) -> list[str]:
    """Return the `Set-Cookie` values that remember a choice, and forget what it withdraws.

    Who allows `session` is given a context at once: events that are sent again, or side by side, are then
    all under the one name that can be erased.
    """
    choice, consent, before = chosen.choice, chosen.consent, chosen.before
    cookies = [set_cookie(CHOICE_COOKIE, _text(choice), CHOICE_SECONDS)]
    if not consent.allows("session"):  # said without looking whether there is one
        cookies.append(NO_COOKIE)
        return cookies
    brought = Brought()
    if before.allows("session"):
        brought = await read_cookie(edge, request, choice.time, before.since)
    if brought.context is None:
        begun = msgspec.structs.replace(new_context(choice.since), written=choice.time)
        cookies.append(await write_cookie(edge, begun))
    elif not consent.allows("profile"):
        left = msgspec.structs.replace(visitor_only(brought.context), since=choice.since)
        if left != brought.context:
            cookies.append(await write_cookie(edge, left))
    return cookies


def give_up(edge: Edge, request: Request) -> tuple[str, ...]:
    """Return the `Set-Cookie` values that end the context for good, and leave the choice as it was."""
    if is_crawler(request.headers.get("user-agent")):
        return ()
    choice, now = read_choice(request), int(edge.clock.now())
    if CONTEXT_COOKIE not in request.cookies() and "session" not in choice.purposes:
        return (NO_COOKIE,)  # nothing can be on its way
    moved = msgspec.structs.replace(choice, since=later_since(choice.since, now))
    return (NO_COOKIE, set_cookie(CHOICE_COOKIE, _text(moved), remaining_seconds(choice, now)))


def _text(choice: Choice) -> str:
    return format_choice(choice.purposes, choice.version, choice.time, choice.since)
