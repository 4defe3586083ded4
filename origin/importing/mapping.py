"""Mapping files: how the columns of one shop's CSV become a catalogue, without code.

Every entry is described in docs/importing.md. A mapping that does not fit is refused with the name
of the key at fault, before any row is read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from origin.importing.errors import SettingsError
from origin.importing.schemes import find_scheme
from origin.importing.shop import load_settings
from origin.importing.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Text = Annotated[str, msgspec.Meta(min_length=1)]
Mark = Literal[".", ","]


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an id is made: joined `columns`, the first group of `pattern`, cut to `length`.

    `hashed` makes a short id of many columns; `numbered` tells rows apart that are equal in all of
    them, by their order. `prefix` goes in front.
    """

    columns: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    pattern: str | None = None
    length: Annotated[int, msgspec.Meta(ge=1)] | None = None
    hashed: bool = False
    numbered: bool = False
    prefix: str = ""


class PriceColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price column; the first one that a row fills counts. `regular` is the price before."""

    column: Text
    decimal: Mark = "."
    regular: Text | None = None
    lowest_30_days: Text | None = None


class Keywords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that speak for a category, at the end of a word of the title."""

    category: Text
    words: tuple[Text, ...]


class CategoryRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the category comes from. Of a title, only what stands before a `cut_at` word counts."""

    column: Text
    cut_at: tuple[Text, ...] = ()
    keywords: tuple[Keywords, ...] = ()


class BrandRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The brand: a column, or what the group of `pattern` finds in it, else `default`."""

    default: str = ""
    column: Text | None = None
    pattern: str | None = None


class CompositionRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of composition text and what parts its components."""

    column: Text
    separators: tuple[Text, ...] = ("\n", " / ")


class SharePair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that names a fibre and one that states its share."""

    name: Text
    share: Text


class ShareColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column per fibre: `fibres` is column -> name. `pairs` fill in fibres without a column."""

    fibres: dict[str, str] = {}
    pairs: tuple[SharePair, ...] = ()
    unit: Literal["fraction", "percent"] = "percent"


class CertificateRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that is filled where there is a certificate.

    Its value is the scheme's name unless `scheme` states it. `values` are the cells that count;
    none means all that are not empty. `share` columns are added up. `confirmed_by` is a column that has to
    hold the same value, where a table states a certificate twice: else it proves nothing.
    """

    column: Text
    scheme: Text | None = None
    values: tuple[Text, ...] = ()
    confirmed_by: Text | None = None
    share: tuple[Text, ...] = ()
    unit: Literal["fraction", "percent"] = "percent"
    code: Text | None = None
    issuer: Text | None = None
    valid_from: Text | None = None
    valid_to: Text | None = None
    component: Text | None = None
    source: Text | None = None
    shipped: Text | None = None


class RecycledRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of recycled shares, which are added up."""

    columns: tuple[Text, ...]
    unit: Literal["fraction", "percent"] = "percent"


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts where the data set has no such column."""

    size: Text = "ONE SIZE"
    stock: Annotated[int, msgspec.Meta(ge=0)] = 1
    color_name: str = ""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Plain columns by what they hold."""

    name: Text
    description: Text | None = None
    color: Text | None = None
    link: Text | None = None
    image: Text | None = None
    published: Text | None = None
    country: Text | None = None
    size: Text | None = None
    size_system: Text | None = None
    stock: Text | None = None
    gtin: Text | None = None
    stated: Text | None = None


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping file. `locale` is the language of the texts, fibres, colours and countries.

    `name_pattern` has one group: the part of the name column that is the name. `duplicates` says
    what counts when rows give one product and size twice: the first, or the last. `taken` is when
    the data was taken; without it, the latest `published`.
    """

    market: Text
    locale: Text
    columns: Columns
    product: Key
    group: Key
    price: Annotated[tuple[PriceColumn, ...], msgspec.Meta(min_length=1)]
    category: CategoryRule
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    name_pattern: str | None = None
    duplicates: Literal["first", "last"] = "first"
    taken: datetime | None = None
    brand: BrandRule = BrandRule()
    composition: CompositionRule | None = None
    shares: ShareColumns | None = None
    certificates: tuple[CertificateRule, ...] = ()
    recycled: RecycledRule | None = None
    defaults: Defaults = Defaults()

    def needs(self) -> list[str]:
        """Return every column that the mapping names."""
        return sorted({str(column) for column in self._columns() if column})

    def _columns(self) -> Iterator[str | None]:
        yield from msgspec.structs.astuple(self.columns)
        yield from (*self.product.columns, *self.group.columns, self.category.column)
        for price in self.price:
            yield from (price.column, price.regular, price.lowest_30_days)
        yield from (self.brand.column, self.composition.column if self.composition else None)
        if self.shares:
            yield from self.shares.fibres
            for pair in self.shares.pairs:
                yield from (pair.name, pair.share)
        for rule in self.certificates:
            yield from (rule.column, *rule.share, rule.code, rule.valid_from, rule.valid_to)
            yield from (rule.component, rule.source, rule.confirmed_by, rule.shipped)
        if self.recycled:
            yield from self.recycled.columns


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises SettingsError, which names the key at fault."""
    mapping = load_settings(path, Mapping)
    for key, problem in _problems(mapping):
        raise SettingsError(path.name, key, problem)
    return mapping


def _problems(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Find what the types cannot: patterns, and codes that no vocabulary has."""
    patterns = {
        "product.pattern": mapping.product.pattern,
        "group.pattern": mapping.group.pattern,
        "brand.pattern": mapping.brand.pattern,
        "name_pattern": mapping.name_pattern,
    }
    for key, pattern in patterns.items():
        yield from ((key, problem) for problem in _pattern_problems(pattern or "()"))
    categories = vocabulary("categories").terms
    for number, entry in enumerate(mapping.category.keywords):
        if entry.category not in categories:
            known = ", ".join(categories)
            key = f"category.keywords[{number}].category"
            yield key, f"no category {entry.category!r}; there are {known}"
    for number, rule in enumerate(mapping.certificates):
        if rule.scheme is not None and find_scheme(rule.scheme, None) is None:
            yield f"certificates[{number}].scheme", f"no scheme {rule.scheme!r} in the registry"


def _pattern_problems(pattern: str) -> Iterator[str]:
    try:
        if re.compile(pattern).groups != 1:
            yield "needs exactly one group"
    except re.error as error:
        yield f"not a regular expression: {error}"
