"""Consent: which purposes this request may serve. It is asked before anything personal is read.

Of the signals that are there, a refusal wins over any grant; without a signal the policy's row `none`
decides, which allows nothing unless the shop says otherwise for a market.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from selvedge.shopper.choice import (
    CHOICE_COOKIE,
    CHOICE_SECONDS,
    NO_CHOICE,
    Choice,
    format_choice,
    parse_choice,
)
from selvedge.shopper.crawlers import is_crawler
from selvedge.shopper.policy import PURPOSES, ManagerReader, Policy, Purpose, Source

if TYPE_CHECKING:
    from selvedge.web.http import Request

__all__ = [
    "CHOICE_COOKIE",
    "CHOICE_SECONDS",
    "PURPOSES",
    "Choice",
    "Consent",
    "ConsentRules",
    "Decision",
    "Purpose",
    "format_choice",
    "opted_out",
    "parse_choice",
    "read_choice",
]

Signal = Literal["gpc", "choice", "manager", "none", "crawler"]


class Word(msgspec.Struct, frozen=True):
    """What one signal says; on a purpose in neither set it says nothing."""

    source: Source
    granted: frozenset[Purpose]
    refused: frozenset[Purpose]


class Decision(msgspec.Struct, frozen=True):
    """Whether a purpose is allowed, and the signal that decided so."""

    allowed: bool
    signal: Signal


class Consent(msgspec.Struct, frozen=True):
    """The decision on each purpose, and the choice on our own page, where there is one.

    `since` is what a context must have been sealed under to count.
    """

    decisions: dict[Purpose, Decision]
    choice: Choice | None = None
    since: int = 0

    @property
    def version(self) -> int:
        """The version of the texts that the choice was made on; 0 without one."""
        return 0 if self.choice is None else self.choice.version

    @property
    def time(self) -> int:
        """When the choice was made, epoch seconds; 0 without one, and where it does not say."""
        return 0 if self.choice is None else self.choice.time

    def allows(self, purpose: Purpose) -> bool:
        """Whether `purpose` may be served."""
        return self.decisions[purpose].allowed

    @property
    def allowed(self) -> frozenset[Purpose]:
        """The purposes that may be served."""
        return frozenset(purpose for purpose, decision in self.decisions.items() if decision.allowed)


class ConsentRules:
    """Decides by a policy; `version` is that of the texts that the shop asks with today."""

    def __init__(self, policy: Policy, manager: ManagerReader | None = None, version: int = 1) -> None:
        self._policy = policy
        self._manager = manager
        self.version = version

    def decide(self, request: Request, market: str, choice: Choice | None = None) -> Consent:
        """Return what `request` allows in `market`; a `choice` stands in for that in its cookie."""
        choice = choice or read_choice(request)
        words = [
            *([self._chosen(choice)] if choice.made else []),
            *([] if self._manager is None else self._managed(self._manager, request)),
        ]
        gpc = opted_out(request.headers.get("sec-gpc"))
        decisions = {purpose: self._decide(market, purpose, words, gpc=gpc) for purpose in sorted(PURPOSES)}
        if any(one.allowed for one in decisions.values()) and is_crawler(request.headers.get("user-agent")):
            decisions = dict.fromkeys(decisions, Decision(allowed=False, signal="crawler"))
        return Consent(decisions, choice if choice.made else None, choice.since)

    def _decide(self, market: str, purpose: Purpose, words: list[Word], *, gpc: bool) -> Decision:
        # The signal never grants; the table may say that it does not speak about a purpose.
        if gpc and not self._policy.allows(market, "gpc", purpose):
            return Decision(allowed=False, signal="gpc")
        granted: Source = "none"
        for word in words:
            if purpose in word.refused:
                return Decision(allowed=False, signal=word.source)
            if purpose in word.granted and granted == "none":
                granted = word.source
        return Decision(self._policy.allows(market, granted, purpose), granted)

    def _chosen(self, choice: Choice) -> Word:
        """A grant on older texts is no grant for today's; a refusal stays one."""
        granted = choice.purposes if choice.version == self.version else frozenset()
        return Word("choice", granted, PURPOSES - choice.purposes)

    def _managed(self, manager: ManagerReader, request: Request) -> list[Word]:
        if manager.header is not None:
            value = request.headers.get(manager.header)
        else:
            value = request.cookies().get(manager.cookie or "")
        if value is None:
            return []
        granted = manager.granted(value)
        return [Word("manager", granted, PURPOSES - granted)]


def read_choice(request: Request) -> Choice:
    """Return what the choice cookie says, `NO_CHOICE` where there is none."""
    return parse_choice(request.cookies().get(CHOICE_COOKIE, "")) or NO_CHOICE


def opted_out(sec_gpc: str | None) -> bool:
    """Whether a `Sec-GPC` field opts out: exactly `1`; of several, one is enough (W3C GPC, section 3)."""
    return sec_gpc is not None and any(value.strip(" \t") == "1" for value in sec_gpc.split(","))
