"""The filter grammar: a query string as a `Query`, and back in its one canonical form.

    material=linen,cotton          any of these             material.all=linen,cotton   all of these
    material.not=leather           none of these, and not unknown either
    price=2000..5000               from..to, both included, either left open; minor units
    share.linen=50..               percent of the main component
    recycledContentPercentage=30..

A value that no product has, or a fibre, is no mistake: a link may be older than the version. It finds
nothing.
Between fields all must hold. docs/http-api.md is the reader's version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Literal
from urllib.parse import quote, unquote_to_bytes

import msgspec

from selvedge.errors import SelvedgeError

Sort = Literal["relevance", "price", "-price", "newest"]
Mode = Literal["any", "all", "not"]

SORTS: tuple[Sort, ...] = ("relevance", "price", "-price", "newest")
DEFAULT_LIMIT = 24
MAX_LIMIT = 96
MAX_QUERY_LENGTH = 4096
"""Characters of a query without its cursor: what has a first page has a second one."""

MAX_CURSOR_LENGTH = 3584
"""More than the longest that we write. Both together, and a path, stay below the 8,000 octets that everybody
should take (RFC 9110, section 4.1)."""

MAX_VALUES = 50
MAX_VALUE_LENGTH = 64
MAX_BOUND = 0xFFFF_FFFF

_MODES: dict[str, Mode] = {"all": "all", "not": "not"}
_RANGE = re.compile(r"(\d{1,10})?\.\.(\d{1,10})?", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*")
_VALUE = re.compile(rf"[^\x00-\x1f\x7f]{{1,{MAX_VALUE_LENGTH}}}")
_SHARE = re.compile(r"share\.[a-z_]{1,64}", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class BadParameter(SelvedgeError):
    """A parameter makes no sense. `allowed` lists what it may be, where that can be listed."""

    def __init__(self, parameter: str, detail: str, allowed: Collection[str] = ()) -> None:
        super().__init__(f"{parameter}: {detail}")
        self.parameter = parameter
        self.detail = detail
        self.allowed = tuple(allowed)


class FacetFilter(msgspec.Struct, frozen=True, order=True):
    """Products with any or all of `values` of a field, or with none of them and none unknown."""

    field: str
    mode: Mode
    values: tuple[str, ...]


class RangeFilter(msgspec.Struct, frozen=True, order=True):
    """Products whose number lies in `low`..`high`, both included; None is open."""

    field: str
    low: int | None
    high: int | None


class Query(msgspec.Struct, frozen=True):
    """What a list request asks for. Filters are in canonical order."""

    facet_filters: tuple[FacetFilter, ...] = ()
    range_filters: tuple[RangeFilter, ...] = ()
    sort: Sort = "relevance"
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    facets: tuple[str, ...] = ()
    every_colourway: bool = False
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def plain(self) -> bool:
        """Whether this is the first page of everything in base order."""
        return not (
            self.facet_filters
            or self.range_filters
            or self.facets
            or self.cursor
            or self.every_colourway
            or self.sort != "relevance"
        )


class Vocabulary(msgspec.Struct, frozen=True):
    """What a query may name: fields with their values, ranges, and further single parameters."""

    facets: Mapping[str, Callable[[], Collection[str]]]
    ranges: Collection[str]
    extra: Collection[str] = ()
    sorts: Collection[str] = SORTS


def is_value(text: str) -> bool:
    """Whether `text` has the shape of a facet value: 1 to 64 characters, none of them a control."""
    return _VALUE.fullmatch(text) is not None


def split_query(raw: str) -> dict[str, str]:
    """Return the parameters of a raw query string. Raises `BadParameter`."""
    if len(raw) > MAX_QUERY_LENGTH + MAX_CURSOR_LENGTH:
        raise _too_long()
    parameters: dict[str, str] = {}
    for pair in raw.split("&") if raw else ():
        name, _, value = pair.partition("=")
        name, value = _decode(name, name), _decode(name, value)
        if name in parameters:
            raise BadParameter(name, "is given twice; separate several values by commas")
        parameters[name] = value
    if len(raw) - len(parameters.get("cursor", "")) > MAX_QUERY_LENGTH:
        raise _too_long()
    return parameters


def _too_long() -> BadParameter:
    return BadParameter("query", f"is longer than {MAX_QUERY_LENGTH} characters, the cursor left out")


def refuse_parameters(raw: str) -> None:
    """Raise `BadParameter` for any parameter at all: a path that takes none is one cache entry."""
    for name in split_query(raw):
        raise BadParameter(name, "is not a parameter here; there are none")


def parse_query(raw: str, vocabulary: Vocabulary) -> Query:
    """Return the query that `raw` asks for. Raises `BadParameter`, which names what may be said."""
    facet_filters: list[FacetFilter] = []
    range_filters: list[RangeFilter] = []
    settings: dict[str, object] = {}
    extra: list[tuple[str, str]] = []
    for name, text in split_query(raw).items():
        field, dot, mode = name.rpartition(".")
        if name in _SETTINGS:
            settings |= _SETTINGS[name](name, text, vocabulary)
        elif name in vocabulary.facets:
            facet_filters.append(_facet_filter(name, name, "any", text, vocabulary))
        elif dot and field in vocabulary.facets and mode in _MODES:
            facet_filters.append(_facet_filter(name, field, _MODES[mode], text, vocabulary))
        elif name in vocabulary.ranges or _SHARE.fullmatch(name):
            range_filters.append(_range_filter(name, text))
        elif name in vocabulary.extra:
            extra.append((name, text))
        else:
            raise BadParameter(name, "is not a parameter here", _names(vocabulary))
    _refuse_contradictions(facet_filters)
    return Query(
        facet_filters=tuple(sorted(facet_filters)),
        range_filters=tuple(sorted(range_filters, key=lambda one: one.field)),
        extra=tuple(sorted(extra)),
        **settings,  # type: ignore[arg-type] # each setting's parser gives its own type
    )


def canonical(query: Query) -> str:
    """Return the query string that every equal query shares; defaults are left out."""
    pairs = [
        (one.field if one.mode == "any" else f"{one.field}.{one.mode}", ",".join(map(_encode, one.values)))
        for one in query.facet_filters
    ]
    pairs += [(one.field, _range_text(one)) for one in query.range_filters]
    pairs += [(name, _encode(value)) for name, value in query.extra]
    if query.sort != "relevance":
        pairs.append(("sort", query.sort))
    if query.limit != DEFAULT_LIMIT:
        pairs.append(("limit", str(query.limit)))
    if query.cursor is not None:
        pairs.append(("cursor", _encode(query.cursor)))
    if query.facets:
        pairs.append(("facets", ",".join(map(_encode, query.facets))))
    if query.every_colourway:
        pairs.append(("variants", "all"))
    return "&".join(f"{_encode(name)}={value}" for name, value in sorted(pairs))


def _facet_filter(name: str, field: str, mode: Mode, text: str, vocabulary: Vocabulary) -> FacetFilter:
    values = _values(name, text, vocabulary.facets[field])
    for value in values:
        if not is_value(value):
            raise BadParameter(
                name, f"{value[:MAX_VALUE_LENGTH]!r} cannot be a value", vocabulary.facets[field]()
            )
    return FacetFilter(field, mode, values)


def _values(name: str, text: str, allowed: Callable[[], Collection[str]]) -> tuple[str, ...]:
    values = sorted({value for value in text.split(",") if value})
    if not values:
        raise BadParameter(name, "has no value", allowed())
    if len(values) > MAX_VALUES:
        raise BadParameter(name, f"has more than {MAX_VALUES} values")
    return tuple(values)


def _range_filter(name: str, text: str) -> RangeFilter:
    match = _RANGE.fullmatch(text)
    if match is None or match[0] == "..":
        raise BadParameter(name, f"{text!r} is not a range", ("FROM..TO", "FROM..", "..TO"))
    low, high = (None if bound is None else min(int(bound), MAX_BOUND) for bound in match.groups())
    if low is not None and high is not None and low > high:
        raise BadParameter(name, f"{low} is more than {high}", ("FROM..TO, FROM not above TO",))
    return RangeFilter(name, low, high)


def _range_text(one: RangeFilter) -> str:
    return f"{'' if one.low is None else one.low}..{'' if one.high is None else one.high}"


def _sort(name: str, text: str, vocabulary: Vocabulary) -> dict[str, object]:
    if text not in vocabulary.sorts:
        raise BadParameter(name, f"{text!r} is not an order", vocabulary.sorts)
    return {"sort": text}


def _limit(name: str, text: str, _vocabulary: Vocabulary) -> dict[str, object]:
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise BadParameter(name, f"{text!r} is not a page size", (f"1 to {MAX_LIMIT}",))
    return {"limit": int(text)}


def _cursor(name: str, text: str, _vocabulary: Vocabulary) -> dict[str, object]:
    if not text:
        raise BadParameter(name, "is empty")
    return {"cursor": text}


def _facets(name: str, text: str, vocabulary: Vocabulary) -> dict[str, object]:
    fields = _values(name, text, lambda: vocabulary.facets)
    for field in fields:
        if field not in vocabulary.facets:
            raise BadParameter(name, f"{field[:MAX_VALUE_LENGTH]!r} is not a field", vocabulary.facets)
    return {"facets": fields}


def _variants(name: str, text: str, _vocabulary: Vocabulary) -> dict[str, object]:
    if text not in ("best", "all"):
        raise BadParameter(name, f"{text!r} is not a choice", ("best", "all"))
    return {"every_colourway": text == "all"}


_SETTINGS: dict[str, Callable[[str, str, Vocabulary], dict[str, object]]] = {
    "sort": _sort,
    "limit": _limit,
    "cursor": _cursor,
    "facets": _facets,
    "variants": _variants,
}


def _refuse_contradictions(filters: Collection[FacetFilter]) -> None:
    wanted = {(one.field, value) for one in filters if one.mode != "not" for value in one.values}
    for one in filters:
        for value in one.values if one.mode == "not" else ():
            if (one.field, value) in wanted:
                raise BadParameter(f"{one.field}.not", f"{value!r} is both asked for and excluded")


def _names(vocabulary: Vocabulary) -> list[str]:
    facets = [f"{name}{mode}" for name in sorted(vocabulary.facets) for mode in ("", ".all", ".not")]
    return [*sorted({*_SETTINGS, *vocabulary.extra}), *facets, *sorted(vocabulary.ranges)]


def _decode(parameter: str, text: str) -> str:
    if _BAD_ESCAPE.search(text):
        raise BadParameter(parameter, "is not percent-encoded correctly (RFC 3986, section 2.1)")
    if "%" not in text and text.isascii():  # most texts, at a tenth of the cost
        return text.replace("+", " ")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeError as error:
        raise BadParameter(parameter, "is not UTF-8") from error


def _encode(text: str) -> str:
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")
