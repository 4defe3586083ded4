"""Words of a text with their places, and patterns of words found among them in linear time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from origin.claims.notation import YEAR, Names, steps
from origin.importing.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_JOINERS = "\u00ad\u200b\u200c\u200d\u2060"
"""What stands inside a word unseen: soft hyphen, zero-width blanks and joiners."""

_WORD = re.compile(rf"[^\W_](?:[^\W_]|[\u0300-\u036f{_JOINERS}])*|[%.!?;:\n|•·]")
_INVISIBLE = dict.fromkeys(map(ord, _JOINERS))
_TAG = re.compile(r"<[^<>]*>")
_INSIDE_WORDS = frozenset({"b", "em", "i", "small", "strong", "sub", "sup", "u", "wbr"})
"""Tags that a word may go on after: CO<sub>2</sub>."""

_SENTENCE_ENDS = frozenset(".!?\n|•·")
_PHRASE_ENDS = _SENTENCE_ENDS | frozenset(";:")
_FIRST_YEAR, _LAST_YEAR = "2027", "2099"


class Word(msgspec.Struct, frozen=True):
    """A folded word, where it stands in the text, and which phrase of which sentence it belongs to.

    Both are counted through the text. A colon or semicolon ends a phrase.
    """

    text: str
    start: int
    end: int
    phrase: int
    sentence: int


class Match(msgspec.Struct, frozen=True):
    """A pattern's match: the rule (or other mark) it was added with, and its first and past-last word."""

    mark: str
    first: int
    last: int


def read_words(text: str) -> list[Word]:
    """Split a text into words; markup counts as blanks, places are those in `text`."""
    plain = _TAG.sub(_blank, text) if "<" in text else text
    found, phrase, sentence = [], 0, 0
    for match in _WORD.finditer(plain):
        word = match.group()
        if word in _PHRASE_ENDS:
            phrase += 1
            sentence += word in _SENTENCE_ENDS
        else:
            end = match.start() + len(word.rstrip(_JOINERS))
            found.append(Word(_fold(word), match.start(), end, phrase, sentence))
    return found


def _blank(tag: re.Match[str]) -> str:
    name, *_ = tag.group().strip("</>").lower().split(maxsplit=1) or [""]
    return (_JOINERS[0] if name in _INSIDE_WORDS else " ") * len(tag.group())


class Patterns:
    """Patterns as an automaton over words. Its walks are bounded by the longest pattern, not by the text."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, mark: str, patterns: Iterable[str], names: Names) -> None:
        """Add patterns, written as `notation` says, under one mark."""
        for pattern in patterns:
            nodes = [self._root]
            for choices in steps(pattern, names):
                nodes = _step(nodes, choices)
            for node in nodes:
                node.ends.add(mark)

    def find(self, words: list[Word]) -> list[Match]:
        """Return all matches, each inside one phrase, in the order of their first words."""
        return [
            Match(mark, first, last)
            for first in range(len(words))
            for mark, last in self._root.walk(words, first)
        ]


def _step(nodes: list[_Node], choices: set[tuple[str, ...]]) -> list[_Node]:
    """Lead every choice from each of the nodes to one new node; return where a walk may then stand."""
    after = _Node()
    for choice in filter(None, choices):
        for node in nodes:
            node.lead(choice, after)
    return [*nodes, after] if () in choices else [after]


class _Node:
    """What may come next after some words: whole words, beginnings by length, a year; and who ends here."""

    __slots__ = ("beginnings", "ends", "exact", "years")

    def __init__(self) -> None:
        self.exact: dict[str, list[_Node]] = {}
        self.beginnings: dict[int, dict[str, list[_Node]]] = {}
        self.years: list[_Node] = []
        self.ends: set[str] = set()

    def lead(self, words: tuple[str, ...], goal: _Node) -> None:
        node = self
        for word in words[:-1]:
            between = _Node()
            node.nodes_for(word).append(between)
            node = between
        node.nodes_for(words[-1]).append(goal)

    def nodes_for(self, word: str) -> list[_Node]:
        if word == YEAR:
            return self.years
        if word.endswith("*"):
            beginning = word[:-1]
            return self.beginnings.setdefault(len(beginning), {}).setdefault(beginning, [])
        return self.exact.setdefault(word, [])

    def walk(self, words: list[Word], first: int) -> Iterator[tuple[str, int]]:
        """Yield the marks that end after some words from `first` on, with the place past the last."""
        front = {self}
        for place in range(first, len(words)):
            if words[place].phrase != words[first].phrase:
                return
            front = {after for node in front for after in node.after(words[place].text)}
            if not front:
                return
            for mark in sorted({mark for node in front for mark in node.ends}):
                yield mark, place + 1

    def after(self, word: str) -> Iterator[_Node]:
        yield from self.exact.get(word, ())
        for length, nodes in self.beginnings.items():
            yield from nodes.get(word[:length], ())
        if self.years and len(word) == len(_FIRST_YEAR) and _FIRST_YEAR <= word <= _LAST_YEAR:
            yield from self.years


@lru_cache(maxsize=65536)
def _fold(word: str) -> str:
    return fold(word.translate(_INVISIBLE))
