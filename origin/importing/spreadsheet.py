"""CSV files to a catalogue, as a mapping file says (see `mapping`)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from origin.importing.assembly import Draft
from origin.importing.categories import OTHER, find_category, match_keywords, prepare_keywords
from origin.importing.composition import build_components, parse_composition
from origin.importing.offers import normalise_size
from origin.importing.report import RowRejectedError
from origin.importing.schemes import Certificate, Subject, prove
from origin.importing.shares import read_shares, total_share
from origin.importing.stated import read_stated
from origin.importing.table import Table
from origin.importing.values import (
    MOST_PERCENT,
    read_color,
    read_country,
    read_date,
    read_gtin,
    read_link,
    read_price,
    read_stock,
    reduce,
)
from selvedge.catalogue.model import Component, Evidence, Offer

if TYPE_CHECKING:
    from pathlib import Path

    from origin.importing.assembly import Assembly
    from origin.importing.mapping import CertificateRule, Key, Mapping
    from origin.importing.report import Log, Row
    from origin.importing.shop import Shop
    from origin.importing.table import Progress
    from origin.importing.values import Price


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
        self._cuts = [re.compile(rf"\s{re.escape(word)}\s") for word in mapping.category.cut_at]
        self._keywords = prepare_keywords((k.category, k.words) for k in mapping.category.keywords)

    def draft(self, row: Row) -> Draft:
        """Parse a row; raises RowRejectedError."""
        mapping, columns = self._mapping, self._mapping.columns
        name = self._name(row)
        price, regular, lowest = self._price(row)
        product = self._key(mapping.product, row)
        brand = self._brand(row)
        published = read_date(row, columns.published)
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
            color=read_color(row, columns.color or "color", color_name, mapping.locale),
            color_name=color_name,
            link=read_link(row, columns.link or "", self._shop.link_base) or f"/products/{product}",
            image=read_link(row, columns.image or "", self._shop.image_base) or None,
            published=published,
            components=self._components(row),
            recycled=self._recycled(row),
            country=read_country(row, columns.country, mapping.locale),
            evidence=self._evidence(row, Subject(product, brand)),
            stated=read_stated(row, (columns.stated,), (self._composition_column(),)),
            offer=Offer(
                market=mapping.market,
                size=size,
                price=price,
                stock=read_stock(row, columns.stock, mapping.defaults.stock),
                size_system=row.get(columns.size_system) or system,
                gtin=read_gtin(row, columns.gtin),
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

    def _price(self, row: Row) -> Price:
        """Return the first price that the row fills, as a reduction where it may be shown as one."""
        currency = self._market.currency
        for rule in self._mapping.price:
            if not row.get(rule.column):
                continue
            pay = read_price(row, rule.column, currency, rule.decimal)
            if not (rule.regular and row.get(rule.regular)):
                return pay, None, None
            regular = read_price(row, rule.regular, currency, rule.decimal)
            stated = rule.lowest_30_days if row.get(rule.lowest_30_days) else None
            lowest = read_price(row, stated, currency, rule.decimal) if stated else None
            return reduce(row, rule.regular, pay, regular, lowest)
        return row.reject(self._mapping.price[0].column, "", "missing-value")

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
        for cut in self._cuts:
            head = cut.split(head, maxsplit=1)[0]
        for part in (head, text):  # the head noun first, then whatever the rest says
            code = match_keywords(part, self._keywords)
            if code:
                return code
        languages = (self._mapping.locale, "en")
        code = next(filter(None, (find_category(head, "", each) for each in languages)), None)
        if code is None:
            row.note(rule.column, text, "unknown-category")
        return code or OTHER

    def _composition_column(self) -> str | None:
        rule = self._mapping.composition
        return rule.column if rule else None

    def _components(self, row: Row) -> tuple[Component, ...]:
        rule, shares = self._mapping.composition, self._mapping.shares
        if rule is not None:
            text = row.get(rule.column)
            for separator in rule.separators:
                text = text.replace(separator, "\n")
            return parse_composition(text, self._mapping.locale, row, rule.column)
        if shares is None:
            return ()
        stated = read_shares(row, shares, self._mapping.locale)
        field = next(iter(shares.fibres), "shares")
        return build_components([("", stated)], self._mapping.locale, row, field) if stated else ()

    def _recycled(self, row: Row) -> float | None:
        rule = self._mapping.recycled
        if rule is None:
            return None
        total = total_share(row, rule.columns, rule.unit)
        if total is not None and total > MOST_PERCENT:
            row.repair(rule.columns[0], f"{total:g}", "share-out-of-range", "taken as 100")
            return float(MOST_PERCENT)
        return total

    def _evidence(self, row: Row, subject: Subject) -> tuple[Evidence, ...]:
        found: dict[str, Evidence] = {}
        for rule in self._mapping.certificates:
            value = row.get(rule.column)
            if value and (not rule.values or value in rule.values) and _is_confirmed(rule, value, row):
                certificate = _certificate(rule, rule.scheme or value, row)
                evidence = prove(certificate, subject, row, rule.column)
                if evidence:
                    found.setdefault(evidence.id, evidence)
        return tuple(found.values())


def _is_confirmed(rule: CertificateRule, value: str, row: Row) -> bool:
    if rule.confirmed_by is None or row.get(rule.confirmed_by) == value:
        return True
    row.repair(
        rule.column, value, "certificate-contradicted", f"left out: {rule.confirmed_by} says otherwise"
    )
    return False


def _certificate(rule: CertificateRule, name: str, row: Row) -> Certificate:
    dates = [
        (rule.valid_from, read_date(row, rule.valid_from)),
        (rule.valid_to, read_date(row, rule.valid_to, end=True)),
    ]
    return Certificate(
        name=name,
        authority=rule.issuer,
        identification=row.get(rule.code) or None,
        share=total_share(row, rule.share, rule.unit),
        valid_from=dates[0][1],
        valid_to=dates[1][1],
        dated=all(found is not None or not row.get(column) for column, found in dates),
        component=row.get(rule.component) or None,
        source=row.get(rule.source) or f"table:{rule.column}",
        shipped=read_date(row, rule.shipped),
    )
