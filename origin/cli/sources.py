"""The importers as the command line calls them: their refusals become errors that end a job properly."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from origin.importing.archive import load_catalogue as _load_catalogue
from origin.importing.errors import ImportFailedError
from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selvedge.catalogue.model import Catalogue


class ImportRefused(SelvedgeError):
    """A source as a whole cannot be imported; single bad rows are in the report instead."""

    reason = "import-refused"


@contextmanager
def importing() -> Iterator[None]:
    """Turn the importers' errors into `ImportRefused`."""
    try:
        yield
    except ImportFailedError as error:
        raise ImportRefused(str(error)) from error


def load_catalogue(path: Path) -> Catalogue:
    """Read a saved catalogue. Raises `ImportRefused`."""
    with importing():
        return _load_catalogue(path)
