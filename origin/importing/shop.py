"""A shop's settings: its markets, and the feeds and tables it is imported from."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from pathlib import Path  # noqa: TC003
from typing import Annotated, Any, TypeVar, get_args

import msgspec

from origin.importing.currencies import CURRENCIES
from origin.importing.errors import SettingsError
from selvedge.catalogue.model import Market

Name = Annotated[str, msgspec.Meta(min_length=1)]
T = TypeVar("T")


class FeedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Google Merchant feed: one market in one locale. `path` is relative to the shop file."""

    path: Name
    market: Name
    locale: Name


class TableFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CSV file and the mapping that explains it, both relative to the shop file."""

    path: Name
    mapping: Name


class Shop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a shop file says.

    `image_base` and `link_base` are put before image and link paths that are not absolute.
    `official_scores` says that the environmental scores of its feeds are official declared ones, which may
    be shown. `assumed_stock` is the stock of what is said to be available without a number. `taken` is when
    the feeds were taken, where the import is not told otherwise.
    """

    name: Name
    markets: Annotated[tuple[Market, ...], msgspec.Meta(min_length=1)]
    feeds: tuple[FeedFile, ...] = ()
    tables: tuple[TableFile, ...] = ()
    brand: str = ""
    image_base: str = ""
    link_base: str = ""
    official_scores: bool = False
    assumed_stock: Annotated[int, msgspec.Meta(ge=1)] = 1
    taken: datetime | None = None

    def market(self, code: str) -> Market:
        """Return a market by its code; raises SettingsError for one the shop does not have."""
        for market in self.markets:
            if market.code == code:
                return market
        known = ", ".join(market.code for market in self.markets)
        raise SettingsError(self.name, "market", f"no market {code!r}; there are {known}")

    def check_locale(self, market: str, locale: str) -> None:
        """Raise SettingsError unless a market has a locale."""
        locales = self.market(market).locales
        if locale not in locales:
            detail = f"market {market} has no locale {locale!r}; it has {', '.join(locales)}"
            raise SettingsError(self.name, "locale", detail)


def load_shop(path: Path) -> Shop:
    """Read a shop file. Raises SettingsError, which names the key at fault."""
    shop = load_settings(path, Shop)
    for number, market in enumerate(shop.markets):
        if market.currency not in CURRENCIES:
            detail = f"{market.currency!r} is not an active currency of ISO 4217, such as EUR"
            raise SettingsError(path.name, f"markets[{number}].currency", detail)
    for number, feed in enumerate(shop.feeds):
        try:
            shop.check_locale(feed.market, feed.locale)
        except SettingsError as error:
            raise SettingsError(path.name, f"feeds[{number}].{error.key}", str(error)) from error
    return shop


def load_settings(path: Path, kind: type[T]) -> T:
    """Read a TOML file as a struct. Raises SettingsError, which names the key at fault."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(path.name, "", error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(path.name, "", f"not TOML: {error}") from error
    try:
        return msgspec.convert(data, kind, strict=True)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        key = where.strip(".`")
        if "unknown field" in message:
            message += f"; there are {', '.join(_keys_at(kind, key))}"
        raise SettingsError(path.name, key, message) from error


def _keys_at(kind: Any, where: str) -> tuple[str, ...]:
    """Return the keys that the struct at a dotted name like `feeds[0]` has."""
    struct = kind
    for name in re.findall(r"(?:^|\.)(\w+)", where):
        fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
        struct = _struct_in(fields[name])
    return tuple(struct.__struct_fields__)


def _struct_in(annotation: Any) -> Any:
    """Return the struct in an annotation such as `tuple[FeedFile, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    return next(filter(None, map(_struct_in, get_args(annotation))), None)
