"""A garment as a catalogue knows it: often little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.footprint.assumptions import OTHER, Assumptions, assumptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from origin.footprint.seller import Seller
    from selvedge.catalogue.model import Catalogue, Component, Evidence, Product

Shares = tuple[tuple[str | None, float], ...]
"""Materials of the method (None: not known) and their shares of a component; they add up to 1."""


class Garment(msgspec.Struct, frozen=True):
    """What is known of a garment. Mass in kg, price in euro; `country` is where it was sewn (ISO 3166-1).

    `fibres` are fibre codes of the main fabric with their shares (0-1, None where none is stated); `second`
    are those of the component that comes next, such as the lining. `organic` is the certified share of the
    main fabric that no date can end, `dated` that by any certificate that has not ended. Every field may be
    missing: a category by `other`, the rest by None or nothing.
    """

    category: str = OTHER
    mass: float | None = None
    fibres: tuple[tuple[str, float | None], ...] = ()
    second: tuple[tuple[str, float | None], ...] = ()
    organic: float = 0.0
    dated: float = 0.0
    country: str | None = None
    price: float | None = None

    def known_share(self, assumed: Assumptions, seller: Seller) -> float:
        """0-1: how many of its inputs are known; the composition counts as far as it is."""
        stated = sum(share or 0.0 for code, share in self.fibres if code in assumed.same)
        known = (
            float(self.category in assumed.categories and self.category != OTHER),
            float(self.mass is not None),
            min(1.0, stated),
            float(self.country is not None),
            float(self.price is not None),
            float(seller.business is not None),
            float(seller.references is not None),
            float(seller.traceability is not None),
        )
        return sum(known) / len(known)


def cautious_shares(garment: Garment, assumed: Assumptions) -> Shares:
    """The main fabric's materials; what is not stated, or known only by a relative, is not known.

    A composition that adds up to more than the whole contradicts itself, and says nothing.
    """
    stated = [(assumed.same.get(code), share) for code, share in garment.fibres if share]
    total = sum(share for _, share in stated)
    if total > 1 + 1e-6:
        return ((None, 1.0),)
    rest = max(0.0, 1.0 - total)
    return _with_organic((*stated, (None, rest)) if rest else tuple(stated), garment.organic, assumed)


def expected_shares(garment: Garment, assumed: Assumptions) -> Shares:
    """The materials to be expected: relatives stand in, what has no share gets an equal part of the rest."""
    main = assumed.category(garment.category).main
    first = _expected(garment.fibres, assumed)
    if not garment.second or main == 1.0:
        return _with_organic(first, garment.organic, assumed)
    first = _with_organic(first, garment.organic, assumed)
    second = _expected(garment.second, assumed)
    return (*((m, share * main) for m, share in first), *((m, share * (1 - main)) for m, share in second))


def _expected(fibres: tuple[tuple[str, float | None], ...], assumed: Assumptions) -> Shares:
    stated = sum(share or 0.0 for _, share in fibres)
    open_ones = sum(share is None for _, share in fibres)
    each = max(0.0, 1.0 - stated) / open_ones if open_ones else 0.0
    found = [
        (assumed.same.get(code) or assumed.near.get(code) or assumed.unknown_material, share or each)
        for code, share in fibres
    ]
    if not open_ones and stated < 1:
        found.append((assumed.unknown_material, 1 - stated))
    total = sum(share for _, share in found)
    return tuple((material, share / total) for material, share in found if share)


def _with_organic(shares: Shares, organic: float, assumed: Assumptions) -> Shares:
    """Turn as much of a plain material as is certified into its organic kind."""
    result: list[tuple[str | None, float]] = []
    for material, share in shares:
        certified = min(organic, share) if material in assumed.organic else 0.0
        organic -= certified
        if certified:
            result.append((assumed.organic[material or ""], certified))
        if share > certified:
            result.append((material, share - certified))
    return tuple(result)


def garments(catalogue: Catalogue) -> Iterator[Garment]:
    """Describe every product of a catalogue, in its order."""
    assumed = assumptions()
    categories = {group.id: group.category for group in catalogue.groups}
    euro = frozenset(market.code for market in catalogue.markets if market.currency == "EUR")
    for product in catalogue.products:
        yield describe(product, categories, euro, catalogue.taken, assumed)


def describe(
    product: Product,
    categories: Mapping[str, str],
    euro: frozenset[str],
    moment: datetime,
    assumed: Assumptions,
) -> Garment:
    """Describe a product. Prices count in markets of the method's currency, before any reduction."""
    parts = product.components
    main = parts[0] if parts and parts[0].name in assumed.main_names else None
    proofs = [
        (one, _lasts(one, moment))
        for one in product.evidence
        if one.valid_to is None or moment < one.valid_to
    ]
    prices = [offer.regular_price or offer.price for offer in product.offers if offer.market in euro]
    return Garment(
        category=categories[product.group],
        fibres=_fibres(main),
        second=_fibres(parts[1]) if main and len(parts) > 1 else (),
        organic=_organic((one for one, lasts in proofs if lasts), main, assumed),
        dated=_organic((one for one, _ in proofs), main, assumed),
        country=product.country_of_origin,
        price=min(prices) / 100 if prices else None,
    )


def _fibres(part: Component | None) -> tuple[tuple[str, float | None], ...]:
    if part is None:
        return ()
    return tuple((one.fibre, None if one.percentage is None else one.percentage / 100) for one in part.fibres)


def _lasts(one: Evidence, moment: datetime) -> bool:
    """Whether evidence that counts at `moment` always will: an order stays while a version is served.

    Only goods shipped under a transaction certificate are certified for good. No stated end is not enough:
    nothing may be gained by leaving it out.
    """
    return one.shipped is not None and (one.valid_from is None or one.valid_from <= moment)


def _organic(proofs: Iterable[Evidence], main: Component | None, assumed: Assumptions) -> float:
    """The share that certificates of the main fabric vouch for.

    Two certificates may be about the same fibre, and one about another component says nothing of this one.
    """
    shares = (
        (one.share or 0.0) / 100
        for one in proofs
        if (one.component is None or (main is not None and one.component == main.name))
        and one.scheme in assumed.organic_schemes
        and one.level in ("product", "material")
    )
    return max(shares, default=0.0)
