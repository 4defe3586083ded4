"""Lookup tables of the method: what a code means, as rows of numbers that the engine gathers.

Every table has two more rows than there are codes: the elementwise best and worst of all rows. A garment
whose country (material, product) is unknown takes them for its bounds. Because the footprint rises with
every number in a table, no code can come out above the worst row or below the best.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from origin.footprint import method
from origin.footprint.errors import MethodDataUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from origin.footprint.published import Country, Distance, Material, Process, ProductKind, Published

Array = NDArray[np.float64]

BEST, WORST = -2, -1
"""The rows beyond the codes: indices from the end."""


class Tables(msgspec.Struct, frozen=True):
    """Codes, and arrays of a row per code plus the best and the worst row; columns of indicators come last.

    `ground` and `air` are points per kg from country to country; `country_elec` is per kWh.
    """

    countries: dict[str, int]
    regions: frozenset[str]
    materials: dict[str, int]
    products: dict[str, int]
    trims: dict[str, Array]
    country_elec: Array
    country_heat: Array
    country_aquatic: Array
    country_flies: NDArray[np.bool_]
    ground: Array
    air: Array
    material_impact: Array
    material_waste: Array
    material_country: NDArray[np.intp]
    material_synthetic: Array
    material_spinning: NDArray[np.intp]
    material_microfibre: Array
    material_toxicity: Array
    material_elec: Array
    material_heat: Array
    spinning_yield: Array
    spinning_norm: Array
    fabric_waste: Array
    fabric_elec: Array
    fabric_making_waste: Array
    fabric_minutes: Array
    dyeing_elec: Array
    dyeing_heat: Array
    printing_elec: Array
    printing_heat: Array
    printing_impact: Array
    printing_toxicity: Array
    finishing: tuple[float, float]
    bleaching: Array
    finishing_impact: Array
    fading: tuple[float, float]
    fading_impact: Array
    product_waste: Array
    product_minutes: Array
    product_fabric: NDArray[np.intp]
    product_surface: Array
    product_yarn: Array
    product_cycles: Array
    product_use: Array
    product_washing_elec: Array
    product_ironing: Array
    product_end: Array
    product_repair: Array
    product_trims: Array
    product_price: Array
    product_references: Array
    product_traceability: Array
    product_business: NDArray[np.intp]
    home_elec: Array
    end_of_life: Array
    road_per_kg_km: Array


def tabulate(published: Published) -> Tables:
    """Make the tables. Raises MethodDataUnusable where a file names what another lacks."""
    try:
        return _tabulate(published)
    except KeyError as error:
        raise MethodDataUnusable(f"the published files do not hold {error.args[0]!r}") from error


def _tabulate(published: Published) -> Tables:
    by_id = {process.id: process for process in published.processes}
    codes = {country.code: at for at, country in enumerate(published.countries)}
    trims = {
        trim.id: sum((_impact(by_id[part.material]) * part.amount for part in trim.elements), np.zeros(2))
        for trim in published.components
    }
    return Tables(
        countries=codes,
        regions=frozenset(country.code for country in published.countries if "textile" in country.scopes),
        materials={material.id: at for at, material in enumerate(published.materials)},
        products={product.id: at for at, product in enumerate(published.products)},
        trims=trims,
        home_elec=_impact(by_id[published.countries[codes[method.HOME]].electricity_process_uuid]),
        end_of_life=_impact(by_id[method.END_OF_LIFE]),
        road_per_kg_km=_impact(by_id[method.ROAD]) / 1000,
        **_countries(published.countries, by_id),
        **_distances(published.transports, codes, by_id, published.countries),
        **_materials(published.materials, by_id, codes),
        **_processes(by_id),
        **_products(published.products, by_id, trims),
    )


def _impact(process: Process) -> Array:
    return np.array([process.impacts[indicator] for indicator in method.INDICATORS])


def _impacts(processes: Sequence[Process]) -> Array:
    return np.array([_impact(process) for process in processes])


def _bounded(rows: Array, among: Sequence[int] | None = None) -> Array:
    """Append the best and the worst of the rows `among`, or of all."""
    chosen = rows if among is None else rows[list(among)]
    return np.concatenate([rows, chosen.min(axis=0, keepdims=True), chosen.max(axis=0, keepdims=True)])


def _textile(countries: Sequence[Country]) -> list[int]:
    return [at for at, country in enumerate(countries) if "textile" in country.scopes]


def _countries(countries: Sequence[Country], by_id: Mapping[str, Process]) -> dict[str, Any]:
    among = _textile(countries)
    heat = [method.HEAT_EUROPE if country.zone == "Europe" else method.HEAT_WORLD for country in countries]
    flies = [
        country.zone != method.NO_AIR_ZONE and country.code != method.NO_AIR_COUNTRY for country in countries
    ]
    return {
        "country_elec": _bounded(_impacts([by_id[c.electricity_process_uuid] for c in countries]), among),
        "country_heat": _bounded(_impacts([by_id[one] for one in heat]), among),
        "country_aquatic": _bounded(
            np.array([method.AQUATIC_POLLUTION[c.aquatic_pollution_scenario] for c in countries]), among
        ),
        "country_flies": np.array([*flies, False, True]),
    }


def _road_share(distance: Distance) -> float:
    road, sea = distance.road or 0.0, distance.sea or 0.0
    if not road:
        return 0.0
    if not sea:
        return 1.0
    (first, share), *others = method.ROAD_SHARES
    return share if road <= first else next((share for below, share in others if road < below), 0.0)


def _distances(
    transports: Mapping[str, Mapping[str, Distance]],
    codes: Mapping[str, int],
    by_id: Mapping[str, Process],
    countries: Sequence[Country],
) -> dict[str, Any]:
    """Points per kg between countries, on the ground and in the air; the bounds stand in both axes."""
    ground, air = np.zeros((2, len(codes), len(codes), 2))
    road_cost, sea_cost, air_cost = (
        _impact(by_id[one]) / 1000 for one in (method.ROAD, method.SEA, method.AIR)
    )
    for start, at in codes.items():
        for end, to in codes.items():
            found = transports.get(start, {}).get(end) or transports[end][start]
            share = _road_share(found)
            ground[at, to] = (
                share * (found.road or 0.0) * road_cost + (1 - share) * (found.sea or 0.0) * sea_cost
            )
            air[at, to] = (found.air or 0.0) * air_cost
    among = _textile(countries)
    return {
        name: np.swapaxes(_bounded(np.swapaxes(_bounded(costs, among), 0, 1), among), 0, 1)
        for name, costs in (("ground", ground), ("air", np.maximum(air, ground)))
    }


def _materials(
    materials: Sequence[Material], by_id: Mapping[str, Process], codes: Mapping[str, int]
) -> dict[str, Any]:
    known = {material.id: material for material in materials}
    spinnings = list(method.SPINNING)
    synthetic = np.array([float(material.origin == "Synthetic") for material in materials])
    toxic = _impacts([by_id[method.DYEING_TOXICITY_CELLULOSIC], by_id[method.DYEING_TOXICITY_SYNTHETIC]])
    treatments = [[by_id[one] for one in method.PRE_TREATMENTS[m.origin]] for m in materials]
    spun = [spinnings.index("SyntheticSpinning" if one else "ConventionalSpinning") for one in synthetic]
    return {
        "material_impact": _bounded(np.array([_material_impact(m, known, by_id) for m in materials])),
        "material_waste": _bounded(np.array([by_id[m.material_process_uuid].waste for m in materials])),
        "material_country": np.array([*(codes[m.default_country] for m in materials), BEST, WORST]),
        "material_synthetic": _bounded(synthetic),
        "material_spinning": np.array([*spun, len(spinnings), len(spinnings) + 1]),
        "material_microfibre": _bounded(np.array([method.MICROFIBRES[m.origin] for m in materials])),
        "material_toxicity": _bounded(toxic[synthetic.astype(int)]),
        "material_elec": _bounded(np.array([sum(one.elec for one in these) for these in treatments])),
        "material_heat": _bounded(np.array([sum(one.heat for one in these) for these in treatments])),
        "spinning_yield": 1 / (1 - _bounded(np.array([waste for waste, _ in method.SPINNING.values()]))),
        "spinning_norm": _bounded(np.array([norm for _, norm in method.SPINNING.values()])),
    }


def _material_impact(
    material: Material, known: Mapping[str, Material], by_id: Mapping[str, Process]
) -> Array:
    """Points per kg; for recycled ones by the circular footprint formula."""
    own = _impact(by_id[material.material_process_uuid])
    if material.cff is None or material.recycled_from is None:
        return own
    virgin = _impact(by_id[known[material.recycled_from].material_process_uuid])
    kept = material.cff.manufacturer_allocation
    return kept * own + (1 - kept) * material.cff.recycled_quality_ratio * virgin


def _processes(by_id: Mapping[str, Process]) -> dict[str, Any]:
    fabrics = [by_id[one] for one in method.FABRIC_PROCESSES.values()]
    in_shape = {
        code: (waste, method.MINUTES[complexity])
        for code, (waste, complexity) in method.FABRIC_MAKING.items()
    }
    shaped = [in_shape.get(code, (np.nan, np.nan)) for code in method.FABRIC_PROCESSES]
    dyeing = [by_id[one] for one in method.DYEING.values()]
    prints = [by_id[one] for one, _ in method.PRINTING.values()]
    finishing, fading = by_id[method.FINISHING], by_id[method.FADING]
    return {
        "fabric_waste": _bounded(np.array([one.waste for one in fabrics])),
        "fabric_elec": _bounded(np.array([one.elec for one in fabrics]) / method.MJ_PER_KWH),
        "fabric_making_waste": np.array([*(waste for waste, _ in shaped), np.nan, np.nan]),
        "fabric_minutes": np.array([*(minutes for _, minutes in shaped), np.nan, np.nan]),
        "dyeing_elec": np.array([one.elec for one in dyeing]) / method.MJ_PER_KWH,
        "dyeing_heat": np.array([one.heat for one in dyeing]),
        "printing_elec": np.array([0.0, *(one.elec for one in prints)]) / method.MJ_PER_KWH,
        "printing_heat": np.array([0.0, *(one.heat for one in prints)]),
        "printing_impact": np.concatenate([np.zeros((1, 2)), _impacts(prints)]),
        "printing_toxicity": np.concatenate(
            [np.zeros((1, 2)), _impacts([by_id[one] for _, one in method.PRINTING.values()])]
        ),
        "bleaching": _impact(by_id[method.BLEACHING]),
        "finishing": (finishing.elec / method.MJ_PER_KWH, finishing.heat),
        "finishing_impact": _impact(finishing),
        "fading": (fading.elec / method.MJ_PER_KWH, fading.heat),
        "fading_impact": _impact(fading),
    }


def half_up(numbers: Array) -> Array:
    """Round as the method does: halves go up."""
    return np.floor(numbers + 0.5)


def _products(
    products: Sequence[ProductKind], by_id: Mapping[str, Process], trims: Mapping[str, Array]
) -> dict[str, Any]:
    fabrics, businesses = list(method.FABRIC_PROCESSES), list(method.BUSINESS)
    wears = np.array([max(1.0, product.use.wearsPerCycle) for product in products])
    washing = [by_id[product.use.nonIroningProcessUuid] for product in products]
    trunk = np.array([[product.end_of_life.volume / method.TRUNK_M3] for product in products])
    default_trims = [
        sum((trims[trim.id] * trim.quantity for trim in product.trims), np.zeros(2)) for product in products
    ]
    return {
        "product_waste": _bounded(np.array([product.making.pcr_waste for product in products])),
        "product_minutes": _bounded(np.array([method.MINUTES[p.making.complexity] for p in products])),
        "product_fabric": np.array(
            # no fabric takes more than weaving the finest yarn
            [*(fabrics.index(p.fabric) for p in products), len(fabrics), fabrics.index("weaving")]
        ),
        "product_surface": _bounded(np.array([p.surface_mass for p in products])),
        "product_yarn": _bounded(np.array([p.yarn_size for p in products])),
        "product_cycles": _bounded(half_up(np.array([p.use.daysOfWear for p in products]) / wears)),
        "product_use": _bounded(_impacts(washing)),
        "product_washing_elec": _bounded(np.array([one.elec for one in washing]) / method.MJ_PER_KWH),
        "product_ironing": _bounded(np.array([p.use.ironing for p in products]) / method.MJ_PER_KWH),
        "product_end": _bounded(trunk * _impact(by_id[method.CAR])),
        "product_repair": _bounded(np.array([p.economics.repair_cost for p in products])),
        "product_trims": _bounded(np.array(default_trims)),
        "product_price": np.array([p.economics.price for p in products] + [np.inf, 0.0]),
        "product_references": np.array([p.economics.number_of_references for p in products] + [1.0, np.inf]),
        "product_traceability": _bounded(np.array([float(p.economics.traceability) for p in products])),
        "product_business": np.array([businesses.index(p.economics.business) for p in products] + [0, 2]),
    }
