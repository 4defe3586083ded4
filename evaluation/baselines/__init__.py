"""Published methods to compare with, as their papers and `session-rec` describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from evaluation.baselines.neighbours import Sknn, Vsknn, Vstan
from evaluation.baselines.popular import Popular
from evaluation.baselines.rules import AssociationRules, SequentialRules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Recommender(Protocol):
    """Something that ranks items after a session."""

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return up to `count` items after `seen` (newest first, -1 for an item that training had not)."""
        ...


BASELINES: Mapping[str, Callable[..., Recommender]] = {
    "popular": Popular,
    "ar": AssociationRules,
    "sr": SequentialRules,
    "sknn": Sknn,
    "vsknn": Vsknn,
    "vstan": Vstan,
}
"""By name; each takes training sessions (`Visit`s in the order of time) and its own settings by name."""

__all__ = ["BASELINES", "Recommender"]
