"""What the footprint room refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import Iterable


class BadQuery(SelvedgeError):
    """A field of a garment's description makes no sense. `field` names it, `allowed` says what would."""

    reason = "bad-query"

    def __init__(self, field: str, detail: str, allowed: Iterable[str] = ()) -> None:
        self.field = field
        self.allowed = tuple(allowed)
        choice = f"; allowed: {', '.join(self.allowed)}" if self.allowed else ""
        super().__init__(f"{field}: {detail}{choice}")


class MethodDataUnusable(SelvedgeError):
    """The folder of published method data is absent, incomplete, or not of the pinned version."""

    reason = "method-data"
