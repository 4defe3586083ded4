"""The published files of the method, read from a folder and checked against the pinned version."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import msgspec

from origin.footprint.errors import MethodDataUnusable
from origin.footprint.method import FINGERPRINT, VERSION

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("processes", "materials", "products", "countries", "transports", "components")


class Process(msgspec.Struct, frozen=True, rename={"elec": "elec_MJ", "heat": "heat_MJ"}):
    """A process: impacts per `unit`, and the energy (MJ per unit) that the place it runs at supplies."""

    id: str
    impacts: dict[str, float]
    elec: float = 0.0
    heat: float = 0.0
    waste: float = 0.0


class Recycling(msgspec.Struct, frozen=True, rename="camel"):
    """The circular footprint formula's parameters of a recycled material."""

    manufacturer_allocation: float
    recycled_quality_ratio: float


class Material(msgspec.Struct, frozen=True, rename="camel"):
    """A fibre."""

    id: str
    name: str
    origin: str
    default_country: str
    material_process_uuid: str
    cff: Recycling | None = None
    recycled_from: str | None = None


class Economics(msgspec.Struct, frozen=True, rename="camel"):
    """What the method takes for granted about who sells a product; money is in euro."""

    business: str
    number_of_references: float
    price: float
    repair_cost: float
    traceability: bool


class Making(msgspec.Struct, frozen=True, rename="camel"):
    """How a product is sewn."""

    complexity: str
    pcr_waste: float


class EndOfLife(msgspec.Struct, frozen=True):
    """The volume (m3) of a product."""

    volume: float


class Use(msgspec.Struct, frozen=True, rename={"ironing": "ironingElecInMJ"}):
    """How a product is worn and washed."""

    daysOfWear: float  # noqa: N815 - the published name
    wearsPerCycle: float  # noqa: N815 - as above
    nonIroningProcessUuid: str  # noqa: N815 - as above
    ironing: float


class TrimItem(msgspec.Struct, frozen=True):
    """So many of a component."""

    id: str
    quantity: float


class ProductKind(msgspec.Struct, frozen=True, rename="camel"):
    """A product category of the method with its defaults; surface mass in g/m2, yarn size in Nm."""

    id: str
    economics: Economics
    end_of_life: EndOfLife
    fabric: str
    making: Making
    surface_mass: float
    trims: tuple[TrimItem, ...]
    use: Use
    yarn_size: float


class Country(msgspec.Struct, frozen=True, rename="camel"):
    """A country or region."""

    code: str
    zone: str
    aquatic_pollution_scenario: str
    electricity_process_uuid: str
    heat_process_uuid: str
    scopes: tuple[str, ...]


class Distance(msgspec.Struct, frozen=True):
    """Kilometres by each way; None where there is none."""

    road: float | None = None
    sea: float | None = None
    air: float | None = None


class Element(msgspec.Struct, frozen=True):
    """So many kg of a material in a component."""

    amount: float
    material: str
    transforms: tuple[str, ...] = ()


class Trim(msgspec.Struct, frozen=True):
    """A component such as a zip or a button."""

    id: str
    name: str
    elements: tuple[Element, ...]


class Published(msgspec.Struct, frozen=True):
    """Everything the method publishes that the engine needs."""

    processes: tuple[Process, ...]
    materials: tuple[Material, ...]
    products: tuple[ProductKind, ...]
    countries: tuple[Country, ...]
    transports: dict[str, dict[str, Distance]]
    components: tuple[Trim, ...]


def read_published(folder: Path) -> Published:
    """Read the files of `folder`. Raises MethodDataUnusable, also for data of another version."""
    raw = {name: _read(folder / f"{name}.json") for name in FILES}
    found = fingerprint(raw)
    if found != FINGERPRINT:
        raise MethodDataUnusable(
            f"{folder} is not {VERSION}: its fingerprint is {found[:16]}, not {FINGERPRINT[:16]}"
        )
    try:
        return msgspec.convert(raw, Published)
    except msgspec.ValidationError as error:
        raise MethodDataUnusable(f"{folder}: {error}") from error


def fingerprint(raw: dict[str, Any]) -> str:
    """Return the SHA-256 of parsed files, whatever the order of keys and the white space in them."""
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MethodDataUnusable(
            f"{path}: {error.strerror}; the method's published files are needed"
        ) from error
    except ValueError as error:
        raise MethodDataUnusable(f"{path}: {error}") from error
