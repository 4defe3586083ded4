"""A shop's colour name to a code of the colour vocabulary."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from origin.importing.vocabulary import fold, vocabulary

UNKNOWN = "unknown"
_SHORTEST_INSIDE = 4  # "tan" inside "botanical" says nothing


@lru_cache(maxsize=16384)
def find_colour(name: str, language: str) -> str:
    """Return the code of the first colour that a name states, or `unknown`.

    `Wit/zwart gestreept` is white: shops put the ground colour first. Words are tried
    whole, then by their end (`kakigroen` is green), then by what they contain.
    """
    names = vocabulary("colours").names(language)
    for part in re.split(r"[/,&]| - ", name):
        folded = fold(part)
        code = names.get(folded) or _find_words(folded.split(), names)
        if code:
            return code
    return UNKNOWN


def _find_words(words: list[str], names: dict[str, str]) -> str | None:
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    for phrase in (*pairs, *words):
        if phrase in names:
            return names[phrase]
    endings = (_longest(w, names, str.endswith) for w in words)
    inside = (_longest(w, names, str.__contains__) for w in words)
    return next((code for code in (*endings, *inside) if code), None)


def _longest(word: str, names: dict[str, str], test: object) -> str | None:
    hits = [n for n in names if (word.endswith(n) if test is str.endswith else n in word)]
    least = 3 if test is str.endswith else _SHORTEST_INSIDE
    best = max((n for n in hits if len(n) >= least), key=len, default=None)
    return names[best] if best else None
