"""Words of a text with their places, and patterns of words found among them in linear time."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import msgspec

from origin.importing.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_JOINERS = "\u00ad\u200b\u200c\u200d\u2060"
"""What stands inside a word unseen: soft hyphen, zero-width blanks and joiners."""

_WORD = re.compile(rf"[^\W_](?:[^\W_]|[\u0300-\u036f{_JOINERS}])*|[%.!?;:\n|•·]")
_INVISIBLE = dict.fromkeys(map(ord, _JOINERS))
_TAG = re.compile(r"<[^<>]*>")
_ENDS = frozenset(".!?;:\n|•·")
_CHOICE = re.compile(r"\(([^()]*)\)")
_YEAR = "<year>"
_FIRST_YEAR, _LAST_YEAR = "2027", "2099"


class Word(msgspec.Struct, frozen=True):
    """A folded word, where it stands in the text, and which sentence it belongs to."""

    text: str
    start: int
    end: int
    sentence: int


class Match(msgspec.Struct, frozen=True):
    """A pattern's match: the rule (or other mark) it was added with, and its first and past-last word."""

    mark: str
    first: int
    last: int


def read_words(text: str) -> list[Word]:
    """Split a text into words; markup counts as blanks, places are those in `text`."""
    plain = _TAG.sub(lambda tag: " " * len(tag.group()), text) if "<" in text else text
    found, sentence = [], 0
    for match in _WORD.finditer(plain):
        if match.group() in _ENDS:
            sentence += 1
        else:
            found.append(Word(_fold(match.group()), match.start(), match.end(), sentence))
    return found


class Patterns:
    """Patterns as a trie over words. Its walks are bounded by the longest pattern, not by the text."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, mark: str, patterns: Iterable[str]) -> None:
        """Add patterns, as the head of `rules.toml` writes them, under one mark."""
        for pattern in patterns:
            for words in spellings(pattern):
                self._root.add(words, mark)

    def find(self, words: list[Word]) -> list[Match]:
        """Return all matches, each inside one sentence, in the order of their first words."""
        return [
            Match(mark, first, last)
            for first in range(len(words))
            for mark, last in self._root.walk(words, first)
        ]


class _Node:
    """What may come next after some words: whole words, beginnings by length, a year; and who ends here."""

    __slots__ = ("beginnings", "ends", "exact", "year")

    def __init__(self) -> None:
        self.exact: dict[str, _Node] = {}
        self.beginnings: dict[int, dict[str, _Node]] = {}
        self.year: _Node | None = None
        self.ends: set[str] = set()

    def add(self, words: list[str], mark: str) -> None:
        node = self
        for word in words:
            node = node._next_for(word)
        node.ends.add(mark)

    def _next_for(self, word: str) -> _Node:
        if word == _YEAR:
            self.year = self.year or _Node()
            return self.year
        if word.endswith("*"):
            beginning = word[:-1]
            return self.beginnings.setdefault(len(beginning), {}).setdefault(beginning, _Node())
        return self.exact.setdefault(word, _Node())

    def walk(self, words: list[Word], first: int) -> Iterator[tuple[str, int]]:
        """Yield the marks that end after some words from `first` on, with the place past the last."""
        front: list[_Node] = [self]
        for place in range(first, len(words)):
            if words[place].sentence != words[first].sentence:
                return
            front = [after for node in front for after in node.after(words[place].text)]
            if not front:
                return
            for mark in sorted({mark for node in front for mark in node.ends}):
                yield mark, place + 1

    def after(self, word: str) -> Iterator[_Node]:
        if word in self.exact:
            yield self.exact[word]
        for length, nodes in self.beginnings.items():
            if word[:length] in nodes:
                yield nodes[word[:length]]
        if self.year and len(word) == len(_FIRST_YEAR) and _FIRST_YEAR <= word <= _LAST_YEAR:
            yield self.year


def spellings(pattern: str) -> Iterator[list[str]]:
    """Yield every sequence of words that a pattern stands for."""
    pieces = _CHOICE.split(pattern)
    choices = [piece.split("|") if odd % 2 else [piece] for odd, piece in enumerate(pieces)]
    for chosen in product(*choices):
        words = "".join(chosen).split()
        yield [
            word if word in {_YEAR, "%"} else _fold(word.rstrip("*")) + "*" * word.endswith("*")
            for word in words
        ]


@lru_cache(maxsize=65536)
def _fold(word: str) -> str:
    return fold(word.translate(_INVISIBLE))
