from __future__ import annotations

import pytest

from origin.publishing.errors import GuardrailRefused
from origin.publishing.guardrails import Limits, check, findings
from selvedge.catalogue.model import Market
from tests.origin.publishing.conftest import MARKET, build, with_delta

PL = Market("pl", "PL", "PLN", ("pl",))


def found(new: dict[str, int], before: dict[str, int]) -> list[str]:
    return list(findings(build(2, counts=new).release, build(1, counts=before).release, Limits()))


def test_a_first_publication_needs_products_only() -> None:
    check(build(1).release, None)
    with pytest.raises(GuardrailRefused, match="no products"):
        check(build(1, counts={"products": 0}).release, None)


@pytest.mark.parametrize("name", ["products", "inStock/nl", "facet/brand/acme"])
def test_a_fall_of_a_fifth_passes_and_one_more_is_refused(name: str) -> None:
    assert found({name: 80}, {name: 100}) == []
    assert found({name: 79}, {name: 100}) == [f"{name} falls from 100 to 79, by 21 %"]


def test_a_large_facet_that_disappears_is_refused() -> None:
    assert found({}, {"facet/brand/acme": 60}) == ["facet/brand/acme falls from 60 to 0, by 100 %"]


@pytest.mark.parametrize(
    ("products", "facet", "guarded"),
    [(100_000, 50, 1), (100_000, 49, 0), (2_000, 20, 1), (2_000, 19, 0), (300, 10, 1), (300, 9, 0)],
)
def test_a_facet_is_large_from_fifty_products_or_one_percent_but_ten(
    products: int, facet: int, guarded: int
) -> None:
    counts = {"products": products, "inStock/nl": products}
    assert len(found({**counts, "facet/size/nl/XS": 0}, {**counts, "facet/size/nl/XS": facet})) == guarded


def test_counts_that_are_no_stock_or_facet_may_fall() -> None:
    assert found({"groups": 1}, {"groups": 100}) == []


def test_a_market_or_locale_that_disappears_is_refused() -> None:
    before = build(1, markets=(MARKET, PL)).release
    assert list(findings(build(2).release, before, Limits())) == ["market pl disappears"]
    dutch = Market("nl", "NL", "EUR", ("nl",))
    assert list(findings(build(2, markets=(dutch,)).release, build(1).release, Limits())) == [
        "market nl loses en"
    ]


@pytest.mark.parametrize("taken", [4, 5])
def test_a_feed_that_is_not_newer_is_refused(taken: int) -> None:
    new = build(taken, counts={"groups": 1}).release
    assert list(findings(new, build(5).release, Limits())) == [
        f"the feed was taken at {taken}, not after the current one at 5"
    ]


def test_the_same_feed_built_anew_passes_where_that_is_said_and_an_older_one_never() -> None:
    new = build(5, counts={"groups": 1}).release
    assert not list(findings(new, build(5).release, Limits(same_feed=True)))
    assert list(findings(new, build(6).release, Limits(same_feed=True)))


def test_a_newer_delta_of_the_same_version_passes() -> None:
    built = build(1)
    check(with_delta(built, 2).release, with_delta(built, 1).release)
    with pytest.raises(GuardrailRefused, match="delta 1 is not newer than delta 2"):
        check(with_delta(built, 1).release, with_delta(built, 2).release)


def test_a_delta_of_a_truncated_feed_is_refused() -> None:
    built = build(1)
    falls = ["products falls from 100 to 20, by 80 %"]
    truncated = with_delta(built, 2, counts={"products": 20}).release
    assert list(findings(truncated, built.release, Limits())) == falls
    assert list(findings(truncated, with_delta(built, 1).release, Limits())) == falls


def test_a_delta_of_an_older_feed_is_refused() -> None:
    late, early = with_delta(build(5), 1, taken=9), with_delta(build(5), 2, taken=8)
    assert list(findings(early.release, late.release, Limits())) == [
        "the feed was taken at 8, not after the current one at 9"
    ]


def test_a_version_is_compared_with_what_the_delta_before_it_showed() -> None:
    before = with_delta(build(1), 1, counts={"products": 50}).release
    assert not list(findings(build(9, counts={"products": 45}).release, before, Limits()))
    assert list(findings(build(2).release, before, Limits(same_feed=True))) == []
    older = with_delta(build(1), 1, taken=7).release
    assert len(list(findings(build(2).release, older, Limits()))) == 1


def test_everything_suspicious_is_said_at_once() -> None:
    with pytest.raises(GuardrailRefused) as refusal:
        check(build(1, counts={"products": 10, "inStock/nl": 10}).release, build(2).release)
    assert len(refusal.value.findings) == 3
