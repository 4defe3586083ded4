"""Certificates over time: which have ended, which end soon, and how well they are described."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from origin.building.derivation import bounded, bounds, content
from origin.importing.schemes import scheme_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selvedge.catalogue.model import Catalogue, Evidence, Product

Standing = Literal["ended", "ends-soon", "not-begun", "counts"]

MONTHS = 24
"""How far ahead endings are counted by month."""

BINS = 10
_DAY = 86_400


class Certificate(msgspec.Struct, frozen=True):
    """A certificate, of how many products it speaks, and how many of these have no other of its scheme.

    `standing` is at the report's time; `days` until its claim ends (below 0: since then), None if it is open.
    """

    scheme: str
    label: str
    level: str
    component: str | None
    identification: str | None
    issuer: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    standing: Standing
    days: int | None
    products: int
    alone: int

    @property
    def about(self) -> str:
        """Its level and, where it is not about the whole, its component."""
        return self.level if self.component is None else f"{self.level} ({self.component})"


class Described(msgspec.Struct, frozen=True):
    """Of how many certificates something is stated."""

    what: str
    label: str
    known: int


class Ending(msgspec.Struct, frozen=True):
    """How many products have a claim that ends in a month (`2027-03`), or `later`, or `open`, or `ended`."""

    when: str
    products: int


class Shares(msgspec.Struct, frozen=True):
    """How many products have a certified share from 0 to 10 %, to 20 %, ... to 100 % included."""

    field: str
    products: tuple[int, ...]


def certificates(catalogue: Catalogue, moment: int, within_days: int) -> tuple[Certificate, ...]:
    """Return every certificate, what has ended first, then by when it ends."""
    found: dict[tuple[object, ...], list[Product]] = defaultdict(list)
    example: dict[tuple[object, ...], Evidence] = {}
    for product in catalogue.products:
        for one in bounded(product):
            key = _key(one)
            example.setdefault(key, one)
            if not found[key] or found[key][-1] is not product:
                found[key].append(product)
    made = (_certificate(example[key], of, moment, within_days) for key, of in found.items())
    return tuple(sorted(made, key=_order))


def described(all_certificates: Iterable[Certificate]) -> tuple[Described, ...]:
    """Return how many certificates have a number, an issuer, a beginning and an end."""
    every = list(all_certificates)
    parts = (
        ("identification", "Number"),
        ("issuer", "Issuer"),
        ("valid_from", "Beginning"),
        ("valid_to", "End"),
    )
    return tuple(
        Described(name, label, sum(getattr(one, name) is not None for one in every)) for name, label in parts
    )


def endings(catalogue: Catalogue, moment: int) -> tuple[Ending, ...]:
    """Return by month how many products lose a claim about themselves or their material, as things stand."""
    counts = Counter[str]()
    months = list(_months(moment))
    for product in catalogue.products:
        own = [one for one in bounded(product) if one.is_whole and one.level in {"product", "material"}]
        counts.update({_when(one, moment, months) for one in own})
    return tuple(Ending(when, counts[when]) for when in ("ended", *months, "later", "open"))


def shares(catalogue: Catalogue, moment: int) -> tuple[Shares, ...]:
    """Return how the certified shares that count at `moment` spread, by field; a product's highest counts."""
    found: dict[str, list[int]] = {name: [0] * BINS for name in ("organicContent", "recycledContent")}
    for product in catalogue.products:
        highest: dict[str, float] = {}
        for one in bounded(product):
            carried = content(one, product)
            if carried and _standing(one, moment, 0) == "counts":
                highest[carried.field] = max(carried.share, highest.get(carried.field, 0))
        for field, share in highest.items():
            found[field][min(BINS - 1, int(share * BINS / 100))] += 1
    return tuple(Shares(field, tuple(counts)) for field, counts in found.items())


def _certificate(one: Evidence, products: list[Product], moment: int, within_days: int) -> Certificate:
    end = bounds(one)[1]
    others = (
        any(
            other.scheme == one.scheme and other.is_whole and _standing(other, moment, 0) == "counts"
            for other in rest
        )
        for rest in ([each for each in bounded(of) if _key(each) != _key(one)] for of in products)
    )
    return Certificate(
        scheme=one.scheme,
        label=scheme_labels("en").get(one.scheme, one.scheme),
        level=one.level,
        component=one.component,
        identification=one.identification,
        issuer=one.issuer,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        standing=_standing(one, moment, within_days),
        days=None if end is None else (end - moment) // _DAY,
        products=len(products),
        alone=sum(not any_other for any_other in others),
    )


def _key(one: Evidence) -> tuple[object, ...]:
    return (
        one.scheme,
        one.level,
        one.component,
        one.identification,
        one.issuer,
        one.valid_from,
        one.valid_to,
    )


def _standing(one: Evidence, moment: int, within_days: int) -> Standing:
    start, end = bounds(one)
    if end is not None and end <= moment:
        return "ended"
    if start is not None and start > moment:
        return "not-begun"
    return "ends-soon" if end is not None and end < moment + within_days * _DAY else "counts"


def _order(one: Certificate) -> tuple[object, ...]:
    open_end = one.valid_to is None
    return (open_end, one.valid_to or datetime.max.replace(tzinfo=UTC), one.scheme, one.identification or "")


def _months(moment: int) -> Iterator[str]:
    first = datetime.fromtimestamp(moment, UTC)
    for number in range(first.month - 1, first.month - 1 + MONTHS):
        yield f"{first.year + number // 12}-{number % 12 + 1:02}"


def _when(one: Evidence, moment: int, months: list[str]) -> str:
    end = bounds(one)[1]
    if end is None:
        return "open"
    if end <= moment:
        return "ended"
    month = f"{datetime.fromtimestamp(end, UTC):%Y-%m}"
    return month if month in months else "later"
