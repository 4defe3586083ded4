"""What may stand in for a garment: as the snapshot chose it, filtered by what is so when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build, build_delta
from origin.building.alternatives import alternative_rows
from origin.building.arrangement import arrange
from origin.building.labels import VocabularyLabels
from selvedge.ranking.rules import Rule, RuleSet
from selvedge.shopper.context import Affinity, Context
from selvedge.snapshot.alternatives import PRICE_RATIO, decode_row
from selvedge.web.reasons import last_day
from tests.stage import SHOP, Stage
from tests.truth import Truth, ids
from tests.wardrobe import DAY, NL, NOW, SE, catalogues, certificate, garment, offer, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue, Product

P = "/v1/nl/en/products"
TO_PLAIN = f"{P}/plain/alternatives"
FRAGMENT = "/v1/nl/nl/fragments/alternatives?item=plain"
GOTS = certificate("GOTS_ORGANIC", end=151)  # until 1 April 2027
PROVEN = (garment("g1", evidence=(GOTS,)), garment("g2", evidence=(certificate("BLUESIGN"),), color="red"))
PLAIN = garment("plain", offers=(offer(size="S", stock=0), offer(size="M")))


def catalogue(*more: Product, **facts: Any) -> Catalogue:
    made = shop(PLAIN, *PROVEN, *more, **facts)
    shirts = tuple(msgspec.structs.replace(group, name={"en": "Linen shirt"}) for group in made.groups)
    return msgspec.structs.replace(made, groups=shirts)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.publish(build(catalogue(), shop=SHOP, labels=VocabularyLabels()))
    return stage


def test_it_lists_what_has_more_to_show_and_says_so_by_facts_alone(stage: Stage) -> None:
    answer = stage.get(TO_PLAIN)
    assert answer.headers["cache-control"].startswith("public")
    found = {item["id"]: item["because"] for item in answer.json["items"]}
    gots = "linen, made in Portugal, GOTS-certified “organic” until 2027-03"
    assert found["g1"] == {"kind": "facts", "text": gots}
    assert set(found) == {"g1", "g2"}
    assert (answer.json["numberOfItems"], answer.json["personalised"]) == (2, False)
    assert "next" not in answer.json


def test_it_speaks_the_language_of_the_page(stage: Stage) -> None:
    body = stage.get(FRAGMENT).body.decode()
    assert 'aria-label="Alternatieven"' in body
    text = "linnen, gemaakt in Portugal, GOTS-gecertificeerd “organic” tot en met 2027-03"
    assert f'<p class="selvedge-because">{text}</p>' in body


def test_what_proves_as_much_is_an_alternative_to_nothing(stage: Stage) -> None:
    assert ids(stage.get(f"{P}/g1/alternatives").json) == []
    assert b" hidden>" in stage.get("/v1/nl/nl/fragments/alternatives?item=g1").body


def test_a_certificate_that_ends_takes_its_garment_along_and_no_copy_outlives_it(stage: Stage) -> None:
    end = NOW + 151 * DAY
    stage.clock.time = end - 30
    before = stage.get(TO_PLAIN)
    assert set(ids(before.json)) == {"g1", "g2"}
    assert before.headers["cache-control"] == "public, max-age=29, stale-while-revalidate=0"
    stage.clock.time = end
    after = stage.get(TO_PLAIN, {"if-none-match": before.headers["etag"]})
    assert (after.status, ids(after.json)) == (200, ["g2"])
    assert "GOTS" not in after.body.decode()


def test_a_certificate_that_begins_lets_nothing_stand_in_that_is_no_stronger_any_more() -> None:
    subject = msgspec.structs.replace(PLAIN, evidence=(certificate("GOTS_ORGANIC", start=2),))
    made = shop(subject, PROVEN[0])
    stage = Stage(made)
    assert ids(stage.get(TO_PLAIN).json) == ["g1"]
    stage.clock.time += 2 * DAY
    assert ids(stage.get(TO_PLAIN).json) == []


def test_what_sells_out_and_comes_back_needs_no_new_version(stage: Stage) -> None:
    built = stage.live
    assert built is not None
    gone = msgspec.structs.replace(PROVEN[0], offers=(offer(stock=0),))
    products = (PLAIN, gone, PROVEN[1])
    delta = build_delta(built, msgspec.structs.replace(catalogue(), products=products))
    assert delta.release.delta_number == 1
    stage.publish(delta)
    stage.refresh()
    assert ids(stage.get(TO_PLAIN).json) == ["g2"]
    stage.publish(build_delta(delta, catalogue()))
    stage.refresh()
    assert set(ids(stage.get(TO_PLAIN).json)) == {"g1", "g2"}


def test_a_price_that_moves_away_is_near_no_more(stage: Stage) -> None:
    dear = msgspec.structs.replace(PROVEN[0], offers=(offer(price=3800),))
    built = stage.live
    assert built is not None
    stage.publish(build_delta(built, msgspec.structs.replace(catalogue(), products=(PLAIN, dear, PROVEN[1]))))
    stage.refresh()
    assert ids(stage.get(TO_PLAIN).json) == ["g2"]


def test_it_comes_in_a_size_that_the_garment_is_sold_in_or_in_the_one_asked_for() -> None:
    small, large = (
        garment(size, evidence=(GOTS,), offers=(offer(size=size),), color="red") for size in ("S", "XL")
    )
    stage = Stage(catalogue(small, large))
    assert set(ids(stage.get(TO_PLAIN).json)) == {"g1", "g2", "S"}
    assert ids(stage.get(f"{TO_PLAIN}?size=XL").json) == ["XL"]
    assert ids(stage.get(f"{TO_PLAIN}?certification=BLUESIGN").json) == ["g2"]


def test_a_garment_that_is_sold_out_has_alternatives_and_one_that_is_not_sold_here_none() -> None:
    sold = msgspec.structs.replace(PLAIN, offers=(offer(stock=0),))
    elsewhere = garment("only-se", offers=(offer("se", price=25000),))
    stage = Stage(shop(sold, *PROVEN, elsewhere, markets=(NL, SE)))
    assert set(ids(stage.get(TO_PLAIN).json)) == {"g1", "g2"}
    assert ids(stage.get(f"{P}/only-se/alternatives").json) == []


@pytest.mark.parametrize("target", [TO_PLAIN, FRAGMENT])
def test_a_personal_order_has_an_address_of_its_own_and_follows_consent(stage: Stage, target: str) -> None:
    leaning = Context(b"x" * 12, NOW, affinities=(Affinity("color", "red", 48),))
    mark = "&" if "?" in target else "?"
    anyone, own = stage.get(target), f"{target}{mark}personalise=on"
    assert stage.get(target, stage.cookies(leaning)) == anyone
    mine = stage.get(own, stage.cookies(leaning))
    nobody = stage.get(own)
    assert mine.headers["cache-control"] == nobody.headers["cache-control"] == "private, no-store"
    assert stage.get(own, stage.cookies(leaning) | {"sec-gpc": "1"}) == nobody
    names = [body.body.decode().split("g1")[0].count("g2") > 0 for body in (anyone, nobody, mine)]
    assert names == [False, False, True]


def test_it_has_one_address_and_is_revalidated(stage: Stage) -> None:
    moved = stage.get(f"{TO_PLAIN}?personalise=off&limit=4")
    assert (moved.status, moved.headers["location"]) == (308, f"{TO_PLAIN}?limit=4")
    etag = stage.get(TO_PLAIN).headers["etag"]
    assert stage.get(TO_PLAIN, {"if-none-match": etag}).status == 304


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=13", "limit"),
        ("cursor=x", "cursor"),
        ("sort=price", "sort"),
        ("personalise=yes", "personalise"),
    ],
)
def test_what_makes_no_sense_is_named(stage: Stage, query: str, parameter: str) -> None:
    answer = stage.get(f"{TO_PLAIN}?{query}")
    assert (answer.status, answer.json["parameter"]) == (400, parameter)
    assert stage.get(f"{P}/nothing/alternatives").status == 404


def test_rules_exclude_and_place_only_what_may_stand_in(stage: Stage) -> None:
    def rule(kind: Any, product: str, **more: Any) -> Rule:
        return Rule(id=kind, kind=kind, products=(product,), author="Ada", reason="x", **more)

    other = garment("other")
    rules = RuleSet((rule("exclude", "g1"), rule("promote", "other", position=1, slots=("alternatives",))))
    stage.publish(build(catalogue(other), shop=SHOP, rules=rules))
    stage.refresh()
    assert ids(stage.get(TO_PLAIN).json) == ["g2"]


def test_a_version_before_there_were_alternatives_has_none_and_a_new_one_takes_over() -> None:
    stage = Stage(shop(PLAIN))
    assert ids(stage.get(TO_PLAIN).json) == []
    stage.publish(build(catalogue(), shop=SHOP, previous=stage.live))
    stage.refresh()
    assert set(ids(stage.get(TO_PLAIN).json)) == {"g1", "g2"}


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("2027-04-01T00:00:00+00:00", "2027-03"),
        ("2027-01-01T00:00:00+00:00", "2026-12"),
        ("2027-03-15T00:00:00+00:00", "2027-03-14"),
        ("2027-03-15T12:00:00+00:00", "2027-03-15"),
        ("2027-04-01T00:00:01+00:00", "2027-04-01"),
    ],
)
def test_an_end_is_told_by_its_last_day_or_whole_month(end: str, said: str) -> None:
    assert last_day(end) == said


INCLUDED = {"GOTS_ORGANIC": {"GOTS_MADE_WITH_ORGANIC_MATERIALS"}}


def claims(truth: Truth, product: Product) -> set[str]:
    """What is proven of a product: its schemes by level, and its certified contents."""
    found: set[str] = set()
    for one in filter(truth.counts, product.evidence):
        if one.level in ("product", "material") and truth.is_whole(product, one):
            levels = ("product", "material") if one.level == "product" else ("material",)
            found |= {f"{at} {name}" for at in levels for name in {one.scheme, *INCLUDED.get(one.scheme, ())}}
    for field in ("organicContent", "recycledContent"):
        if field == "recycledContent" or truth.is_stated(product):
            found |= {f"{field} {value}" for value in truth.values(product, field)} - {f"{field} unknown"}
    return found


@given(made=catalogues(max_size=16), days=st.integers(-1, 6), number=st.integers(0, 30))
@settings(max_examples=120)
def test_what_is_shown_is_what_is_so_now_of_what_was_chosen(made: Catalogue, days: int, number: int) -> None:
    if not made.products:
        return
    stage = Stage(made)
    stage.clock.time = NOW + days * DAY
    truth = Truth(made, "nl", int(stage.clock.time))
    subject = made.products[number % len(made.products)]
    arrangement = arrange(made)
    by_ordinal = dict(zip(arrangement.ordinal_by_rank(), arrangement.products, strict=True))
    rows = alternative_rows(made, arrangement)
    at = next(ordinal for ordinal, product in by_ordinal.items() if product == subject)
    chosen = [by_ordinal[one] for one in decode_row(memoryview(rows.get(at, b""))).ordinals]
    sizes = {one.size for one in subject.offers if one.market == "nl"}
    price = truth.number(subject, "price")

    def shows(other: Product) -> bool:
        theirs = truth.number(other, "price")
        if theirs is None or not sizes & {one.size for one in truth.in_stock(other)}:
            return False
        near = price is None or PRICE_RATIO[1] * max(price, theirs) <= PRICE_RATIO[0] * min(price, theirs)
        return near and claims(truth, other) > claims(truth, subject)

    answer = stage.get(f"{P}/{subject.id}/alternatives")
    assert answer.status == 200
    assert set(ids(answer.json)) <= {one.id for one in chosen}
    expected = {one.group for one in chosen if shows(one)}
    shown = {item["inProductGroupWithID"] for item in answer.json["items"]}
    assert shown <= expected
    assert len(shown) == min(8, len(expected))
    for item in answer.json["items"]:
        other = next(one for one in made.products if one.id == item["id"])
        assert shows(other)
        assert all(one["name"] in item["because"]["text"] for one in item["hasCertification"])
