"""What a composition leaves open: the one place that decides how much of a garment is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.model import Component

TOLERANCE = 0.5
"""Percent points by which a component may miss 100: three thirds are written 33.3 %."""

CATCH_ALLS = frozenset({"other_fibres", "other_materials"})
"""Codes of the fibre vocabulary that name no fibre, so that any may be behind them."""

_VAGUE = CATCH_ALLS | {"textile", "plastic"}
_WHOLE = 100


def is_whole(part: Component) -> bool:
    """Whether the fibres stated are all that the component has.

    Shares that end below 100 leave a rest that may be anything; where a fibre has no share, the rest is its.
    """
    if not part.fibres or any(not one.known or one.fibre in CATCH_ALLS for one in part.fibres):
        return False
    shares = [one.percentage for one in part.fibres if one.percentage is not None]
    return len(shares) < len(part.fibres) or sum(shares) >= _WHOLE - TOLERANCE


def is_told(part: Component) -> bool:
    """Whether the fibres stated are all that the component has, each by a name that is of one fibre."""
    return is_whole(part) and not any(one.fibre in _VAGUE for one in part.fibres)


def is_all(name: str | None, components: Sequence[Component]) -> bool:
    """Whether a component of that name is the whole product; so is what has no name."""
    return name is None or [part.name for part in components] == [name]


def states_all_shares(components: Sequence[Component]) -> bool:
    """Whether every share in the main component is known, so that a fibre it does not name has none of it."""
    if not components:
        return False
    main = components[0]
    return is_whole(main) and all(one.percentage is not None for one in main.fibres)


def adds_up(part: Component) -> bool:
    """Whether the shares stated are no more than the whole."""
    return sum(one.percentage or 0 for one in part.fibres) <= _WHOLE + TOLERANCE


def fibres_named(components: Sequence[Component]) -> set[str]:
    """Return the codes that are of one fibre, of all components."""
    return {one.fibre for part in components for one in part.fibres if one.known and one.fibre not in _VAGUE}
