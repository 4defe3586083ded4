"""Who asks: what may be known about the person behind a request, as far as consent allows to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.profiles.lookup import Looked
from selvedge.shopper.context import CONTEXT_COOKIE, ID_SIZE, Context, open_context
from selvedge.web.http import set_cookie

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.shopper.profile import EdgeProfile
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

PROFILE_HEADER = "Selvedge-Profile"


class Known(msgspec.Struct, frozen=True):
    """The context that somebody brings along, and what looking for their profile came to."""

    context: Context | None = None
    looked: Looked | None = None

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
        """What the answer sets: who was erased loses the context."""
        erased = self.looked is not None and self.looked.erased
        return (set_cookie(CONTEXT_COOKIE, "", 0),) if erased else ()


NOBODY = Known()


async def read_context(edge: Edge, request: Request, market: str, now: int) -> Context | None:
    """Return what this person brings along, where they allow it; else nothing of it is read."""
    if not edge.consent.decide(request, market).allows("session"):
        return None
    return await open_context(request.cookies().get(CONTEXT_COOKIE, ""), edge.sealer, now)


async def read_known(edge: Edge, request: Request, market: str, now: int, background: Background) -> Known:
    """Return the context and the profile of this person, each where they allow it.

    Who was erased is nobody from then on, whatever the cookie says.
    """
    context = await read_context(edge, request, market, now)
    if context is None or not is_named(context):
        return Known(context)
    if not edge.consent.decide(request, market).allows("profile"):
        return Known(context)
    looked = await edge.profiles.find(context.shopper, context.revision, background)
    return Known(None if looked.erased else context, looked)


def is_named(context: Context) -> bool:
    """Whether a context names somebody."""
    return bool(context.account) or len(context.id) == ID_SIZE
