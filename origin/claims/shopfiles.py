"""The texts of a shop's own files: feeds and tables, shop files, rules, catalogues, pages."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from origin.claims.texts import Text, from_html, from_json, from_values
from origin.importing.archive import load_catalogue
from origin.importing.errors import SourceError
from origin.importing.report import Log
from origin.importing.shop import load_settings, load_shop
from origin.importing.table import PROGRESS_EVERY, Table
from origin.importing.vocabulary import fold, vocabulary
from selvedge.catalogue.completeness import is_all
from selvedge.catalogue.filter import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from origin.importing.report import Row
    from selvedge.catalogue.model import Catalogue, Product

    Progress = Callable[[int, int], None]

KINDS = (".tsv", ".csv", ".toml", ".json", ".html", ".htm", ".txt", ".selvedge")
"""File names that can be read; a `.txt` is a feed."""

_ORGANIC_SCHEMES = (
    "GOTS_",
    "ORGANIC_CONTENT_STANDARD",
    "IVN_NATURTEXTIL",
    "REGENERATIVE_ORGANIC",
    "OEKO_TEX_ORGANIC",
)
_ORGANIC_NAMES = (
    "gots",
    "ocs",
    "organic content",
    "global organic textile",
    "naturtextil",
    "regenerative organic",
)
_CERTIFICATES = "certif"
_SHOWN_OF_CERTIFICATES = frozenset({"certificate_component", "certificate_source"})
_LINKS = ("http://", "https://")
_NOT_TEXT = frozenset({"id", "item_group_id", "gtin", "mpn", "price", "sale_price", "availability"})
"""Columns that hold codes and figures. Columns of certificates hold registry names and are proof instead."""


def read_texts(path: Path, locale: str | None = None, progress: Progress | None = None) -> Iterator[Text]:
    """Yield the texts of a file that shoppers may see; `locale` is for files that do not say theirs.

    A shop file brings its feeds along, each in its locale, and its tables in their mappings'. Raises
    SourceError and SettingsError, which name file and fault.
    """
    match path.suffix.lower():
        case ".selvedge":
            yield from from_catalogue(load_catalogue(path), progress)
        case ".toml":
            yield from _from_toml(path, locale, progress)
        case ".json":
            yield from _decoded(path, from_json)
        case ".html" | ".htm":
            yield from _decoded(path, lambda text, place: from_html(text, place, locale))
        case ".csv":
            yield from from_table(path, locale, progress, delimiter=",")
        case ".tsv" | ".txt":
            yield from from_table(path, locale, progress, delimiter="\t")
        case other:
            raise SourceError(path.name, "unknown-kind", f"{other or 'no ending'}: one of {', '.join(KINDS)}")


def from_table(
    path: Path, locale: str | None, progress: Progress | None, *, delimiter: str
) -> Iterator[Text]:
    """Yield the cells of a feed or table that are text, by line and column."""
    table = Table(path, Log(), needs=(), delimiter=delimiter, quoted=delimiter == ",")
    columns = [
        name
        for name in table.columns
        if name in _SHOWN_OF_CERTIFICATES or (name not in _NOT_TEXT and _CERTIFICATES not in name)
    ]
    proofs = [name for name in table.columns if _CERTIFICATES in name]
    for row in table.rows(progress):
        organic = _proves_organic(row, proofs)
        for column in columns:
            text = row.get(column)
            if text and not text.startswith(_LINKS):
                yield Text(f"{path.name}:{row.line} {column}", html.unescape(text), locale, organic=organic)


def from_catalogue(catalogue: Catalogue, progress: Progress | None = None) -> Iterator[Text]:
    """Yield the names, descriptions, brands, colours and issuers of a catalogue, by style and locale.

    A style's texts count as proven organic if all its products are.
    """
    unproven = {product.group for product in catalogue.products if not _is_organic(product, catalogue.taken)}
    for done, group in enumerate(catalogue.groups):
        if progress and done % PROGRESS_EVERY == 0:
            progress(done, len(catalogue.groups))
        yield Text(f"{group.id} brand", group.brand)
        for field, texts in (("name", group.name), ("description", group.description)):
            for locale, text in texts.items():
                yield Text(
                    f"{group.id} {field} {locale}",
                    html.unescape(text),
                    locale,
                    organic=group.id not in unproven,
                )
    for product in catalogue.products:
        if product.color_name:
            yield Text(f"{product.id} color", product.color_name)
        for field, text in _own_words(product):
            yield Text(f"{product.id} {field}", text, organic=_is_organic(product, catalogue.taken))
    for text, product_id in _texts_of_evidence(catalogue).items():
        yield Text(f"{product_id} evidence", text)


def _own_words(product: Product) -> Iterator[tuple[str, str]]:
    """Yield what the shop says of a product in words of its own: badges, unknown fibres and components."""
    for text in product.stated:
        yield "stated", text
    for part in product.components:
        if part.name not in vocabulary("components").terms:
            yield "component", part.name
        for one in part.fibres:
            if not one.known and one.fibre != UNKNOWN:
                yield "fibre", one.fibre


def _texts_of_evidence(catalogue: Catalogue) -> dict[str, str]:
    """Return what evidence says in words of the shop's, with the first product that it is said of."""
    return {
        text: product.id
        for product in reversed(catalogue.products)
        for one in product.evidence
        for text in (one.issuer, one.component, one.source)
        if text and not text.startswith(_LINKS)
    }


def _is_organic(product: Product, at: datetime) -> bool:
    return any(
        proof.scheme.startswith(_ORGANIC_SCHEMES)
        and proof.level in {"product", "material"}
        and is_all(proof.component, product.components)
        and (proof.valid_to is None or proof.valid_to > at)
        for proof in product.evidence
    )


def _proves_organic(row: Row, columns: list[str]) -> bool:
    return any(name in fold(row.get(column)) for column in columns for name in _ORGANIC_NAMES)


def _from_toml(path: Path, locale: str | None, progress: Progress | None) -> Iterator[Text]:
    content = load_settings(path, dict)
    yield from from_values(content, path.name, locale)
    if "markets" not in content or "name" not in content:
        return
    shop = load_shop(path)
    for feed in shop.feeds:
        yield from read_texts(path.parent / feed.path, feed.locale, progress)
    for table in shop.tables:
        mapping = load_settings(path.parent / table.mapping, dict)
        yield from read_texts(path.parent / table.path, mapping.get("locale"), progress)


def _decoded(path: Path, read: Callable[[str, str], Iterator[Text]]) -> Iterator[Text]:
    try:
        yield from read(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        raise SourceError(path.name, "unreadable", error.strerror or str(error)) from error
    except ValueError as error:
        raise SourceError(path.name, "unreadable", str(error)) from error
