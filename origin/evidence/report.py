"""The evidence report of a catalogue at a time; docs/evidence.md says how to read it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from origin.claims.looking import Found, look
from origin.claims.shopfiles import from_catalogue
from origin.evidence.certificates import (
    Certificate,
    Described,
    Ending,
    Shares,
    certificates,
    described,
    endings,
    shares,
)
from origin.evidence.contradictions import Contradiction, contradictions
from origin.evidence.coverage import Coverage, coverage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from origin.claims.shopfiles import Progress
    from origin.importing.report import Issue
    from selvedge.catalogue.model import Catalogue

LEFT_OUT = (
    "unknown-scheme",
    "certificate-share-below-minimum",
    "certificate-level-not-allowed",
    "goods-shipped-outside-certificate",
    "certificate-date-unreadable",
    "certificate-ends-before-it-begins",
    "certificate-contradicted",
)
"""What an import does with certificates that do not prove what they are stated for."""

_TOO_STRONG = "breach"


class LeftOut(msgspec.Struct, frozen=True):
    """A certificate as a feed states it that proves nothing, or less, and in how many rows."""

    reason: str
    value: str
    rows: int


class EvidenceReport(msgspec.Struct, frozen=True):
    """What a catalogue can prove at a time.

    `certificates` are all of them; `lint` are the texts that may not be shown, `notes` counts those to look
    at by rule. `left_out` is what an import made nothing of, None where its report was not given.
    """

    taken: datetime
    at: datetime
    within_days: int
    products: int
    styles: int
    coverage: tuple[Coverage, ...]
    certificates: tuple[Certificate, ...]
    described: tuple[Described, ...]
    endings: tuple[Ending, ...]
    shares: tuple[Shares, ...]
    contradictions: tuple[Contradiction, ...]
    lint: tuple[Found, ...]
    notes: dict[str, int]
    left_out: tuple[LeftOut, ...] | None = None

    def with_standing(self, standing: str) -> list[Certificate]:
        """Return the certificates of that standing."""
        return [one for one in self.certificates if one.standing == standing]


def make_report(
    catalogue: Catalogue,
    at: datetime,
    within_days: int,
    issues: Iterable[Issue] | None = None,
    progress: Progress | None = None,
) -> EvidenceReport:
    """Report on `catalogue` at a time; `issues` are those of its import, where they are known."""
    moment = int(at.timestamp())
    every = certificates(catalogue, moment, within_days)
    found = list(look(from_catalogue(msgspec.structs.replace(catalogue, taken=at), progress)))
    notes = Counter(one.finding.rule for one in found if one.finding.level != _TOO_STRONG)
    return EvidenceReport(
        taken=catalogue.taken,
        at=at,
        within_days=within_days,
        products=len(catalogue.products),
        styles=len(catalogue.groups),
        coverage=coverage(catalogue, moment),
        certificates=every,
        described=described(every),
        endings=endings(catalogue, moment),
        shares=shares(catalogue, moment),
        contradictions=tuple(contradictions(catalogue, at)),
        lint=tuple(one for one in found if one.finding.level == _TOO_STRONG),
        notes=dict(notes.most_common()),
        left_out=None if issues is None else _left_out(issues),
    )


def _left_out(issues: Iterable[Issue]) -> tuple[LeftOut, ...]:
    counts = Counter((one.reason, one.value) for one in issues if one.reason in LEFT_OUT)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(LeftOut(reason, value, rows) for (reason, value), rows in ordered)
