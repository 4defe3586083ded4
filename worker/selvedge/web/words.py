"""The words of fragments, by language. They lie in templates/words.txt: JSON, in a file that is bundled."""

from __future__ import annotations

from pathlib import Path

import msgspec

FALLBACK = "en"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What fragments say in one language (BCP 47). `headings` are by slot.

    `recycled` holds `{share}`, `made_in` `{country}`, and `until` a `{fact}` and its last `{date}`.
    `reasons` are by kind (`items.Kind`): those of products hold `{name}` and have a form without, `nameless`;
    those of facets hold `{value}`. What is sponsored is `promoted`.
    """

    language: str
    headings: dict[str, str]
    promoted: str
    price: str
    regular_price: str
    lowest_price: str
    facts: str
    recycled: str
    made_in: str
    until: str
    reasons: dict[str, str]


def _read(path: Path) -> dict[str, Words]:
    known = msgspec.json.decode(path.read_bytes(), type=list[Words])
    return {words.language: words for words in known}


# `.json` is silently left out of a Worker's bundle, `.txt` is not.
WORDS = _read(Path(__file__).parent / "templates" / "words.txt")


def words_for(locale: str) -> Words:
    """Return the words of a locale's language, or English ones; `language` says which."""
    return WORDS.get(locale.partition("-")[0].lower(), WORDS[FALLBACK])
