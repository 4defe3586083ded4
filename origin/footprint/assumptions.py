"""What is assumed where a catalogue says nothing: `defaults.toml`, with its reasons."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec

OTHER = "other"


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A category of our vocabulary. `mass` is low, expected, high kg; `main` the main fabric's least share.

    `product` is the method's; where it is None the category says nothing, and `expected` is the middle.
    """

    mass: tuple[float, float, float]
    main: float
    reason: str
    product: str | None = None
    expected: str | None = None


class Assumptions(msgspec.Struct, frozen=True):
    """The defaults: categories, main components' names, fibres to materials, countries to regions."""

    categories: Mapping[str, Category]
    not_covered: frozenset[str]
    main_names: frozenset[str]
    same: Mapping[str, str]
    near: Mapping[str, str]
    organic: Mapping[str, str]
    organic_schemes: frozenset[str]
    unknown_material: str
    regions: Mapping[str, str]

    def category(self, code: str) -> Category:
        """The defaults of a category; of `other` where it has none."""
        return self.categories.get(code) or self.categories[OTHER]


@cache
def assumptions() -> Assumptions:
    """Read the committed defaults."""
    text = resources.files(__package__).joinpath("defaults.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    fibres = raw["fibres"]
    return Assumptions(
        categories=msgspec.convert(raw["category"], dict[str, Category]),
        not_covered=frozenset(raw["not_covered"]["categories"]),
        main_names=frozenset(raw["main_components"]["names"]),
        same=_inverted(fibres["same"]),
        near=_inverted(fibres["near"]),
        organic={plain: organic for plain, organic in fibres["organic"].items() if plain.startswith("ei-")},
        organic_schemes=frozenset(fibres["organic"]["schemes"]),
        unknown_material=fibres["unknown"]["expected"],
        regions=_inverted(raw["regions"]),
    )


def _inverted(lists: Mapping[str, Any]) -> dict[str, str]:
    return {one: target for target, many in lists.items() for one in many}
