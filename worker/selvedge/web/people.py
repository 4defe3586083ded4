"""Who asks: what may be known about the person behind a request, as far as consent allows to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.profiles.lookup import Looked
from selvedge.shopper.context import ID_SIZE, Affinity, Context
from selvedge.shopper.profile import EdgeProfile
from selvedge.web.context_cookie import NO_COOKIE, read_cookie

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.shopper.consent import Consent
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

PROFILE_HEADER = "Selvedge-Profile"


class Known(msgspec.Struct, frozen=True):
    """The context that somebody brings along, and what looking for their profile came to."""

    context: Context | None = None
    looked: Looked | None = None
    lapsed: bool = False

    @property
    def profile(self) -> EdgeProfile | None:
        """The profile that the order may go by."""
        return None if self.looked is None else self.looked.profile

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says of the look-up."""
        return {} if self.looked is None else {PROFILE_HEADER: self.looked.source}

    @property
    def cookies(self) -> tuple[str, ...]:
        """What the answer sets: who was erased loses the context, and so does whose context has lapsed."""
        erased = self.looked is not None and self.looked.erased
        return (NO_COOKIE,) if erased or self.lapsed else ()


NOBODY = Known()


class Asked(msgspec.Struct, frozen=True):
    """What the request itself says about the wanted order. `item` is a rank, None also if it is withdrawn.

    `unknown` are preferences, as `field:value`, that no product of this version meets.
    """

    item: int | None
    preferred: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    explain: bool
    personalise: bool


class Person(msgspec.Struct, frozen=True):
    """What the order may know: what the request asks for, and what consent lets us read."""

    asked: Asked
    context: Context | None
    profile: EdgeProfile | None = None

    @property
    def preferred(self) -> tuple[tuple[str, str], ...]:
        """What the request prefers, and then what the person has declared."""
        declared = self.profile.preferred if self.profile else ()
        return tuple(dict.fromkeys(self.asked.preferred + declared))

    @property
    def avoided(self) -> tuple[tuple[str, str], ...]:
        """What the person avoids, but for what this very request prefers."""
        declared = self.profile.avoided if self.profile else ()
        return tuple(pair for pair in dict.fromkeys(declared) if pair not in self.asked.preferred)

    @property
    def affinities(self) -> tuple[Affinity, ...]:
        """The leanings of context and profile: of one that both know, the stronger.

        Both have learnt from the same events, so that adding them up would count these twice.
        """
        context = self.context.affinities if self.context else ()
        profile = self.profile.affinities if self.profile else ()
        if not profile:
            return context
        strongest: dict[tuple[str, str], Affinity] = {}
        for one in context + profile:
            known = strongest.get((one.field, one.value))
            if known is None or one.weight > known.weight:
                strongest[one.field, one.value] = one
        return tuple(strongest.values())


async def read_known(edge: Edge, request: Request, market: str, now: int, background: Background) -> Known:
    """Return the context and the profile of this person, each where they allow it.

    Who was erased is nobody from then on, whatever the cookie says.
    """
    return await known_by(edge, request, edge.consent.decide(request, market), now, background)


async def known_by(edge: Edge, request: Request, consent: Consent, now: int, background: Background) -> Known:
    """The same for a consent that has been decided."""
    if not consent.allows("session"):
        return NOBODY
    brought = await read_cookie(edge, request, now, consent.since)
    context = brought.context
    if context is None:
        return Known(lapsed=brought.lapsed)
    if not consent.allows("profile"):
        return Known(visitor_only(context))
    if not is_named(context):
        return Known(context)
    # A browser's name is never given again, but an account may come back after it was erased.
    since = context.written if context.account else 0
    looked = await edge.profiles.find(context.shopper, context.revision, background, since)
    return Known(None if looked.erased else context, looked)


def visitor_only(context: Context) -> Context:
    """Return what is left of a context without the purpose `profile`: no account, nothing of its profile."""
    if not (context.account or context.revision):
        return context
    return msgspec.structs.replace(context, account="", revision=0)


def is_named(context: Context) -> bool:
    """Whether a context names somebody."""
    return bool(context.account) or len(context.id) == ID_SIZE
