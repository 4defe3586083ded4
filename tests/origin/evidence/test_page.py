from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import msgspec
import pytest

from origin.evidence.page import render
from origin.evidence.report import make_report
from tests.wardrobe import TAKEN, garment, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue

SVG = "{http://www.w3.org/2000/svg}"
VOID = {"meta", "link", "br", "img"}


class Tags(HTMLParser):
    """Every tag with its attributes; what is opened is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def page(catalogue: Catalogue) -> str:
    return render(make_report(catalogue, TAKEN, 90), "acme.selvedge")


def plots(page: str) -> list[ET.Element]:
    return [ET.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]  # noqa: S314 - ours


def test_it_loads_nothing_and_runs_nothing(page: str) -> None:
    tags = Tags(page)
    assert tags.open == []
    names = {name for name, _ in tags.found}
    assert not names & {"script", "link", "img", "iframe", "object", "a"}
    assert not any(
        name in {"src", "href", "style"} or name.startswith("on") for _, of in tags.found for name in of
    )
    assert "url(" not in page
    (policy,) = [of["content"] for name, of in tags.found if of.get("http-equiv")]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_it_can_be_read_without_seeing_it(page: str) -> None:
    tags = Tags(page)
    assert ("html", {"lang": "en"}) in tags.found
    ids = [of["id"] for _, of in tags.found if "id" in of]
    assert len(ids) == len(set(ids))
    for name, of in tags.found:
        if name == "svg":
            assert of["role"] == "img"
            assert set((of["aria-labelledby"] or "").split()) <= set(ids)
        if of.get("class") == "wide":
            assert (of["tabindex"], of["role"]) == ("0", "region")
            assert of["aria-label"]
        if name == "th":
            assert of["scope"] in {"col", "row"}
    headings = [int(name[1]) for name, _ in tags.found if re.fullmatch(r"h\d", name)]
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert page.count("<table") == page.count("<caption")


def test_every_bar_stands_within_its_plot_and_says_what_it_is(page: str) -> None:
    assert len(plots(page)) == 4
    for plot in plots(page):
        _, _, width, height = map(float, plot.attrib["viewBox"].split())
        for bar in plot.iter("rect"):
            x, y, wide, high = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + wide <= width
            assert 0 <= y <= y + high <= height
            assert bar.attrib["class"] == "track" or bar.find("title") is not None


def test_bars_are_as_long_as_their_numbers(catalogue: Catalogue) -> None:
    report = make_report(catalogue, TAKEN, 90)
    coverage = plots(render(report, "acme"))[0]
    full = float(next(bar for bar in coverage.iter("rect") if bar.attrib["class"] == "track").attrib["width"])
    drawn = [
        float(bar.attrib["width"]) / full for bar in coverage.iter("rect") if bar.attrib["class"] != "track"
    ]
    assert drawn == pytest.approx([one.share for one in report.coverage if one.known], abs=0.001)


def test_a_shops_own_words_stay_words() -> None:
    evil = '<script>alert(1)</script>"'
    one = garment(evil, color_name=f"Eco-friendly {evil}", stated=(f"organic cotton {evil}",))
    page = render(make_report(shop(one), TAKEN, 90), evil)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert Tags(page).open == []


def test_without_certificates_it_says_how_to_state_them(catalogue: Catalogue) -> None:
    bare = tuple(msgspec.structs.replace(one, evidence=()) for one in catalogue.products)
    page = render(make_report(msgspec.structs.replace(catalogue, products=bare), TAKEN, 90, ()), "acme")
    assert "has no certificate" in page
    assert len(plots(page)) == 1
    assert render(make_report(shop(), TAKEN, 90), "nothing").count("<svg") == 1
