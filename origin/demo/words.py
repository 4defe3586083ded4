"""The demo shop's words (`words.toml`), read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec


class Garment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of garment. `price` is a range in euro cents; `lined` and `filled` are percent."""

    category: str
    weight: int
    noun: dict[str, str]
    price: tuple[int, int]
    sizes: str
    fabrics: tuple[str, ...]
    lined: int = 0
    filled: int = 0
    pockets: bool = False


class Fabric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fibres with the bounds of their shares, and what a certificate could say of them."""

    fibres: tuple[tuple[str, int, int], ...]
    claims: tuple[str, ...]
    part: str = "shell"


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Phrases of a locale; the same position means the same in each."""

    features: tuple[str, ...]
    descriptions: tuple[str, ...]
    care: tuple[str, ...]


class Palette(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Colours: code, the shop's word, swatch."""

    colours: tuple[tuple[str, str, str], ...]


class Syllables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Beginnings and ends that make invented names."""

    first: tuple[str, ...]
    last: tuple[str, ...]

    def name(self, number: int) -> str:
        """Return a name; neighbours differ in both halves."""
        count = len(self.first)
        end = (number + number // count) % len(self.last)
        return self.first[number % count] + self.last[end]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `words.toml`."""

    garments: tuple[Garment, ...]
    sizes: dict[str, tuple[str, ...]]
    fabrics: dict[str, Fabric]
    palette: Palette
    brands: Syllables
    models: Syllables
    texts: dict[str, Texts]
    features: dict[str, tuple[int, ...]]


@cache
def words() -> Words:
    """Load the words."""
    text = resources.files("origin.demo").joinpath("words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Words)
