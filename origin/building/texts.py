"""Which styles say the like of themselves: cosine over the words of name and description, rare ones first.

Words weigh by inverse document frequency. Weights are whole numbers and their products sums of whole
numbers, so that equal input gives equal bytes whatever adds them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from selvedge.snapshot.likeness import ALIKE, encode_likeness

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from selvedge.catalogue.model import Catalogue, Product, ProductGroup

REACH = 8
"""Neighbours a style: 24 bytes where there are fewer than 65,536 styles."""

COMMON, COMMON_SHARE = 50, 0.05
"""A word of more texts than this, and of a larger share of them, tells nothing that facets do not."""

_SCALE = 64
_BLOCK = 512
_WORD = re.compile(r"[^\W\d_]{2,}")

_Row = list[tuple[int, int]]
_Array = np.ndarray[Any, np.dtype[Any]]


def text_sections(catalogue: Catalogue, products: Sequence[Product]) -> dict[str, bytes]:
    """Return the sections `text/...` over the styles of `products`, which are in rank order."""
    groups = {group.id: group for group in catalogue.groups}
    locale = next((market.locales[0] for market in catalogue.markets), "")
    styles = dict.fromkeys(product.group for product in products)
    return encode_likeness("text", neighbours([_words(groups[style], locale) for style in styles]))


def neighbours(texts: Sequence[frozenset[str]]) -> list[_Row]:
    """Return for each text the `REACH` others most like it, with weights of 1 to `ALIKE`; equals in order."""
    positions: dict[frozenset[str], list[int]] = {}
    for at, words in enumerate(texts):
        positions.setdefault(words, []).append(at)
    distinct = [words for words in positions if words]
    rows: list[_Row] = [[] for _ in texts]
    for words, candidates in zip(distinct, _candidates(distinct, texts), strict=True):
        wide = [(at, one) for other, one in candidates for at in positions[distinct[other]][: REACH + 1]]
        wide.sort(key=lambda pair: (-pair[1], pair[0]))
        for at in positions[words]:
            rows[at] = [pair for pair in wide if pair[0] != at][:REACH]
    return rows


def _words(group: ProductGroup, locale: str) -> frozenset[str]:
    """The words of a style in `locale`, or in the first language that it has."""
    texts = (group.name, group.description)
    found = (text.get(locale) or next(filter(None, text.values()), "") for text in texts)
    return frozenset(_WORD.findall(" ".join(found).casefold()))


def _candidates(
    distinct: Sequence[frozenset[str]], texts: Sequence[frozenset[str]]
) -> Iterator[list[tuple[int, int]]]:
    """Yield for each of the `distinct` texts those most like it, itself among them, with their weights."""
    frequencies = Counter(word for words in texts for word in words)
    weights = {
        word: round(_SCALE * math.log((len(texts) + 1) / found)) for word, found in frequencies.items()
    }
    lengths = np.sqrt([max(1, sum(weights[word] ** 2 for word in words)) for words in distinct])
    most = max(COMMON, COMMON_SHARE * len(texts))
    matrix = _matrix(distinct, {word: weights[word] for word, found in frequencies.items() if found <= most})
    for start in range(0, len(distinct), _BLOCK):
        block = (matrix[start : start + _BLOCK] @ matrix.T).tocsr()
        for row in range(block.shape[0]):
            span = slice(block.indptr[row], block.indptr[row + 1])
            others = block.indices[span]
            cosines = block.data[span] / (lengths[start + row] * lengths[others])
            yield _best(others, np.rint(ALIKE * np.minimum(cosines, 1.0)))


def _matrix(distinct: Sequence[frozenset[str]], weights: Mapping[str, int]) -> sparse.csr_array:
    """Return the weights of words by text; a word without one is left out."""
    columns = {word: at for at, word in enumerate(sorted(weights))}
    by_column = np.array([weights[word] for word in columns], dtype=np.float64)
    found = [sorted(columns[word] for word in words if word in columns) for words in distinct]
    indices = np.array([at for row in found for at in row], dtype=np.int64)
    starts = np.cumsum([0, *map(len, found)])
    return sparse.csr_array((by_column[indices], indices, starts), shape=(len(distinct), len(columns)))


def _best(others: _Array, weights: _Array) -> list[tuple[int, int]]:
    """The most alike of `others`, equals in order."""
    if len(others) > 2 * REACH:
        least = np.partition(weights, -REACH - 1)[-REACH - 1]
        others, weights = others[weights >= least], weights[weights >= least]
    order = np.lexsort((others, -weights))[: REACH + 1]
    return [(int(others[at]), int(weights[at])) for at in order if weights[at]]
