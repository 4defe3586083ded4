"""How the files in `patterns` write what is looked for.

word         a whole word, compared without case, accents and hyphens; words stand one blank apart
word*        a beginning
(a|b|)       a choice; the empty one may be missing. There is none within another
({name})     a choice of the words that the head of the file gives that name
carbon~free  apart, with a hyphen or in one word
für          also written without umlauts: fuer
<year>       a year to come
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING

from origin.importing.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR = "<year>"
_LITERAL = frozenset({YEAR, "%"})
_NAME = re.compile(r"\{([a-z]+)\}")
_CHOICE = re.compile(r"\(([^()]*)\)")
_BLANK_OUTSIDE_CHOICES = re.compile(r" (?![^()]*\))")
_JOINT = "~"
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

Names = Mapping[str, tuple[str, ...]]


def steps(pattern: str, names: Names) -> Iterator[set[tuple[str, ...]]]:
    """Yield, step by step, the folded words that may come next; empty ones say that a step may be missing.

    Raises KeyError for an unknown name, ValueError for what could never match.
    """
    named = _NAME.sub(lambda name: "|".join(names[name[1]]), pattern)
    if set(_CHOICE.sub("", named)) & set("()|{}"):
        raise ValueError(f"{pattern!r} has a choice within another, or one that does not end")
    for step in _BLANK_OUTSIDE_CHOICES.split(named):
        yield set(_spellings(step))


def _spellings(step: str) -> Iterator[tuple[str, ...]]:
    pieces = _CHOICE.split(step)
    choices = [piece.split("|") if odd % 2 else [piece] for odd, piece in enumerate(pieces)]
    for chosen in product(*choices):
        text = "".join(chosen)
        for written in (text, text.translate(_DIGRAPHS)):
            first, *further = written.split(_JOINT)
            for joints in product((" ", ""), repeat=len(further)):
                joined = first + "".join(joint + part for joint, part in zip(joints, further, strict=True))
                yield tuple(word for part in joined.split() for word in _fold(part))


def _fold(part: str) -> list[str]:
    if part in _LITERAL:
        return [part]
    words = fold(part.rstrip("*")).split()
    return [*words[:-1], words[-1] + "*" * part.endswith("*")]
