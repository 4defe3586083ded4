"""Consent: which purposes this request may serve. It is asked before anything personal is read.

Opt-in is the rule: without a choice nothing is allowed. A Global Privacy Control signal overrides a
choice. The choice itself is kept in a strictly necessary cookie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.web.http import Request

Purpose = Literal["session", "profile", "training", "measurement"]
PURPOSES: frozenset[Purpose] = frozenset(get_args(Purpose))

CHOICE_COOKIE = "__Host-selvedge-choice"
_CHOICE_VERSION = "1"


def allowed_purposes(request: Request) -> frozenset[Purpose]:
    """Return the purposes that `request` allows."""
    if opted_out(request.headers.get("sec-gpc")):
        return frozenset()
    return parse_choice(request.cookies().get(CHOICE_COOKIE, ""))


def opted_out(sec_gpc: str | None) -> bool:
    """Whether a `Sec-GPC` field opts out: exactly `1`; of several, one is enough (W3C GPC, section 3)."""
    return sec_gpc is not None and any(value.strip(" \t") == "1" for value in sec_gpc.split(","))


def parse_choice(text: str) -> frozenset[Purpose]:
    """Return the purposes in a choice cookie; what is not understood allows nothing."""
    version, _, listed = text.partition(".")
    if version != _CHOICE_VERSION:
        return frozenset()
    wanted = set(listed.split("+"))
    return frozenset(purpose for purpose in PURPOSES if purpose in wanted)


def format_choice(purposes: Iterable[Purpose]) -> str:
    """Return the choice cookie's value for `purposes`."""
    return f"{_CHOICE_VERSION}.{'+'.join(sorted(purposes))}"
