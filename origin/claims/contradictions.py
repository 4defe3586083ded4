"""What a catalogue's texts say of fibres and its evidence does not: notes for the import report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.claims.lint import ORGANIC, lint
from origin.claims.shopfiles import from_catalogue
from origin.importing.report import Issue
from origin.importing.stated import speaks_of_organic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selvedge.catalogue.model import Catalogue

REASON = "organic-without-certificate"


def contradictions(catalogue: Catalogue) -> Iterator[Issue]:
    """Yield a note for each text that calls a fibre organic where a product of it lacks such evidence."""
    for text in from_catalogue(catalogue):
        if text.organic or not speaks_of_organic(text.text):
            continue
        for found in lint(text.text, text.locale):
            if found.rule == ORGANIC:
                yield Issue("catalogue", 0, text.place, found.words, "noted", REASON, found.why)
