"""Why something about a shopper cannot be read or changed."""

from __future__ import annotations

from selvedge.errors import SelvedgeError


class NothingKept(SelvedgeError):
    """Nothing is kept about this shopper, or nothing any more."""


class Erased(SelvedgeError):
    """The shopper was erased at `erased` (epoch seconds), and nothing was kept since."""

    def __init__(self, erased: int) -> None:
        super().__init__("this shopper was erased")
        self.erased = erased


class RevisionRequired(SelvedgeError):
    """What exists is changed only by who says which revision they saw (RFC 6585, section 3)."""


class StaleRevision(SelvedgeError):
    """The revision that the caller saw is not the current one (RFC 9110, section 13.1.1)."""


class Conflict(SelvedgeError):
    """The visitor already belongs to somebody else."""


class ListChanged(SelvedgeError):
    """The list that a cursor belongs to was replaced; it begins anew without cursor."""


class BadBody(SelvedgeError):
    """The body is not what this route takes; the message says where."""


class WrongMediaType(SelvedgeError):
    """The body is of a media type that this route does not take."""
