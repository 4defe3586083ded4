"""Whether one garment's footprint is clearly lower than another's: beyond what either leaves open.

Much is open about every garment alike, because no catalogue states it, such as who spins and what it weighs.
That is no difference: it is taken alike for both, at its best, its expected and its worst. What a shop could
state and does not counts as the worst for the garment that would gain by it, and so does
evidence that may end: what is found out here holds for as long as a version is served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from origin.footprint.assumptions import OTHER, assumptions
from origin.footprint.estimate import Setting, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from origin.footprint.estimate import Estimator
    from origin.footprint.garment import Garment

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

    def of(self, rows: Rows) -> Comparison:
        """Return the comparison of the garments at `rows`."""
        return Comparison(self.most[rows], self.most_alike[rows], self.least[rows], self.told[rows])


def compare(found: Sequence[Garment], estimator: Estimator) -> Comparison:
    """Prepare to compare `found`."""
    told = np.array([estimator.knows_country(one.country) for one in found], bool)
    compared = np.array([_is_covered(one.category) for one in found], bool)[:, None]
    alikes = [alike for alike, wanted in ((False, told.any()), (True, not told.all())) if wanted]
    sides: tuple[tuple[View, float, Sequence[Garment]], ...] = (
        ("high", 1 + MASS_TOLERANCE, found),
        ("low", 1 - MASS_TOLERANCE, [_at_best(one) for one in found]),
    )
    by_side: dict[tuple[View, bool], Array] = {}
    for own, mass, garments in sides:
        settings = [Setting(own, level, alike, mass) for alike in alikes for level in LEVELS]
        points = estimator.points(garments, settings)
        for at, alike in enumerate(alikes):
            of_levels = np.stack(points[at * len(LEVELS) : (at + 1) * len(LEVELS)], axis=1)
            by_side[own, alike] = np.where(compared, of_levels, np.nan)
    nothing = np.full((len(found), len(LEVELS)), np.nan)
    most, most_alike = (by_side.get(("high", alike), nothing) for alike in (False, True))
    least = np.where(told[:, None], by_side.get(("low", False), nothing), by_side.get(("low", True), nothing))
    return Comparison(most, most_alike, least, told)


def _at_best(one: Garment) -> Garment:
    """Count all that is certified, for as long as that may last."""
    return msgspec.structs.replace(one, organic=max(one.organic, one.dated)) if one.dated else one


def _is_covered(category: str) -> bool:
    assumed = assumptions()
    return category in assumed.categories and category not in (OTHER, *assumed.not_covered)
