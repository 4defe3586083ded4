"""Garments as columns: what the engine computes on, a row per garment."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]
Numbers = NDArray[np.float64]


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Arrays of n garments; codes are rows of `Tables`, NaN in a number means the method's own.

    The materials' arrays are m x n: each garment's first material, then each's second, and so on, padded
    with a share of 0. `enabled` is 8 x n, by `method.STEPS`. `trims` is n x 2, the points of all trims.
    `printing` is 0 for none, else 1 + the kind; `business` and `fabric_process` are -1 for the product's.
    """

    mass: Numbers
    product: Codes
    spinning: Codes
    fabric: Codes
    dyeing: Codes
    making: Codes
    shares: Numbers
    material: Codes
    material_country: Codes
    material_spinning: Codes
    air_ratio: Numbers
    business: Codes
    references: Numbers
    price: Numbers
    traceability: Numbers
    physical: Numbers
    minutes: Numbers
    making_waste: Numbers
    dead_stock: Numbers
    fabric_process: Codes
    yarn: Numbers
    surface: Numbers
    fading: Numbers
    dyeing_process: Codes
    printing: Codes
    printing_ratio: Numbers
    enabled: NDArray[np.bool_]
    trims: Numbers

    def __len__(self) -> int:
        return len(self.mass)

    def rows(self, start: int, stop: int) -> Columns:
        """Return the garments from `start` up to `stop`, as views."""
        return Columns(
            **{name: _cut(name, getattr(self, name), start, stop) for name in self.__struct_fields__}
        )


_ACROSS = frozenset(("shares", "material", "material_country", "material_spinning", "enabled"))


def _cut(name: str, array: Any, start: int, stop: int) -> Any:
    return array[:, start:stop] if name in _ACROSS else array[start:stop]
