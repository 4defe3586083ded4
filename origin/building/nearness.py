"""How near garments of one kind are to each other: by the words of their names, by colour and by price.

None of these can be withheld, so that nothing is gained by saying less.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from selvedge.catalogue.filter import UNKNOWN
from selvedge.snapshot.alternatives import PRICE_RATIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selvedge.catalogue.model import Market, Product, ProductGroup

Numbers = NDArray[np.int64]
Rows = NDArray[np.intp]

WORDS, COLOUR, PRICE = 60, 20, 20
"""Points for names of the same words, for the same colour, and for the same price; together 100."""

LEAST = 45
"""From how many points on a garment is near: never without words in common."""

_WORD = re.compile(r"[^\W\d_]{2,}")


class Nearness:
    """Points between products, by their positions in `products`; 0 where prices are apart."""

    def __init__(
        self, products: Sequence[Product], groups: Mapping[str, ProductGroup], markets: Sequence[Market]
    ) -> None:
        of_style = {style: words(group, markets) for style, group in groups.items()}
        titles = [of_style[product.group] for product in products]
        self._weights = _weights(set(titles))
        numbers: dict[frozenset[str], int] = {}
        self._title = np.array([numbers.setdefault(title, len(numbers)) for title in titles], np.intp)
        self._titles = list(numbers)
        self._colour = _codes([product.color for product in products])
        self._prices = _prices(products, markets)

    def points(self, subjects: Rows, others: Rows) -> Numbers:
        """Return 0-100 for each of the pairs of a subject and another."""
        price = self._price_points(subjects, others)
        near = np.flatnonzero(price >= 0)
        found = np.zeros(len(subjects), np.int64)
        one, other = subjects[near], others[near]
        same = (self._colour[one] == self._colour[other]) & (self._colour[one] >= 0)
        found[near] = price[near] + COLOUR * same + self._word_points(one, other)
        return found

    def _word_points(self, subjects: Rows, others: Rows) -> Numbers:
        """The weight of the words in common, over that of all words of the longer name."""
        of_subjects, first = np.unique(self._title[subjects], return_inverse=True)
        of_others, second = np.unique(self._title[others], return_inverse=True)
        columns: dict[str, int] = {}
        for title in of_subjects:
            for word in self._titles[title]:
                columns.setdefault(word, len(columns))
        weights = np.array([self._weights[word] for word in columns], np.float32)
        # Sums of small integers: exact in single precision, whatever their order.
        common = (self._matrix(of_subjects, columns) * weights) @ self._matrix(of_others, columns).T
        longer = np.maximum.outer(self._total(of_subjects), self._total(of_others))
        points = WORDS * common.astype(np.int64) // np.maximum(longer, 1)
        found: Numbers = points[first, second]
        return found

    def _matrix(self, titles: Rows, columns: Mapping[str, int]) -> NDArray[np.float32]:
        found = np.zeros((len(titles), len(columns)), np.float32)
        for at, title in enumerate(titles):
            for word in self._titles[title]:
                if word in columns:
                    found[at, columns[word]] = 1
        return found

    def _total(self, titles: Rows) -> Numbers:
        return np.array([sum(self._weights[word] for word in self._titles[one]) for one in titles], np.int64)

    def _price_points(self, subjects: Rows, others: Rows) -> Numbers:
        """Points in the first market that sells both, and -1 where no market does or prices are apart."""
        found = np.full(len(subjects), -1, np.int64)
        apart = np.zeros(len(subjects), bool)
        most, least = PRICE_RATIO
        for prices in self._prices:
            one, other = prices[subjects], prices[others]
            low, high = np.minimum(one, other), np.maximum(one, other)
            sold = low > 0
            apart |= sold & (least * high > most * low)
            # All for the same price, none at the ratio.
            points = PRICE * (most * low - least * high) // np.maximum((most - least) * low, 1)
            found = np.where(sold & (found < 0), points, found)
        found[apart] = -1
        return found


def words(group: ProductGroup, markets: Sequence[Market]) -> frozenset[str]:
    """Return the words of a style's name, in the first locale of the shop that it has one in."""
    locales = [locale for market in markets for locale in market.locales]
    name = next((group.name[one] for one in locales if one in group.name), "")
    return frozenset(_WORD.findall((name or next(iter(group.name.values()), "")).casefold()))


def _weights(titles: set[frozenset[str]]) -> dict[str, int]:
    """How telling each word is: 1 where every name has it, and 1 more each time that half as many do."""
    frequency = Counter(word for title in titles for word in title)
    return {word: 1 + int(math.log2(len(titles) / count)) for word, count in frequency.items()}


def _codes(values: Sequence[str]) -> Rows:
    known = {value: at for at, value in enumerate(sorted({*values} - {UNKNOWN}))}
    return np.array([known.get(value, -1) for value in values], np.intp)


def _prices(products: Sequence[Product], markets: Sequence[Market]) -> list[Numbers]:
    """By market the lowest price of each product, sold out or not; 0 where it is not sold."""
    found = []
    for market in markets:
        lowest = [
            min((offer.price for offer in product.offers if offer.market == market.code), default=0)
            for product in products
        ]
        found.append(np.array(lowest, np.int64))
    return found
