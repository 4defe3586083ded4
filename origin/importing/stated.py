"""What a shop says of a product beside facts: badges, highlights, compositions that say more than fibres."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from origin.importing.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from origin.importing.report import Row

ORGANIC_STEMS = ("organ", "bio", "ecol", "okol", "oekol")
"""What every word for organically grown holds, folded, in the languages of the claims lint."""


_RUN_TOGETHER = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where a scrape joined two badges: `DenimOrganic Cotton`."""


def speaks_of_organic(text: str) -> bool:
    """Whether a text may call something organic: quick, and never wrong in saying no."""
    folded = fold(text)
    return any(stem in folded for stem in ORGANIC_STEMS)


def read_stated(
    row: Row, columns: Iterable[str | None], compositions: Iterable[str | None]
) -> tuple[str, ...]:
    """Return the texts of `columns`, and of `compositions` those that may call a fibre organic.

    A composition is read as fibres, which an organically grown one is not apart from: the word would be lost.
    """
    texts = [_RUN_TOGETHER.sub(" ", row.get(column)) for column in columns]
    texts += [text for text in map(row.get, compositions) if speaks_of_organic(text)]
    return tuple(dict.fromkeys(text for text in texts if text))
