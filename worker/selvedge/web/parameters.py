"""Parameters of the private routes that list nothing; those of lists are read in `asked`."""

from __future__ import annotations

from selvedge.catalogue.query import BadParameter, split_query

SWITCH = ("on", "off")
"""What `personalise` may be, on every private route."""


def read_parameters(raw: str, *names: str) -> dict[str, str]:
    """Return the parameters of a raw query that may hold `personalise` and `names`. Raises `BadParameter`."""
    given, known = split_query(raw), ("personalise", *names)
    for name in given:
        if name not in known:
            raise BadParameter(name, "is not a parameter here", known)
    if given.get("personalise", "on") not in SWITCH:
        raise BadParameter("personalise", "is not a choice", SWITCH)
    return given
