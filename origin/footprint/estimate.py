"""What can be said of a garment's footprint with what is known: low, expected and high, and a cautious value.

Bounds come from the best and worst rows of the tables, so the high one never falls when something known is
withheld: what is unknown counts as the worst there is. Ranking uses the high one alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from origin.footprint import method
from origin.footprint.assumptions import OTHER, assumptions
from origin.footprint.columns import Columns
from origin.footprint.engine import compute
from origin.footprint.garment import Garment, cautious_shares, expected_shares
from origin.footprint.seller import Seller
from origin.footprint.tables import BEST, WORST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from origin.footprint.assumptions import Assumptions
    from origin.footprint.engine import Cycles
    from origin.footprint.garment import Shares
    from origin.footprint.tables import Tables

    Progress = Callable[[int], None]

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
View = Literal["low", "expected", "high"]
_CYCLES: dict[View, Cycles] = {"low": "least", "expected": "rounded", "high": "most"}
_UNKNOWN: dict[View, int] = {"low": BEST, "high": WORST}
_BUSINESSES = {code: at for at, code in enumerate(method.BUSINESS)}
_AT_BEST = {"business": "small-business", "references": 1.0, "traceability": True, "price": np.inf}
_AT_WORST = {
    "business": "large-business-without-services",
    "references": np.inf,
    "traceability": False,
    "price": 0.0,
}
BATCH = 2000
_OPEN, _REST = -3, -4
"""Instead of a material: what the shop leaves open of the main fabric, and all that is not main fabric."""


class Setting(msgspec.Struct, frozen=True):
    """How the unknown counts: what a shop can state by `own`, what no catalogue states by `shared`.

    `alike` counts every country of making as unknown, by `shared`; masses are multiplied by `mass`.
    """

    own: View
    shared: View
    alike: bool = False
    mass: float = 1.0


class Estimates(msgspec.Struct, frozen=True):
    """Of n garments: points (n x 2: `ecs`, `pef`) at least, to be expected and at most.

    `known` is the share (0-1) of inputs that were known. `covered` is false for what the method leaves out,
    such as shoes; its points are NaN. `cautious` is the value to rank by (`ecs`, lower is better; infinite
    where nothing may be gained), `reference` the expected one where only the category is known.
    """

    low: Array
    expected: Array
    high: Array
    known: Array
    covered: NDArray[np.bool_]
    cautious: Array
    reference: Array

    def standing(self) -> Array:
        """0-1, higher is better: one half is a cautious value equal to the reference."""
        return self.reference / (self.reference + self.cautious)


class Estimator:
    """Estimates garments of one seller."""

    def __init__(
        self, tables: Tables, seller: Seller | None = None, assumed: Assumptions | None = None
    ) -> None:
        self._tables = tables
        self._seller = seller or Seller()
        self._assumed = assumed or assumptions()
        self._references = self._averages()

    def estimate(self, garments: Sequence[Garment], progress: Progress = lambda _done: None) -> Estimates:
        """Estimate all `garments`; `progress` hears how many are done."""
        parts = []
        for start in range(0, len(garments), BATCH):
            parts.append(self._batch(garments[start : start + BATCH]))
            progress(min(start + BATCH, len(garments)))
        if not parts:
            return self._batch([])
        return Estimates(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in Estimates.__struct_fields__)
        )

    def points(self, garments: Sequence[Garment], settings: Sequence[Setting]) -> list[Array]:
        """The `ecs` of all `garments` in each of `settings`, whose `own` is `low` or `high`."""
        fabric = self._fabric(garments)
        return [self._points(garments, setting, fabric)[:, 0] for setting in settings]

    def knows_country(self, code: str | None) -> bool:
        """Whether a country of making tells the method anything."""
        return self._region(code) is not None

    def _batch(self, garments: Sequence[Garment]) -> Estimates:
        fabric = self._fabric(garments)
        low, high = (self._points(garments, Setting(view, view), fabric) for view in ("low", "high"))
        expected = self._expected(garments)
        covered = np.array([one.category not in self._assumed.not_covered for one in garments], bool)
        gains = np.array([one.category in self._references for one in garments], bool)
        cautious = np.where(gains, high[:, 0], np.inf)
        # A mass beyond what is usual moves the expected value past the bounds.
        bounds = np.minimum(low, expected), np.maximum(high, expected)
        uncovered = ~covered[:, None]
        return Estimates(
            low=np.where(uncovered, np.nan, bounds[0]),
            expected=np.where(uncovered, np.nan, expected),
            high=np.where(uncovered, np.nan, bounds[1]),
            known=np.array([one.known_share(self._assumed, self._seller) for one in garments]),
            covered=covered,
            cautious=cautious,
            reference=np.array([self._references.get(one.category, 1.0) for one in garments]),
        )

    def _averages(self) -> dict[str, float]:
        """The expected `ecs` of a garment of which only the category is known."""
        codes = [code for code in self._assumed.categories if code != OTHER]
        points = self._expected([Garment(category=code) for code in codes])[:, 0]
        return dict(zip(codes, points.tolist(), strict=True))

    def _expected(self, garments: Sequence[Garment]) -> Array:
        rows = [
            [(self._tables.materials[code or ""], share) for code, share in self._probable(one)]
            for one in garments
        ]
        return self._points(garments, Setting("expected", "expected"), _across(rows))

    def _points(self, garments: Sequence[Garment], setting: Setting, fabric: tuple[Array, Codes]) -> Array:
        columns = self._columns(garments, setting, fabric)
        return compute(columns, self._tables, _CYCLES[setting.shared]).points

    def _columns(self, garments: Sequence[Garment], setting: Setting, fabric: tuple[Array, Codes]) -> Columns:
        tables, count, view = self._tables, len(garments), setting.shared
        materials = self._materials(setting, *fabric)
        product = np.array([self._product(one, view) for one in garments], np.intp)
        making = np.array([self._making(one.country, setting) for one in garments], np.intp)
        elsewhere = np.full(count, self._country(None, view))
        nothing, none = np.full(count, np.nan), np.zeros(count, np.intp)
        seller = self._selling(view)
        price = [self._either(one.price, "price", view) for one in garments]
        return Columns(
            mass=np.array([self._mass(one, view) for one in garments], float) * setting.mass,
            product=product,
            spinning=elsewhere if view != "expected" else tables.material_country[materials["material"][0]],
            fabric=elsewhere,
            dyeing=elsewhere,
            making=making,
            **materials,
            air_ratio=nothing,
            business=np.full(count, seller["business"], np.intp),
            references=np.full(count, seller["references"], float),
            price=np.array(price, float),
            traceability=np.full(count, seller["traceability"], float),
            physical=nothing,
            minutes=nothing,
            making_waste=nothing,
            dead_stock=nothing,
            fabric_process=none - 1,
            yarn=nothing,
            surface=nothing,
            fading=np.zeros(count),
            dyeing_process=none,
            printing=none,
            printing_ratio=np.zeros(count),
            enabled=np.ones((len(method.STEPS), count), bool),
            trims=tables.product_trims[product],
        )

    def _fabric(self, garments: Sequence[Garment]) -> tuple[Array, Codes]:
        """What is certain of compositions: shares and materials (m x n), with marks for what is not known."""
        codes, assumed = self._tables.materials, self._assumed
        rows = []
        for one in garments:
            main = assumed.category(one.category).main
            row = [
                (_OPEN if code is None else codes[code], share * main)
                for code, share in cautious_shares(one, assumed)
            ]
            rows.append(row if main == 1.0 else [*row, (_REST, 1.0 - main)])
        return _across(rows)

    def _probable(self, garment: Garment) -> Shares:
        return expected_shares(garment, self._assumed) or ((self._assumed.unknown_material, 1.0),)

    def _materials(self, setting: Setting, shares: Array, marked: Codes) -> dict[str, Any]:
        unknown = self._tables.materials[self._assumed.unknown_material]
        material = np.where(marked == _OPEN, _UNKNOWN.get(setting.own, unknown), marked)
        material = np.where(marked == _REST, _UNKNOWN.get(setting.shared, unknown), material)
        return {
            "shares": shares,
            "material": material,
            "material_country": self._tables.material_country[material],
            "material_spinning": self._tables.material_spinning[material],
        }

    def _mass(self, garment: Garment, view: View) -> float:
        """The bound of the category where none is known; for the bounds never beyond them."""
        low, expected, high = self._assumed.category(garment.category).mass
        if view == "expected":
            return expected if garment.mass is None else garment.mass
        if garment.mass is None:
            return low if view == "low" else high
        return min(max(garment.mass, low), high)

    def _product(self, garment: Garment, view: View) -> int:
        category = self._assumed.category(garment.category)
        if category.product is not None:
            return self._tables.products[category.product]
        return self._tables.products[category.expected or ""] if view == "expected" else _UNKNOWN[view]

    def _making(self, code: str | None, setting: Setting) -> int:
        if setting.alike:
            return self._country(None, setting.shared)
        return self._country(code, setting.own)

    def _country(self, code: str | None, view: View) -> int:
        known = self._region(code)
        if known is not None:
            return self._tables.countries[known]
        return self._tables.countries[method.UNKNOWN_COUNTRY] if view == "expected" else _UNKNOWN[view]

    def _region(self, code: str | None) -> str | None:
        return code if code in self._tables.regions else self._assumed.regions.get(code or "")

    def _selling(self, view: View) -> dict[str, float]:
        business = self._either(self._seller.business, "business", view)
        return {
            "business": -1 if business is None else _BUSINESSES[business],
            "references": _or_nan(self._either(self._seller.references, "references", view)),
            "traceability": _or_nan(self._either(self._seller.traceability, "traceability", view)),
        }

    def _either(self, value: Any, name: str, view: View) -> Any:
        """The value, or where it is None the bound's; None is left to the method for the expected view."""
        if value is not None or view == "expected":
            return value
        return (_AT_BEST if view == "low" else _AT_WORST)[name]


def _across(rows: Sequence[Sequence[tuple[int, float]]]) -> tuple[Array, Codes]:
    """Shares and materials as the engine wants them: m x n, padded with shares of 0."""
    shape = (max((len(row) for row in rows), default=1), len(rows))
    shares, material = np.zeros(shape), np.zeros(shape, np.intp)
    for at, row in enumerate(rows):
        for nth, (code, share) in enumerate(row):
            shares[nth, at] = share
            material[nth, at] = code
    return shares, material


def _or_nan(value: Any) -> float:
    return float("nan") if value is None else float(value)
