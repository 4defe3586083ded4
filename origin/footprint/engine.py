"""The engine: points per garment from columns and tables. One garment is a batch of one.

Each function is a stage of the method, over all garments at once. Columns of indicators come last, in the
order of `method.INDICATORS`. The order of steps and what each rests on is in docs/footprint.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

from origin.footprint import method
from origin.footprint.tables import half_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from origin.footprint.columns import Columns
    from origin.footprint.tables import Tables

    Array = NDArray[np.float64]

CHUNK = 4096
"""Garments at a time: what is in work then fits a core's cache."""

Cycles = Literal["rounded", "least", "most"]
"""Washing cycles as the method rounds them, or a bound of them that moves with durability alone."""

MATERIAL, SPINNING, FABRIC, ENNOBLING, MAKING, DISTRIBUTION, USE, EOL = range(len(method.STEPS))


class Footprints(msgspec.Struct, frozen=True):
    """Points per garment, n x 2 (`ecs`, `pef`), and each garment's durability."""

    points: Array
    durability: Array


def compute(columns: Columns, tables: Tables, cycles: Cycles = "rounded") -> Footprints:
    """Compute the footprints of all garments."""
    points, durability = np.empty((len(columns), 2)), np.empty(len(columns))
    for start in range(0, len(columns), CHUNK):
        part = slice(start, start + CHUNK)
        points[part], durability[part] = _chunk(columns.rows(start, start + CHUNK), tables, cycles)
    return Footprints(points, durability)


class _Masses(msgspec.Struct, frozen=True):
    """Kilograms: of the garment, as sewn, with what is never sold (the fabric), of yarn, of fibre."""

    final: Array
    sewn: Array
    made: Array
    yarn: Array
    fibre: Array


def _chunk(c: Columns, t: Tables, cycles: Cycles) -> tuple[Array, Array]:
    fabric = np.where(c.fabric_process < 0, t.product_fabric[c.product], c.fabric_process)
    masses = _masses(c, t, fabric)
    durable = _durability(c, t)
    on = c.enabled
    total = _transport(c, t, masses, durable)
    for step, points in (
        (MATERIAL, _material),
        (SPINNING, _spinning),
        (ENNOBLING, _ennobling),
    ):
        total += on[step, :, None] * points(c, t, masses)
    total += on[FABRIC, :, None] * _fabric(c, t, masses, fabric)
    total += on[MAKING, :, None] * _making(c, t, masses, fabric)
    total += on[USE, :, None] * _use(c, t, durable, cycles)
    total += on[EOL, :, None] * (t.product_end[c.product] + c.mass[:, None] * t.end_of_life)
    total[:, 0] += on[MATERIAL] * _microfibres(c, t) + on[EOL] * _export(c, t)
    total += c.trims
    return total / durable[:, None], durable


def _masses(c: Columns, t: Tables, fabric: NDArray[np.intp]) -> _Masses:
    """Masses backwards ("Pertes et rebuts"): what goes in is what comes out / (1 - waste).

    A step that is left out wastes nothing.
    """
    own = t.fabric_making_waste[fabric]
    waste = np.where(np.isnan(own), t.product_waste[c.product], own)
    waste = np.where(np.isnan(c.making_waste), waste, c.making_waste)
    dead = np.where(np.isnan(c.dead_stock), method.DEAD_STOCK, c.dead_stock)
    making = c.enabled[MAKING]
    sewn = np.where(making, c.mass / (1 - waste), c.mass)
    made = np.where(making, sewn / (1 - dead), sewn)
    yarn = np.where(c.enabled[FABRIC], made / (1 - t.fabric_waste[fabric]), made)
    spun = (c.shares * t.spinning_yield[c.material_spinning]).sum(axis=0)
    return _Masses(c.mass, sewn, made, yarn, np.where(c.enabled[SPINNING], yarn * spun, yarn))


def _durability(c: Columns, t: Tables) -> Array:
    """The lesser of physical and non-physical durability ("Durabilité"), the latter with two decimals."""
    price = np.where(np.isnan(c.price), t.product_price[c.product], c.price)
    references = np.where(np.isnan(c.references), t.product_references[c.product], c.references)
    traced = np.where(np.isnan(c.traceability), t.product_traceability[c.product], c.traceability)
    business = np.where(c.business < 0, t.product_business[c.product], c.business)
    index = (
        method.WEIGHTS["references"] * np.interp(references, *method.REFERENCES)
        + method.WEIGHTS["repair"] * _repair(price, t.product_repair[c.product], business)
        + method.WEIGHTS["traceability"] * traced
    )
    span = method.DURABILITY_MAX - method.DURABILITY_MIN
    spread = half_up((method.DURABILITY_MIN + index * span) * 100) / 100
    return np.fmin(np.where(np.isnan(c.physical), method.DURABILITY_MAX, c.physical), spread)


_FACTOR, _BONUS = (np.array(numbers) for numbers in zip(*method.BUSINESS.values(), strict=True))


def _repair(price: Array, cost: Array, business: NDArray[np.intp]) -> Array:
    """0-1: how well the price bears a repair, linear between the thresholds of cost over price."""
    bad, good = cost / method.REPAIR_BAD, cost / method.REPAIR_GOOD
    index: Array = np.clip((price - bad) / (good - bad), 0, 1) * _FACTOR[business] + _BONUS[business]
    return index


def _material(c: Columns, t: Tables, masses: _Masses) -> Array:
    per_kg = (c.shares[:, :, None] * t.material_impact[c.material]).sum(axis=0)
    points: Array = masses.fibre[:, None] * per_kg
    return points


def _spinning(c: Columns, t: Tables, masses: _Masses) -> Array:
    norm = (c.shares * t.spinning_norm[c.material_spinning]).sum(axis=0)
    kwh = _yarn_size(c, t) / 50 * norm * masses.yarn
    points: Array = kwh[:, None] * t.country_elec[c.spinning]
    return points


def _yarn_size(c: Columns, t: Tables) -> Array:
    return np.where(np.isnan(c.yarn), t.product_yarn[c.product], c.yarn)


def _surface_mass(c: Columns, t: Tables) -> Array:
    return np.where(np.isnan(c.surface), t.product_surface[c.product], c.surface)


def _fabric(c: Columns, t: Tables, masses: _Masses, fabric: NDArray[np.intp]) -> Array:
    grams = _surface_mass(c, t)
    threads = grams * _yarn_size(c, t) / 100 / 2 / method.WEAVING_SHRINKAGE
    picks = half_up(threads * (masses.made * 1000 / grams) * 100)
    kwh = np.where(
        fabric == _WEAVING, picks * method.WEAVING_KWH_PER_PICK, masses.made * t.fabric_elec[fabric]
    )
    return kwh[:, None] * t.country_elec[c.fabric]


_WEAVING = list(method.FABRIC_PROCESSES).index("weaving")


def _ennobling(c: Columns, t: Tables, masses: _Masses) -> Array:
    """Dyeing, pre-treatments, printing, finishing, bleaching; effluents count by the country's scenario."""
    kwh = t.dyeing_elec[c.dyeing_process] + t.finishing[0]
    heat = t.dyeing_heat[c.dyeing_process] + t.finishing[1]
    kwh = kwh + (c.shares * t.material_elec[c.material]).sum(axis=0) / method.MJ_PER_KWH
    heat = heat + (c.shares * t.material_heat[c.material]).sum(axis=0)
    toxic = (c.shares[:, :, None] * t.material_toxicity[c.material]).sum(axis=0) + t.bleaching
    per_kg = t.finishing_impact + np.zeros((len(c.mass), 2))
    if c.printing.any():
        area = c.printing_ratio / _surface_mass(c, t) * 1000
        kwh = kwh + area * t.printing_elec[c.printing]
        heat = heat + area * t.printing_heat[c.printing]
        # In this version the process' own impacts count per kg, whatever the printed share.
        per_kg = per_kg + t.printing_impact[c.printing]
        toxic = toxic + c.printing_ratio[:, None] * t.printing_toxicity[c.printing]
    per_kg = per_kg + kwh[:, None] * t.country_elec[c.dyeing] + heat[:, None] * t.country_heat[c.dyeing]
    points: Array = masses.made[:, None] * (per_kg + t.country_aquatic[c.dyeing][:, None] * toxic)
    return points


def _making(c: Columns, t: Tables, masses: _Masses, fabric: NDArray[np.intp]) -> Array:
    own = t.fabric_minutes[fabric]
    minutes = np.where(np.isnan(own), t.product_minutes[c.product], own)
    minutes = np.where(np.isnan(c.minutes), minutes, c.minutes)
    elec = t.country_elec[c.making]
    total = (minutes * method.KWH_PER_MINUTE)[:, None] * elec
    if c.fading.any():
        per_kg = t.fading[0] * elec + t.fading[1] * t.country_heat[c.making] + t.fading_impact
        total += (c.fading * masses.sewn)[:, None] * per_kg
    return total


def _use(c: Columns, t: Tables, durable: Array, cycles: Cycles) -> Array:
    """Washing, drying and ironing ("Utilisation"); cycles grow with durability."""
    exact = t.product_cycles[c.product] * durable
    times = half_up(exact) if cycles == "rounded" else exact + (0.5 if cycles == "most" else -0.5)
    kwh = t.product_ironing[c.product] + c.mass * t.product_washing_elec[c.product]
    each = kwh[:, None] * t.home_elec + c.mass[:, None] * t.product_use[c.product]
    return times[:, None] * each


def _microfibres(c: Columns, t: Tables) -> Array:
    points: Array = c.mass * (c.shares * t.material_microfibre[c.material]).sum(axis=0)
    return points


def _export(c: Columns, t: Tables) -> Array:
    synthetic = (c.shares * t.material_synthetic[c.material]).sum(axis=0)
    # Shares such as 0.3 + 0.2 must reach one half.
    mostly = synthetic >= method.EXPORT_SYNTHETIC_FROM - 1e-9
    share = np.where(mostly, method.EXPORT_SHARE_SYNTHETIC, method.EXPORT_SHARE)
    return c.mass * share * method.EXPORT_POINTS


def _transport(c: Columns, t: Tables, masses: _Masses, durable: Array) -> Array:
    """From each step that is not left out to the next one; only the finished garment ever flies."""
    after = _next_countries(c, t)
    on = c.enabled
    fibre = (c.shares[:, :, None] * t.ground[c.material_country, after[MATERIAL]]).sum(axis=0)
    total: Array = (on[MATERIAL] * masses.fibre)[:, None] * fibre
    for step, country, mass in (
        (SPINNING, c.spinning, masses.yarn),
        (FABRIC, c.fabric, masses.made),
        (ENNOBLING, c.dyeing, masses.made),
    ):
        total += (on[step] * mass)[:, None] * t.ground[country, after[step]]
    flown = np.where(durable >= 1, method.AIR_SHARE_DURABLE, method.AIR_SHARE) * t.country_flies[c.making]
    flown = np.where(np.isnan(c.air_ratio), flown, c.air_ratio)[:, None]
    to = after[MAKING]
    legs = flown * t.air[c.making, to] + (1 - flown) * t.ground[c.making, to]
    total += (on[MAKING] * c.mass)[:, None] * legs
    total += (on[DISTRIBUTION] * c.mass)[:, None] * (t.road_per_kg_km * method.DISTRIBUTION_KM)
    return total


def _next_countries(c: Columns, t: Tables) -> list[NDArray[np.intp]]:
    """For the first five steps, where the next one that is not left out takes place, or else itself."""
    home = np.full(len(c.mass), t.countries[method.HOME])
    if c.enabled.all():
        return [c.spinning, c.fabric, c.dyeing, c.making, home]
    places = [home, c.spinning, c.fabric, c.dyeing, c.making, home, home, home]
    following, found = home, np.zeros(len(c.mass), bool)
    after = []
    for step in reversed(range(len(places))):
        after.append(np.where(found, following, places[step]))
        following = np.where(c.enabled[step], places[step], following)
        found = found | c.enabled[step]
    return after[::-1][: MAKING + 1]
