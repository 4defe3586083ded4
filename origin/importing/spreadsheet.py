"""CSV files to a catalogue, as a mapping file says (see `mapping`)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from origin.importing.assembly import Draft
from origin.importing.categories import OTHER, find_category, match_keywords, prepare_keywords
from origin.importing.colours import UNKNOWN, find_colour
from origin.importing.composition import build_components, parse_composition
from origin.importing.dates import parse_end, parse_moment
from origin.importing.offers import PriceError, is_gtin, normalise_size, parse_price
from origin.importing.report import RowRejectedError
from origin.importing.schemes import Certificate, Subject, prove
from origin.importing.table import Table
from origin.importing.vocabulary import vocabulary
from selvedge.catalogue.model import Component, Evidence, Offer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from origin.importing.assembly import Assembly
    from origin.importing.mapping import CertificateRule, Key, Mapping, PriceColumn
    from origin.importing.report import Log, Row
    from origin.importing.shop import Shop
    from origin.importing.table import Progress

MOST_PERCENT = 100
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class SpreadsheetReader:
    """Reads a shop's CSV files through one mapping each into one assembly."""

    def __init__(self, shop: Shop, assembly: Assembly, log: Log) -> None:
        self._shop = shop
        self._assembly = assembly
        self._log = log

    def read(self, path: Path, mapping: Mapping, progress: Progress | None = None) -> datetime:
        """Read one file; return when it was taken. Raises SourceError and SettingsError."""
        self._shop.check_locale(mapping.market, mapping.locale)
        table = Table(path, self._log, needs=mapping.needs(), delimiter=mapping.delimiter, quoted=True)
        parser = _Parser(self._shop, mapping)
        drafts: dict[tuple[str, str], tuple[Draft, Row]] = {}
        for row in table.rows(progress):
            try:
                draft = parser.draft(row)
                key = (draft.product, draft.offer.size)
                _settle(drafts.get(key), mapping.duplicates, row)
                drafts[key] = (draft, row)
            except RowRejectedError as error:
                self._log.add(error)
        for draft, row in drafts.values():
            self._assembly.add(draft, row)
        self._log.accepted += len(drafts)
        dates = [draft.published for draft, _ in drafts.values() if draft.published]
        return mapping.taken or max(dates, default=datetime.now(UTC))


def _settle(known: tuple[Draft, Row] | None, which: str, row: Row) -> None:
    """Report the row that loses when two give the same product and size."""
    if known is None:
        return
    draft, before = known
    detail = f"{draft.product} is on lines {before.line} and {row.line}"
    if which == "first":
        row.reject("", draft.product, "duplicate", detail)
    try:
        before.reject("", draft.product, "duplicate", detail)
    except RowRejectedError as error:
        row.add(error)


class _Parser:
    """Turns rows into drafts as one mapping says."""

    def __init__(self, shop: Shop, mapping: Mapping) -> None:
        self._shop = shop
        self._mapping = mapping
        self._market = shop.market(mapping.market)
        self._seen: Counter[str] = Counter()
        self._keywords = prepare_keywords((k.category, k.words) for k in mapping.category.keywords)

    def draft(self, row: Row) -> Draft:
        """Parse a row; raises RowRejectedError."""
        mapping, columns = self._mapping, self._mapping.columns
        name = self._name(row)
        price, regular, lowest = self._price(row)
        product = self._key(mapping.product, row)
        brand = self._brand(row)
        published = _date(row, columns.published)
        color_name = row.get(columns.color) or mapping.defaults.color_name
        size, system = normalise_size(row.get(columns.size) or mapping.defaults.size)
        return Draft(
            group=self._key(mapping.group, row),
            product=product,
            locale=mapping.locale,
            name=name,
            description=row.get(columns.description),
            brand=brand,
            category=self._category(row),
            color=_color(row, columns.color, color_name, mapping.locale),
            color_name=color_name,
            link=_prefix(row.get(columns.link), self._shop.link_base) or f"/products/{product}",
            image=_prefix(row.get(columns.image), self._shop.image_base) or None,
            published=published,
            components=self._components(row),
            recycled=self._recycled(row),
            country=self._country(row),
            evidence=self._evidence(row, Subject(product, brand, published)),
            offer=Offer(
                market=mapping.market,
                size=size,
                price=price,
                stock=self._stock(row),
                size_system=row.get(columns.size_system) or system,
                gtin=_gtin(row, columns.gtin),
                regular_price=regular,
                lowest_price_30_days=lowest,
            ),
        )

    def _key(self, key: Key, row: Row) -> str:
        text = "|".join(row.get(column) for column in key.columns)
        if not text.strip("|"):
            row.reject(key.columns[0], "", "missing-value")
        if key.pattern:
            match = re.search(key.pattern, text)
            if match is None:
                row.reject(key.columns[0], text, "no-id", f"no match for {key.pattern}")
            text = match.group(1)
        if key.hashed:
            text = hashlib.sha256(text.encode()).hexdigest()[:12]
        text = key.prefix + text[: key.length]
        if key.numbered:
            self._seen[text] += 1
            text = f"{text}-{self._seen[text]}"
        return text

    def _price(self, row: Row) -> tuple[int, int | None, int | None]:
        """Return the price, and what a reduction needs (Directive 98/6/EC, article 6a)."""
        for rule in self._mapping.price:
            if row.get(rule.column):
                return self._reduction(rule, self._amount(row, rule.column, rule), row)
        return row.reject(self._mapping.price[0].column, "", "missing-value")

    def _reduction(self, rule: PriceColumn, price: int, row: Row) -> tuple[int, int | None, int | None]:
        if not (rule.regular and row.get(rule.regular)):
            return price, None, None
        if not (rule.lowest_30_days and row.get(rule.lowest_30_days)):
            row.repair(rule.regular, row.get(rule.regular), "reduction-without-30-day-price")
            return price, None, None
        regular = self._amount(row, rule.regular, rule)
        lowest = self._amount(row, rule.lowest_30_days, rule)
        if not price < lowest <= regular:
            row.repair(rule.regular, row.get(rule.regular), "reduction-not-below-30-day-price")
            return price, None, None
        return price, regular, lowest

    def _amount(self, row: Row, column: str, rule: PriceColumn) -> int:
        text = row.get(column)
        try:
            return parse_price(text, self._market.currency, rule.decimal)
        except PriceError as error:
            row.reject(column, text, str(error), f"{self._market.currency}, with {rule.decimal!r}")

    def _name(self, row: Row) -> str:
        text = row.need(self._mapping.columns.name)
        match = re.search(self._mapping.name_pattern or "", text)
        return match.group(1) if match and match.groups() else text

    def _brand(self, row: Row) -> str:
        rule = self._mapping.brand
        match = re.search(rule.pattern or r"(?s)(.*)", row.get(rule.column))
        stated = match.group(1).strip() if match else ""
        return stated or rule.default or self._shop.brand or self._shop.name

    def _category(self, row: Row) -> str:
        rule = self._mapping.category
        is_name = rule.column == self._mapping.columns.name
        head = text = self._name(row) if is_name else row.get(rule.column)
        for word in rule.cut_at:
            head = re.split(rf"\s{re.escape(word)}\s", head, maxsplit=1)[0]
        for part in (head, text):  # the head noun first, then whatever the rest says
            code = match_keywords(part, self._keywords)
            if code:
                return code
        languages = (self._mapping.locale, "en")
        code = next(filter(None, (find_category(head, "", each) for each in languages)), None)
        if code is None:
            row.note(rule.column, text, "unknown-category")
        return code or OTHER

    def _components(self, row: Row) -> tuple[Component, ...]:
        rule, shares = self._mapping.composition, self._mapping.shares
        if rule is not None:
            text = row.get(rule.column)
            for separator in rule.separators:
                text = text.replace(separator, "\n")
            return parse_composition(text, self._mapping.locale, row, rule.column)
        if shares is None:
            return ()
        stated = self._stated_shares(row)
        field = next(iter(shares.fibres), "shares")
        return build_components([("", stated)], self._mapping.locale, row, field) if stated else ()

    def _stated_shares(self, row: Row) -> list[tuple[str, float | None]]:
        """Collect fibre columns, then name and share pairs whose fibre has no column."""
        rule = self._mapping.shares
        assert rule is not None  # noqa: S101 - the caller has checked
        find, locale = vocabulary("fibres").find, self._mapping.locale
        stated: list[tuple[str, float | None]] = []
        for column, name in rule.fibres.items():
            share = _share(row, column, rule.unit)
            if share is not None:
                stated.append((name, share))
        known = {find(name, locale) or name for name, _ in stated}
        for pair in rule.pairs:
            name = row.get(pair.name)
            if name and (find(name, locale) or name) not in known:
                stated.append((name, _share(row, pair.share, rule.unit)))
        return _repair_percent(stated, row) if rule.unit == "fraction" else stated

    def _recycled(self, row: Row) -> float | None:
        rule = self._mapping.recycled
        if rule is None:
            return None
        total = _total(row, rule.columns, rule.unit)
        if total is not None and total > MOST_PERCENT:
            row.repair(rule.columns[0], f"{total:g}", "share-out-of-range", "taken as 100")
            return float(MOST_PERCENT)
        return total

    def _country(self, row: Row) -> str | None:
        column = self._mapping.columns.country
        text = row.get(column)
        code = vocabulary("countries").find(text, self._mapping.locale) if text else None
        if text and code is None:
            row.repair(str(column), text, "unknown-country", "left out")
        return code

    def _stock(self, row: Row) -> int:
        column = self._mapping.columns.stock
        text = row.get(column)
        if text and not text.isdecimal():
            row.repair(str(column), text, "not-a-number", "taken as the default")
        return int(text) if text.isdecimal() else self._mapping.defaults.stock

    def _evidence(self, row: Row, subject: Subject) -> tuple[Evidence, ...]:
        found: dict[str, Evidence] = {}
        for rule in self._mapping.certificates:
            value = row.get(rule.column)
            if value and (not rule.values or value in rule.values):
                certificate = _certificate(rule, rule.scheme or value, row)
                evidence = prove(certificate, subject, row, rule.column)
                if evidence:
                    found.setdefault(evidence.id, evidence)
        return tuple(found.values())


def _certificate(rule: CertificateRule, name: str, row: Row) -> Certificate:
    return Certificate(
        name=name,
        authority=rule.issuer,
        identification=row.get(rule.code) or None,
        share=_total(row, rule.share, rule.unit),
        valid_from=_date(row, rule.valid_from),
        valid_to=_date(row, rule.valid_to, end=True),
    )


def _share(row: Row, column: str, unit: str) -> float | None:
    """Return a share in percent; report what is no number."""
    text = row.get(column)
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        row.repair(column, text, "not-a-number", "left out")
        return None
    factor = MOST_PERCENT if unit == "fraction" else 1
    return round(float(text.replace(",", ".")) * factor, 4)


def _total(row: Row, columns: Iterable[str], unit: str) -> float | None:
    shares = [_share(row, column, unit) for column in columns]
    stated = [share for share in shares if share is not None]
    return round(sum(stated), 4) if stated else None


def _repair_percent(stated: list[tuple[str, float | None]], row: Row) -> list[tuple[str, float | None]]:
    """Take `6.0` among fractions for 6 %, where the row then adds up to 100."""
    over = [(name, share) for name, share in stated if share and share > MOST_PERCENT]
    if len(over) != 1:
        return stated
    (name, share) = over[0]
    lower = (share or 0.0) / MOST_PERCENT
    rest = sum(other or 0.0 for _, other in stated) - (share or 0.0)
    if round(rest + lower, 2) != MOST_PERCENT:
        return stated
    row.repair(name, f"{lower:g}", "percent-among-fractions", f"taken as {lower:g} %")
    return [(n, lower if n == name else s) for n, s in stated]


def _color(row: Row, column: str | None, name: str, locale: str) -> str:
    code = find_colour(name, locale) if name else UNKNOWN
    if name and code == UNKNOWN:
        row.note(str(column), name, "unknown-colour")
    return code


def _date(row: Row, column: str | None, *, end: bool = False) -> datetime | None:
    text = row.get(column)
    if not text:
        return None
    moment = parse_end(text) if end else parse_moment(text)
    if moment is None:
        row.repair(str(column), text, "not-a-date", "left out")
    return moment


def _gtin(row: Row, column: str | None) -> str | None:
    text = row.get(column)
    if text and not is_gtin(text):
        row.repair(str(column), text, "wrong-gtin", "length or check digit; left out")
        return None
    return text or None


def _prefix(path: str, base: str) -> str:
    return path if not path or "://" in path or path.startswith("/") else base + path
