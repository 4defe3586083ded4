"""A garment as the method's own interface describes it: JSON, or `key=value` pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from origin.footprint import method
from origin.footprint.errors import BadQuery

if TYPE_CHECKING:
    from collections.abc import Iterable


class MaterialShare(msgspec.Struct, frozen=True):
    """So much (0-1) of a material; `country` is where the fibre comes from."""

    id: str
    share: float
    country: str | None = None
    spinning: str | None = None


class TrimCount(msgspec.Struct, frozen=True):
    """So many of a trim."""

    id: str
    quantity: float


class Printing(msgspec.Struct, frozen=True):
    """A print over a share (0-0.8) of the surface."""

    kind: str
    ratio: float = method.PRINTING_RATIO


class Query(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A garment. Mass in kg, surface mass in g/m2, yarn size in Nm, price in euro; shares are 0-1.

    What is None is what the method assumes: for countries the unknown one (spinning: where the main
    material comes from), for `trims` those of the product. `quality`, `reparability`, `picking`,
    `marketing_duration` and `dyeing_medium` are of other versions: they are read and have no effect.
    """

    mass: float
    materials: tuple[MaterialShare, ...]
    product: str
    country_spinning: str | None = None
    country_fabric: str | None = None
    country_dyeing: str | None = None
    country_making: str | None = None
    air_transport_ratio: float | None = None
    business: str | None = None
    disabled_steps: tuple[str, ...] = ()
    dyeing_process_type: str | None = None
    fabric_process: str | None = None
    fading: bool | None = None
    making_complexity: str | None = None
    making_dead_stock: float | None = None
    making_waste: float | None = None
    number_of_references: float | None = None
    physical_durability: float | None = None
    price: float | None = None
    printing: Printing | None = None
    surface_mass: float | None = None
    traceability: bool | None = None
    trims: tuple[TrimCount, ...] | None = None
    upcycled: bool = False
    yarn_size: float | None = None
    quality: float | None = None
    reparability: float | None = None
    marketing_duration: float | None = None
    picking: float | None = None
    dyeing_medium: str | None = None


FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(Query))
_LISTS = ("materials[]", "trims[]", "disabledSteps")


def read_query(raw: bytes | str | dict[str, Any]) -> Query:
    """Read a query from JSON or what JSON was parsed to. Raises BadQuery."""
    try:
        if isinstance(raw, dict):
            return msgspec.convert(raw, Query)
        return msgspec.json.decode(raw, type=Query)
    except msgspec.ValidationError as error:
        raise _explained(error) from error
    except msgspec.DecodeError as error:
        raise BadQuery("query", f"not JSON: {error}") from error


def _explained(error: msgspec.ValidationError) -> BadQuery:
    """Turn "Expected `float`, got `str` - at `$.mass`" into an error that names the field."""
    detail, _, place = str(error).partition(" - at `$")
    field = place.rstrip("`").lstrip(".")
    if "unknown field" in detail:
        return BadQuery(detail.rsplit("`", 2)[1], "is no field of a query", FIELDS)
    if "missing required field" in detail:
        return BadQuery(detail.rsplit("`", 2)[1], "is required")
    return BadQuery(field or "query", detail[:1].lower() + detail[1:])


def read_pairs(pairs: Iterable[str]) -> Query:
    """Read the pairs of a query string, as `mass=0.17` or `materials[]=ei-coton;0.5`. Raises BadQuery.

    Here trims that are not named are none, as in the method's published cases.
    """
    found: dict[str, Any] = {"materials": [], "trims": []}
    for pair in pairs:
        key, _, text = pair.partition("=")
        if key == "materials[]":
            found["materials"].append(_material(text))
        elif key == "trims[]":
            found["trims"].append(_named(key, text, "quantity"))
        elif key == "disabledSteps":
            found[key] = text.split(",") if text else []
        elif key == "printing":
            kind, _, ratio = text.partition(";")
            found[key] = {"kind": kind, **({"ratio": _number(key, ratio)} if ratio else {})}
        elif key in _TYPES:
            found[key] = _TYPES[key](key, text)
        else:
            raise BadQuery(key, "is no field of a query", (*FIELDS, *_LISTS))
    return read_query(found)


def _material(text: str) -> dict[str, Any]:
    name, share, spinning, country, *_ = [*text.split(";"), "", "", ""]
    return {
        "id": name,
        "share": _number("materials[]", share),
        "spinning": spinning or None,
        "country": country or None,
    }


def _named(key: str, text: str, amount: str) -> dict[str, Any]:
    name, _, number = text.partition(";")
    return {"id": name, amount: _number(key, number)}


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadQuery(key, f"{text!r} is not a number") from error


def _truth(key: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise BadQuery(key, f"{text!r} is no truth value", ("true", "false"))
    return text == "true"


def _text(_key: str, text: str) -> str:
    return text


_TYPES: dict[str, Any] = {
    field.encode_name: _truth
    if "bool" in str(field.type)
    else _number
    if "float" in str(field.type)
    else _text
    for field in msgspec.structs.fields(Query)
    if field.name not in ("materials", "trims", "printing", "disabled_steps")
}
