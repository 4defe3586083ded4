"""The parameters of lists and fragments in the OpenAPI document."""

from __future__ import annotations

from selvedge.catalogue.query import DEFAULT_LIMIT, MAX_LIMIT, MAX_VALUES, SORTS
from selvedge.web.alternatives import DEFAULT_ITEMS, MAX_ITEMS
from selvedge.web.asked import MAX_PREFERENCES
from selvedge.web.openapi_parts import path_parameter, query_parameter
from selvedge.web.parameters import SWITCH

_LISTED = "separated by commas"

FACET_FIELDS = {
    "brand": "the brand, in lower case with hyphens",
    "category": "the category",
    "color": "the colour",
    "countryOfOrigin": "the country of origin, ISO 3166-1 alpha-2",
    "material": "fibres of any component",
    "certification": "schemes that certify the product or its material now",
    "facilityCertification": "schemes that certify the facility now",
    "brandCertification": "schemes that certify the brand now",
    "madeInRegion": "the continent of the country of origin, and `eu`",
    "fibreMix": "whether it is of one fibre throughout",
    "organicContent": "from which share its organic content is certified now",
    "recycledContent": "from which share its recycled content is certified now",
    "size": "sizes in stock in this market",
}
"""Every facet field of the filter grammar and what its values are; a test holds it against the builder."""

_MODES = {"": "any of these", ".all": "all of these", ".not": "none of these, nor unknown"}

PLACE = [
    path_parameter("market", "A market's code, of those that `/v1/markets` lists"),
    path_parameter("locale", "A locale of that market, BCP 47"),
]
PRODUCT = path_parameter("id", "The product's identifier")
_BOUND = r"[0-9]{1,10}"
_RANGE = {"pattern": rf"^({_BOUND}\.\.({_BOUND})?|\.\.{_BOUND})$", "examples": ["20..50", "20..", "..50"]}
_VALUES = {"minLength": 1}
_SHARES = {
    "name": "share",
    "in": "query",
    "description": "`share.{fibre}=FROM..TO`: percent of a fibre in the main component, both ends included",
    "style": "form",
    "explode": True,
    "schema": {
        "type": "object",
        "propertyNames": {"pattern": r"^share\.[a-z_]+$"},
        "additionalProperties": {"type": "string", **_RANGE},
    },
}
FILTERS = [
    *(
        query_parameter(f"{field}{mode}", _VALUES, f"Up to {MAX_VALUES} of {meaning}, {_LISTED}: {which}")
        for field, meaning in FACET_FIELDS.items()
        for mode, which in _MODES.items()
    ),
    query_parameter("price", _RANGE, "FROM..TO in minor units of the market's currency, both ends included"),
    query_parameter("recycledContentPercentage", _RANGE, "FROM..TO in percent, both ends included"),
    query_parameter(
        "naturalFibrePercentage", _RANGE, "FROM..TO in percent of the main component, both ends included"
    ),
    _SHARES,
]
LIST = [
    *FILTERS,
    query_parameter("facets", _VALUES, f"Fields whose values are to be counted, {_LISTED}"),
    query_parameter(
        "variants", {"enum": ["best", "all"], "default": "best"}, "Each style once, or every colourway"
    ),
    query_parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "How many products a page holds",
    ),
    query_parameter("cursor", {"minLength": 1}, "`next` of the page before"),
]
SORT = query_parameter("sort", {"enum": list(SORTS), "default": SORTS[0]}, "The order; equals in base order")
PERSONALISE = query_parameter(
    "personalise", {"enum": list(SWITCH), "default": SWITCH[0]}, "`off` reads nothing about the person"
)
PERSONALISE_NOTHING = query_parameter(
    "personalise", {"enum": list(SWITCH), "default": SWITCH[0]}, "Changes nothing: no order is in the answer"
)
ONLY_ORDER = query_parameter(
    "sort", {"enum": ["relevance"], "default": "relevance"}, "The list's own order is the only one"
)
EXPLAIN = query_parameter(
    "explain", {"enum": ["true", "false"], "default": "false"}, "Add each item's score, its terms and why"
)
PERSONAL = [
    ONLY_ORDER,
    query_parameter("item", {"minLength": 1}, "The product that the shopper looks at; its style is left out"),
    query_parameter("prefer", _VALUES, f"Up to {MAX_PREFERENCES} preferences as field:value, {_LISTED}"),
    PERSONALISE,
    EXPLAIN,
]
SHORT = query_parameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_ITEMS, "default": DEFAULT_ITEMS},
    "How many products it holds",
)
PERSONAL_ORDER = query_parameter(
    "personalise",
    {"enum": ["on", "off"], "default": "off"},
    "`on` asks for a personal order, as far as consent allows; caches keep none of that",
)
FRAGMENT = [
    *FILTERS,
    SHORT,
    query_parameter(
        "item",
        {"minLength": 1},
        "The product that the shopper looks at; `similar` and `alternatives` need it",
    ),
    query_parameter("prefer", _VALUES, f"`recommendations` only: preferences as field:value, {_LISTED}"),
    query_parameter(
        "personalise",
        {"enum": ["on", "off"]},
        "Not for `similar`; `off`, for `alternatives` the default, reads nothing about the person",
    ),
]
