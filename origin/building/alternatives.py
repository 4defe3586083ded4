"""Which products may stand in for each: of the same function, near in style and price, and with more to show.

More to show is stronger evidence, or a clearly lower footprint with evidence that is no weaker. All of it is
for the time of the feed: what a reader shows is filtered once more, by stock and by what counts then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from origin.building.derivation import bounded, tables
from origin.building.nearness import LEAST, Nearness
from origin.building.wearing import fabric_season_bits, gender_bits, stated_season_bits
from origin.importing.categories import OTHER
from selvedge.catalogue.completeness import states_all_shares
from selvedge.catalogue.strength import strength
from selvedge.snapshot.alternatives import MOST, encode_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from origin.building.arrangement import Arrangement
    from origin.footprint.comparison import Comparison
    from selvedge.catalogue.model import Catalogue, Product

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

NO_FUNCTION = frozenset({OTHER, "accessories"})
"""Categories whose garments have nothing in common that one is worn for."""

OF_A_STYLE = 2
"""How many colourways of a style a row holds: where the nearest is sold out, another may not be."""

_CHUNK = 512


def alternative_rows(
    catalogue: Catalogue, arrangement: Arrangement, comparison: Comparison | None = None
) -> dict[int, bytes]:
    """Return the rows of those products that have alternatives, by ordinal.

    `comparison` is over the catalogue's products, in its order; without it evidence alone decides.
    """
    candidates = _Candidates(catalogue, arrangement, comparison)
    ordinals = arrangement.ordinal_by_rank()
    rows: dict[int, bytes] = {}
    for kind in candidates.kinds():
        for start in range(0, len(kind), _CHUNK):
            for rank, (lower, others) in candidates.nearest(kind[start : start + _CHUNK], kind).items():
                rows[ordinals[rank]] = encode_row(
                    [ordinals[one] for one in lower], [ordinals[one] for one in others]
                )
    return rows


class _Candidates:
    """Every product by rank, in columns."""

    def __init__(self, catalogue: Catalogue, arrangement: Arrangement, comparison: Comparison | None) -> None:
        groups, products = {group.id: group for group in catalogue.groups}, arrangement.products
        moment = catalogue.taken.timestamp()
        self._claims, self._supports = _claims([_strength(product, moment) for product in products])
        self._comparison = comparison
        self._category = np.array([groups[product.group].category for product in products], str)
        if comparison is None and len(self._supports) <= 1:
            self._category = self._category[:0]  # nothing is more than anything else
            return
        self._style = _numbered([product.group for product in products])
        self._gender = np.array([gender_bits(groups[product.group]) for product in products], np.int64)
        stated = {group.id: stated_season_bits(group) for group in catalogue.groups}
        fabrics = {product.components: product for product in products}  # most share theirs with others
        told = {components: fabric_season_bits(product) for components, product in fabrics.items()}
        self._seasons = [
            np.array(bits, np.int64).reshape(-1, 2)
            for bits in (
                [stated[product.group] for product in products],
                [told[product.components] for product in products],
            )
        ]
        self._nearness = Nearness(products, groups, catalogue.markets)
        position = {product.id: at for at, product in enumerate(catalogue.products)}
        self._position = np.array([position[product.id] for product in products], np.intp)

    def kinds(self) -> list[Rows]:
        """Return the ranks of each category whose products have a function in common."""
        found = sorted({*self._category.tolist()} - NO_FUNCTION)
        return [np.flatnonzero(self._category == category) for category in found]

    def nearest(self, subjects: Rows, kind: Rows) -> dict[int, tuple[list[int], list[int]]]:
        """Return the ranks of the nearest alternatives of each subject that has any.

        First those whose footprint is clearly lower, then those that are there for their evidence alone.
        """
        lower, stronger = self._better(subjects, kind)
        row, column = np.nonzero(lower | stronger)
        suits = self._suits(subjects[row], kind[column])
        row, column = row[suits], column[suits]
        if not len(row):
            return {}
        points = self._nearness.points(subjects[row], kind[column])
        near = points >= LEAST
        row, column, points = row[near], column[near], points[near]
        order = np.lexsort((kind[column], -points, row))
        row, column = row[order], column[order]
        within_style = _places(row * len(self._style) + self._style[kind[column]])
        row, column = row[within_style < OF_A_STYLE], column[within_style < OF_A_STYLE]
        kept = _places(row) < MOST
        found: dict[int, tuple[list[int], list[int]]] = {}
        for at, to in zip(row[kept].tolist(), column[kept].tolist(), strict=True):
            lists = found.setdefault(int(subjects[at]), ([], []))
            lists[0 if lower[at, to] else 1].append(int(kind[to]))
        return found

    def _better(self, subjects: Rows, others: Rows) -> tuple[Mask, Mask]:
        """Whether the other's footprint is clearly lower at no weaker evidence, and its evidence stronger."""
        theirs, own = self._claims[others][None, :], self._claims[subjects][:, None]
        supported: Mask = self._supports[theirs, own]
        if self._comparison is None:
            lower = np.zeros(supported.shape, bool)
        else:
            lower = self._comparison.clearly_lower(self._position[subjects], self._position[others])
        return lower & supported, supported & (theirs != own)

    def _suits(self, subjects: Rows, others: Rows) -> Mask:
        """Whether the other of each pair is of another style and made for the same people and seasons."""
        gender = self._gender[subjects]
        found: Mask = gender & self._gender[others] == gender
        for seasons in self._seasons:
            found &= seasons[others, 0] & seasons[subjects, 1] != 0
        found &= self._style[subjects] != self._style[others]
        return found


def _strength(product: Product, moment: float) -> frozenset[str]:
    if not product.evidence:
        return frozenset()
    return strength(bounded(product), tables(), moment, told=states_all_shares(product.components))


def _places(keys: Rows) -> Rows:
    """Return for each key how many equal ones come before it."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    places = np.empty(len(keys), np.intp)
    places[order] = np.arange(len(keys)) - np.searchsorted(ordered, ordered)
    return places


def _numbered(names: Sequence[str]) -> Rows:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.intp)


def _claims(claims: Sequence[frozenset[str]]) -> tuple[Rows, Mask]:
    """Return each product's set of claims by number, and whether a set (row) includes another (column)."""
    sets = {one: at for at, one in enumerate(dict.fromkeys(claims))}
    of_each = np.array([sets[one] for one in claims], np.intp)
    columns = {name: at for at, name in enumerate(sorted({name for one in sets for name in one}))}
    has = np.zeros((len(sets), len(columns)), np.float32)
    for at, one in enumerate(sets):
        has[at, [columns[name] for name in one]] = 1
    lacking = (1 - has) @ has.T
    return of_each, lacking == 0
