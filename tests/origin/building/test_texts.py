"""Rows of styles of like words are those that comparing every style with every other gives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from origin.building import build
from origin.building.texts import COMMON, REACH, neighbours
from selvedge.catalogue.model import Market
from selvedge.snapshot.index import Index
from tests.wardrobe import garment, shop

if TYPE_CHECKING:
    from collections.abc import Sequence

texts = st.lists(st.frozensets(st.sampled_from("abcdefgh"), max_size=5), max_size=40)


def compared(words: Sequence[frozenset[str]]) -> list[list[tuple[int, int]]]:
    """The rows by brute force, where no word is too common."""
    weight = {
        word: round(64 * math.log((len(words) + 1) / sum(word in one for one in words)))
        for word in frozenset().union(*words)
    }
    length = [math.sqrt(sum(weight[word] ** 2 for word in one)) for one in words]

    def like(one: int, other: int) -> int:
        shared = sum(weight[word] ** 2 for word in words[one] & words[other])
        return round(255 * shared / (length[one] * length[other])) if shared else 0

    rows = [
        [(other, like(one, other)) for other in range(len(words)) if other != one]
        for one in range(len(words))
    ]
    return [
        sorted((pair for pair in row if pair[1]), key=lambda pair: (-pair[1], pair[0]))[:REACH]
        for row in rows
    ]


@given(texts)
def test_rows_are_those_of_comparing_every_pair(words: list[frozenset[str]]) -> None:
    assert neighbours(words) == compared(words)


def test_what_is_in_most_texts_finds_nobody() -> None:
    words = [frozenset({"shirt", f"own{at}"}) for at in range(COMMON + 1)]
    assert neighbours(words) == [[] for _ in words]


def test_styles_that_say_the_same_come_in_base_order() -> None:
    same = [frozenset({"ribbed", "vest"})] * 12 + [frozenset({"coat"})] * 30
    assert neighbours(same)[5] == [(at, 255) for at in (0, 1, 2, 3, 4, 6, 7, 8)]


def test_names_and_descriptions_are_read_in_the_first_language_or_in_what_there_is() -> None:
    catalogue = shop(*(garment(one) for one in "abcdef"), markets=(Market("nl", "NL", "EUR", ("nl", "en")),))
    named = [
        {"name": {"nl": "Trui met kabels", "en": "Jumper"}, "description": {}},
        {"name": {"nl": "Vest", "en": "Cardigan"}, "description": {"nl": "Met kabels."}},
        {"name": {"en": "Kabels 100"}, "description": {}},
        {"name": {"nl": "Rok", "en": "Jumper"}, "description": {}},
    ]
    groups = tuple(
        msgspec.structs.replace(group, **(named[at] if at < len(named) else {"name": {}, "description": {}}))
        for at, group in enumerate(catalogue.groups)
    )
    index = Index(build(msgspec.structs.replace(catalogue, groups=groups), shop="acme").sections("index"))
    found = [sorted(style for style, _ in index.likeness.row(index.group_of[at])) for at in range(6)]
    assert found == [[1, 2], [0, 2], [0, 1], [], [], []]
