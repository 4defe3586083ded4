"""Whether one garment's footprint is clearly lower than another's: beyond what either leaves open.

Much is open about every garment alike, because no catalogue states it, such as who spins and what it weighs.
That is no difference: it is taken alike for both, at its best, its expected and its worst. What a shop could
state and does not counts as the worst for the garment that would gain by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from origin.footprint.assumptions import OTHER, assumptions
from origin.footprint.estimate import Setting, View
from origin.footprint.garment import garments

if TYPE_CHECKING:
    from origin.footprint.estimate import Estimator
    from origin.footprint.garment import Garment
    from selvedge.catalogue.model import Catalogue

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

LEVELS: tuple[View, ...] = ("low", "expected", "high")
MASS_TOLERANCE = 0.1
"""How far either of two garments that are near each other may be from the same mass."""


class Comparison(msgspec.Struct, frozen=True):
    """Points (`ecs`) of n garments in each of `LEVELS` (n x 3), NaN where the method covers none.

    `most` is at worst, `least` at best. `most_alike` leaves the country of making out, as `least` does where
    that is not stated (`told`): then it is no difference that could be known.
    """

    most: Array
    most_alike: Array
    least: Array
    told: Mask

    def clearly_lower(self, subjects: Rows, others: Rows) -> Mask:
        """Whether each of `others` takes clearly less than each of `subjects`: subjects x others."""
        found = np.ones((len(subjects), len(others)), bool)
        told = self.told[subjects]
        for rows, most in ((told, self.most), (~told, self.most_alike)):
            if rows.any():
                for level in range(len(LEVELS)):
                    least = self.least[subjects[rows], level]
                    found[rows] &= most[None, others, level] < least[:, None]
        return found


def compare(catalogue: Catalogue, estimator: Estimator) -> Comparison:
    """Prepare to compare the garments of a catalogue, in its order."""
    return compare_garments(list(garments(catalogue)), estimator)


def compare_garments(found: list[Garment], estimator: Estimator) -> Comparison:
    """Prepare to compare `found`."""
    distinct = {one: at for at, one in enumerate(dict.fromkeys(found))}
    of_each = np.array([distinct[one] for one in found], np.intp)
    return _comparison(list(distinct), of_each, estimator)


def _comparison(distinct: list[Garment], of_each: Rows, estimator: Estimator) -> Comparison:
    told = np.array([estimator.knows_country(one.country) for one in distinct], bool)
    compared = np.array([_is_covered(one.category) for one in distinct], bool)[:, None]
    heavy, light = 1 + MASS_TOLERANCE, 1 - MASS_TOLERANCE
    settings = [
        *(Setting("high", level, mass=heavy) for level in LEVELS),
        *(Setting("high", level, alike=True, mass=heavy) for level in LEVELS),
        *(Setting("low", level, mass=light) for level in LEVELS),
        *(Setting("low", level, alike=True, mass=light) for level in LEVELS),
    ]
    points = np.array(estimator.points(distinct, settings)).reshape(4, len(LEVELS), -1).transpose(0, 2, 1)
    most, most_alike, least, least_alike = np.where(compared, points, np.nan)
    least = np.where(told[:, None], least, least_alike)
    return Comparison(most[of_each], most_alike[of_each], least[of_each], told[of_each])


def _is_covered(category: str) -> bool:
    assumed = assumptions()
    return category in assumed.categories and category not in (OTHER, *assumed.not_covered)
