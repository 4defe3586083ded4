"""Queries to columns: codes looked up, numbers checked, once and at the boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from origin.footprint import method
from origin.footprint.columns import Columns
from origin.footprint.errors import BadQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from origin.footprint.query import Query
    from origin.footprint.tables import Tables

_FABRICS = {code: at for at, code in enumerate(method.FABRIC_PROCESSES)}
_BUSINESSES = {code: at for at, code in enumerate(method.BUSINESS)}
_SPINNINGS = {code: at for at, code in enumerate(method.SPINNING)}
_DYEING = {code: at for at, code in enumerate(method.DYEING)}
_PRINTS = {code: at for at, code in enumerate(method.PRINTING, 1)}
_STEPS = {code: at for at, code in enumerate(method.STEPS)}
_SHARE_TOLERANCE = 1e-3

LIMITS = {
    "mass": (0.0, None, "above 0"),
    "airTransportRatio": (0.0, 1.0, "0 to 1"),
    "makingDeadStock": (0.0, 0.99, "0 to 0.99"),
    "makingWaste": (0.0, 0.99, "0 to 0.99"),
    "numberOfReferences": (0.0, None, "0 or more"),
    "physicalDurability": (method.DURABILITY_MIN, method.DURABILITY_MAX, "0.67 to 1.45"),
    "price": (0.0, None, "above 0"),
    "surfaceMass": (0.0, None, "above 0"),
    "yarnSize": (0.0, None, "above 0"),
}
"""Lower bound (not allowed itself where the words say "above"), upper bound, and the words for both."""


def encode(queries: Sequence[Query], tables: Tables) -> Columns:
    """Return the columns of `queries`. Raises BadQuery, which names the field and what is allowed."""
    countries = {code: tables.countries[code] for code in tables.regions}
    unknown = countries[method.UNKNOWN_COUNTRY]
    materials = _materials(queries, tables, countries)
    return Columns(
        mass=_numbers("mass", [q.mass for q in queries]),
        product=_codes("product", [q.product for q in queries], tables.products),
        spinning=_spinning_countries(queries, tables, countries, materials),
        fabric=_codes("countryFabric", [q.country_fabric for q in queries], countries, unknown),
        dyeing=_codes("countryDyeing", [q.country_dyeing for q in queries], countries, unknown),
        making=_codes("countryMaking", [q.country_making for q in queries], countries, unknown),
        **materials,
        air_ratio=_numbers("airTransportRatio", [q.air_transport_ratio for q in queries]),
        business=_codes("business", [q.business for q in queries], _BUSINESSES, -1),
        references=_numbers("numberOfReferences", [q.number_of_references for q in queries]),
        price=_numbers("price", [q.price for q in queries]),
        traceability=_floats([q.traceability for q in queries]),
        physical=_numbers("physicalDurability", [q.physical_durability for q in queries]),
        minutes=_minutes(queries),
        making_waste=_numbers("makingWaste", [q.making_waste for q in queries]),
        dead_stock=_numbers("makingDeadStock", [q.making_dead_stock for q in queries]),
        fabric_process=_codes("fabricProcess", [q.fabric_process for q in queries], _FABRICS, -1),
        yarn=_numbers("yarnSize", [q.yarn_size for q in queries]),
        surface=_numbers("surfaceMass", [q.surface_mass for q in queries]),
        fading=_floats([q.fading or False for q in queries]),
        dyeing_process=_codes("dyeingProcessType", [q.dyeing_process_type for q in queries], _DYEING, 0),
        printing=_codes(
            "printing.kind", [q.printing.kind if q.printing else None for q in queries], _PRINTS, 0
        ),
        printing_ratio=_ratios(queries),
        enabled=_enabled(queries),
        trims=_trims(queries, tables),
    )


def _codes(
    field: str, values: list[str | None], known: Mapping[str, int], missing: int | None = None
) -> NDArray[np.intp]:
    table: dict[str | None, int] = dict(known.items())
    if missing is not None:
        table[None] = missing
    try:
        return np.array([table[value] for value in values], np.intp)
    except KeyError as error:
        raise BadQuery(field, f"{error.args[0]!r} is unknown", sorted(known)) from error


def _floats(values: list[Any]) -> NDArray[np.float64]:
    """None becomes NaN."""
    return np.array(values, np.float64)


def _numbers(field: str, values: list[float | None]) -> NDArray[np.float64]:
    numbers = _floats(values)
    low, high, words = LIMITS[field]
    wrong = (numbers <= low) if words.startswith("above") else (numbers < low)
    wrong = wrong | np.isinf(numbers)
    if high is not None:
        wrong = wrong | (numbers > high)
    if wrong.any():
        raise BadQuery(field, f"{numbers[wrong][0]:g} is out of bounds", [words])
    return numbers


def _materials(
    queries: Sequence[Query], tables: Tables, countries: Mapping[str, int]
) -> dict[str, NDArray[Any]]:
    """Flat lists first, then one scatter: most garments have one or two materials."""
    counts = np.array([len(q.materials) for q in queries], np.intp)
    if len(counts) and not counts.min():
        raise BadQuery("materials", "is empty", ["at least one"])
    flat = [one for q in queries for one in q.materials]
    row = np.repeat(np.arange(len(queries)), counts)
    nth = np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts)
    shape = (int(counts.max(initial=1)), len(queries))
    shares = _floats([one.share for one in flat])
    if ((shares < 0) | ~np.isfinite(shares)).any():
        raise BadQuery("materials.share", "is out of bounds", ["0 to 1"])
    sums = np.bincount(row, shares, len(queries))
    off = np.abs(sums - 1) > _SHARE_TOLERANCE
    if off.any():
        raise BadQuery("materials.share", f"the shares add up to {sums[off][0]:g}", ["a sum of 1"])
    material = _codes("materials.id", [one.id for one in flat], tables.materials)
    country = _codes("materials.country", [one.country for one in flat], countries, -1)
    spinning = _codes("materials.spinning", [one.spinning for one in flat], _SPINNINGS, -1)
    _check_spinning(spinning, material, tables)
    return {
        "shares": _scatter(shares, shape, nth, row),
        "material": _scatter(material, shape, nth, row),
        "material_country": _scatter(
            np.where(country < 0, tables.material_country[material], country), shape, nth, row
        ),
        "material_spinning": _scatter(
            np.where(spinning < 0, tables.material_spinning[material], spinning), shape, nth, row
        ),
    }


def _check_spinning(spinning: NDArray[np.intp], material: NDArray[np.intp], tables: Tables) -> None:
    """A synthetic fibre is spun in its own way and no other fibre is."""
    synthetic = tables.material_synthetic[material] > 0
    wrong = (spinning >= 0) & (synthetic != (spinning == _SPINNINGS["SyntheticSpinning"]))
    if wrong.any():
        allowed = ["SyntheticSpinning"] if synthetic[wrong][0] else list(_SPINNINGS)[:2]
        raise BadQuery("materials.spinning", "does not go with the material", allowed)


def _scatter(
    values: NDArray[Any], shape: tuple[int, int], nth: NDArray[np.intp], row: NDArray[np.intp]
) -> NDArray[Any]:
    out = np.zeros(shape, values.dtype)
    out[nth, row] = values
    return out


def _spinning_countries(
    queries: Sequence[Query],
    tables: Tables,
    countries: Mapping[str, int],
    materials: Mapping[str, NDArray[Any]],
) -> NDArray[np.intp]:
    """Where none is named: where the main material usually comes from; of equal shares the last counts."""
    named = _codes("countrySpinning", [q.country_spinning for q in queries], countries, -1)
    shares = materials["shares"]
    main = len(shares) - 1 - np.argmax(shares[::-1], axis=0)
    material = np.take_along_axis(materials["material"], main[None, :], axis=0)[0]
    return np.where(named < 0, tables.material_country[material], named)


def _minutes(queries: Sequence[Query]) -> NDArray[np.float64]:
    known: dict[str | None, float] = dict(method.MINUTES.items())
    known[None] = np.nan
    upcycled = method.MINUTES[method.UPCYCLED_COMPLEXITY]
    try:
        return np.array(
            [
                upcycled if q.upcycled and q.making_complexity is None else known[q.making_complexity]
                for q in queries
            ]
        )
    except KeyError as error:
        raise BadQuery("makingComplexity", f"{error.args[0]!r} is unknown", method.MINUTES) from error


def _ratios(queries: Sequence[Query]) -> NDArray[np.float64]:
    ratios = _floats([q.printing.ratio if q.printing else 0.0 for q in queries])
    if ((ratios < 0) | (ratios > method.PRINTING_RATIO_MAX)).any():
        raise BadQuery("printing.ratio", "is out of bounds", [f"0 to {method.PRINTING_RATIO_MAX}"])
    return ratios


def _enabled(queries: Sequence[Query]) -> NDArray[np.bool_]:
    enabled = np.ones((len(_STEPS), len(queries)), bool)
    for row, query in enumerate(queries):
        if query.disabled_steps or query.upcycled:
            skipped = (*query.disabled_steps, *(method.UPCYCLED_SKIPS if query.upcycled else ()))
            for step in skipped:
                if step not in _STEPS:
                    raise BadQuery("disabledSteps", f"{step!r} is unknown", _STEPS)
                enabled[_STEPS[step], row] = False
    return enabled


def _trims(queries: Sequence[Query], tables: Tables) -> NDArray[np.float64]:
    """Points of each garment's trims; where none are named those of its product."""
    of_product = {code: tables.product_trims[at] for code, at in tables.products.items()}
    nothing = np.zeros(2)
    return np.array(
        [
            of_product[q.product] if q.trims is None else _sum(q, tables.trims) if q.trims else nothing
            for q in queries
        ]
    ).reshape(-1, 2)


def _sum(query: Query, known: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    total = np.zeros(2)
    for trim in query.trims or ():
        if trim.id not in known:
            raise BadQuery("trims.id", f"{trim.id!r} is unknown", sorted(known))
        if not 0 <= trim.quantity < np.inf:
            raise BadQuery("trims.quantity", f"{trim.quantity:g} is out of bounds", ["0 or more"])
        total = total + known[trim.id] * trim.quantity
    return total
