"""The claims lint: which words of a text make a claim that a shop may not make, and what to say instead."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

from origin.claims.rules import Language, Level, Rule, language_of, rules
from origin.claims.words import Match, Patterns, read_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ORGANIC = "organic-unproven"
"""The rule that a certificate for the garment answers."""

_HARMLESS, _TERM, _PAIR, _ABOUT, _UNLESS = "harmless", "term:", "pair:", "about:", "unless:"
"""What marks begin with. A term's goes on with rule and language, a pair's with rule, pair and language."""


class Finding(msgspec.Struct, frozen=True):
    """A claim in a text: its words at `start:end` (code points), and by which rule.

    `language` is the text's, or the words' where that is unknown; `instead` a lawful way to say it in it.
    """

    rule: str
    level: Level
    words: str
    start: int
    end: int
    language: Language
    basis: str
    why: str
    instead: str


def lint(text: str, locale: str | None = None, *, organic: bool = False) -> tuple[Finding, ...]:
    """Return the claims of a text, first things first.

    Without a locale, or with one that there are no rules for, words of all languages count unless they
    are ordinary in another one. `organic` says that evidence is known for organically grown fibres.
    """
    language = language_of(locale)
    return tuple(_Text(text, language).findings(organic=organic))


class _Text:
    """A text's matches, each looked at a constant number of times."""

    def __init__(self, text: str, language: Language | None) -> None:
        self._text = text
        self._language = language
        self._words = read_words(text)
        self._terms: list[Match] = []
        self._beside: dict[tuple[str, int], Match] = {}
        harmless: list[Match] = []
        for match in _patterns(language).find(self._words):
            if match.mark.startswith((_TERM, _PAIR)):
                self._terms.append(match)
            elif match.mark == _HARMLESS:
                harmless.append(match)
            else:
                self._beside.setdefault((match.mark, self._sentence(match)), match)
        self._harmless = _Cover(harmless)

    def findings(self, *, organic: bool) -> Iterator[Finding]:
        alone = [match for match in self._terms if match.mark.startswith(_TERM)]
        paired = (self._pair(match) for match in self._terms if match.mark.startswith(_PAIR))
        candidates = {*_longest(alone), *(match for match in paired if match)}
        told: dict[str, int] = {}
        for match in sorted(candidates, key=_order):
            name = _name(match)
            overlaps = match.first < told.get(name, 0)
            if overlaps or self._excused(match) or (organic and name == ORGANIC):
                continue
            told[name] = match.last
            yield self._finding(match)

    def _pair(self, match: Match) -> Match | None:
        """Join a match with the first word in its sentence that says what it is about."""
        about = self._beside.get((_about(match), self._sentence(match)))
        if about is None:
            return None
        return Match(match.mark, min(match.first, about.first), max(match.last, about.last))

    def _excused(self, match: Match) -> bool:
        by_sentence = (_UNLESS + _name(match), self._sentence(match)) in self._beside
        return by_sentence or self._harmless.holds(match)

    def _sentence(self, match: Match) -> int:
        return self._words[match.first].sentence

    def _finding(self, match: Match) -> Finding:
        rule = _rule(match)
        start, end = self._words[match.first].start, self._words[match.last - 1].end
        language = self._language or language_of(match.mark.rpartition(":")[2]) or "en"
        return Finding(
            rule=_name(match),
            level=rule.level,
            words=self._text[start:end],
            start=start,
            end=end,
            language=language,
            basis=rule.basis,
            why=rule.why,
            instead=rule.instead[language],
        )


class _Cover:
    """Says whether a match lies inside one of some others."""

    def __init__(self, others: Iterable[Match]) -> None:
        ordered = sorted(others, key=_order)
        self._firsts = [match.first for match in ordered]
        self._lasts = list(accumulate((match.last for match in ordered), max))

    def holds(self, match: Match) -> bool:
        before = bisect_right(self._firsts, match.first)
        return before > 0 and self._lasts[before - 1] >= match.last


def _longest(matches: Iterable[Match]) -> Iterator[Match]:
    """Yield the matches that do not lie inside a longer one."""
    furthest, span = 0, (-1, -1)
    for match in sorted(matches, key=_order):
        if match.last > furthest or (match.first, match.last) == span:
            furthest, span = match.last, (match.first, match.last)
            yield match


def _order(match: Match) -> tuple[int, int, bool, str]:
    """The first and longest come first, and English before the languages that have borrowed its words."""
    return match.first, -match.last, not match.mark.endswith(":en"), match.mark


def _name(match: Match) -> str:
    return match.mark.split(":")[1]


def _about(pair: Match) -> str:
    """Return the mark of what a pair has to have in its sentence, in whichever language."""
    return _ABOUT + pair.mark.removeprefix(_PAIR).rpartition(":")[0]


def _rule(match: Match) -> Rule:
    return rules().rules[_name(match)]


@cache
def _patterns(language: Language | None) -> Patterns:
    """Build the patterns for texts in a language; None stands for all of them."""
    found = Patterns()
    for each, wording in rules().wordings.items():
        if language not in {None, each} and each != "en":
            continue
        found.add(_HARMLESS, wording.harmless, wording.names)
        for name, sought in wording.rules.items():
            found.add(f"{_TERM}{name}:{each}", sought.terms, wording.names)
            for pair, beside in sought.pairs.items():
                found.add(f"{_PAIR}{name}:{pair}:{each}", beside.terms, wording.names)
                found.add(f"{_ABOUT}{name}:{pair}", beside.about, wording.names)
            found.add(_UNLESS + name, sought.unless, wording.names)
            if each == language:
                found.add(f"{_TERM}{name}:{each}", sought.bound, wording.names)
    return found
