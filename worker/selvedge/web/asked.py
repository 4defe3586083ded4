"""What is asked of a personal list by the request's own parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.catalogue.query import BadParameter, is_value
from selvedge.web.people import Asked
from selvedge.web.problems import NotFound, Withdrawn, quoted
from selvedge.web.products import locate

if TYPE_CHECKING:
    from selvedge.catalogue.query import Query
    from selvedge.web.view import View

PARAMETERS = ("explain", "item", "personalise", "prefer")
MAX_PREFERENCES = 12


def read_asked(view: View, query: Query) -> Asked:
    """Return what the query's own parameters ask for. Raises `BadParameter`."""
    extra = dict(query.extra)
    preferred, unknown = _preferred(view, extra["prefer"]) if "prefer" in extra else ((), ())
    return Asked(
        item=_item(view, extra["item"]) if "item" in extra else None,
        preferred=preferred,
        unknown=unknown,
        explain=_switch(extra, "explain", {"true": True, "false": False}, default=False),
        personalise=_switch(extra, "personalise", {"on": True, "off": False}, default=True),
    )


def _item(view: View, product_id: str) -> int | None:
    """Return the product's rank; None where it was withdrawn, as the page about it may live on in caches."""
    try:
        return locate(view, product_id)[1]
    except Withdrawn:
        return None
    except NotFound as error:
        raise BadParameter("item", f"{quoted(product_id)} is not a product") from error


def _preferred(view: View, text: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the preferences on values that some product has, and the others."""
    pairs = text.split(",")
    if len(pairs) > MAX_PREFERENCES:
        raise BadParameter("prefer", f"names more than {MAX_PREFERENCES} preferences")
    preferred, unknown = [], []
    for pair in sorted(set(pairs)):
        field, _, value = pair.partition(":")
        facet = view.scope.index.facets.get(field)
        if facet is None:
            raise BadParameter("prefer", f"{quoted(field)} is not a field", list(view.scope.index.facets))
        if not is_value(value):
            raise BadParameter("prefer", f"{quoted(value)} cannot be a value of {field}", facet.values())
        if facet.index(value) is None:
            unknown.append(pair)
        else:
            preferred.append((field, value))
    return tuple(preferred), tuple(unknown)


def _switch(extra: dict[str, str], name: str, choices: dict[str, bool], *, default: bool) -> bool:
    if name not in extra:
        return default
    if extra[name] not in choices:
        raise BadParameter(name, f"{extra[name]!r} is not a choice", choices)
    return choices[extra[name]]
