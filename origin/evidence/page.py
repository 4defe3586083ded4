"""The evidence report as one page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from origin.building.labels import VocabularyLabels
from origin.evidence.certificates import BINS, MONTHS
from origin.evidence.contradictions import MEANING
from origin.evidence.plots import Column, columns, histogram, rows

if TYPE_CHECKING:
    from origin.evidence.certificates import Certificate, Ending, Shares
    from origin.evidence.contradictions import Contradiction
    from origin.evidence.plots import Plot
    from origin.evidence.report import EvidenceReport

MOST_PLACES = 500
"""How many places a list of the page names; --json has all."""

_QUARTER = 3
_STANDINGS = {
    "ended": "has ended",
    "ends-soon": "ends soon",
    "not-begun": "has not begun",
    "counts": "counts",
}


def render(report: EvidenceReport, name: str) -> str:
    """Return the page (HTML) about the catalogue called `name`."""
    home = resources.files(__package__)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["percent"] = _percent
    environment.filters["day"] = lambda moment: f"{moment:%Y-%m-%d}"
    template = environment.from_string(home.joinpath("page.html").read_text(encoding="utf-8"))
    proven = next(one for one in report.coverage if one.fact == "certification")
    return template.render(
        report=report,
        name=name,
        # The project's own file; nothing of a shop's is marked as safe.
        style=Markup(home.joinpath("page.css").read_text(encoding="utf-8")),  # noqa: S704
        proven=proven,
        standing=Counter(one.standing for one in report.certificates),
        standings=_STANDINGS,
        troubled=[one for one in report.certificates if one.standing != "counts"],
        widest=_widest(report),
        coverage=_coverage_plot(report),
        endings=_endings_plot(report) if any(map(_is_plotted, report.endings)) else None,
        soon=_soon(report),
        open_ended=sum(one.products for one in report.endings if one.when == "open"),
        shares=[(VocabularyLabels().field(one.field, "en"), one, _shares_plot(one)) for one in report.shares],
        contradictions=_by_reason(report),
        meaning=MEANING,
        lint=Counter(one.finding.rule for one in report.lint),
        most=MOST_PLACES,
    )


def _percent(share: float) -> str:
    """Return a share without making a little nothing, or nearly all everything."""
    if 0 < share < 0.001:  # noqa: PLR2004 - what one decimal can say
        return "<0.1 %"
    if 0.999 < share < 1:  # noqa: PLR2004 - likewise
        return ">99.9 %"
    return f"{share:.1%}".replace(".0%", "%").replace("%", " %")


def _coverage_plot(report: EvidenceReport) -> Plot:
    of = [
        Column(one.label, one.known, _percent(one.share), "proven" if one.proven else "stated")
        for one in report.coverage
    ]
    return rows(of, report.products)


def _is_plotted(one: Ending) -> bool:
    return one.when != "open" and one.products > 0


def _endings_plot(report: EvidenceReport) -> Plot:
    soon, of = _soon(report), []
    for at, one in enumerate(one for one in report.endings if one.when != "open"):
        ended, later = one.when == "ended", one.when == "later"
        shown = ended or later or (at % _QUARTER == 0 and at < MONTHS)
        kind = "ended" if ended else "soon" if one.when <= soon else "stated"
        of.append(Column(one.when, one.products, one.when if shown else "", kind))
    return columns(of)


def _soon(report: EvidenceReport) -> str:
    """Return the last month in which something ends soon."""
    return f"{report.at + timedelta(days=report.within_days):%Y-%m}"


def _shares_plot(shares: Shares) -> Plot:
    width = 100 // BINS
    of = [
        Column(f"{at * width} to {(at + 1) * width} %", number, f"{at * width}", "proven")
        for at, number in enumerate(shares.products)
    ]
    return histogram(of, "100", width=460)


def _by_reason(report: EvidenceReport) -> list[tuple[str, list[Contradiction]]]:
    ordered = sorted(report.contradictions, key=lambda one: one.reason)
    grouped = [(reason, list(of)) for reason, of in groupby(ordered, key=lambda one: one.reason)]
    return sorted(grouped, key=lambda one: -len(one[1]))


def _widest(report: EvidenceReport) -> list[Certificate]:
    """Return the certificates that speak of the most products."""
    return sorted(report.certificates, key=lambda one: -one.products)[:12]
