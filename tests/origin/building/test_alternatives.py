"""Which garments may stand in for which, against a model that compares them pair by pair."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.building import build
from origin.building.alternatives import OF_A_STYLE, alternative_rows
from origin.building.arrangement import arrange
from origin.building.wearing import fabric_seasons
from origin.footprint.comparison import Comparison
from selvedge.catalogue.model import Catalogue, Component, FibreShare
from selvedge.snapshot.alternatives import MOST, PAGES, Row, decode_row, encode_row
from tests.wardrobe import NL, NOW, SE, catalogues, certificate, garment, offer, shell, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Evidence, Product

NAMES = ("linen shirt", "wide linen shirt", "cropped shirt with print", "oxford", "shirt")
CATEGORIES = ("shirts", "coats", "other")
LOWER_GRADE = {"GOTS_ORGANIC": "GOTS_MADE_WITH_ORGANIC_MATERIALS"}
SHARES = {
    "GOTS_ORGANIC": ("organic", 95, (5, 70, 95)),
    "GLOBAL_RECYCLED_STANDARD": ("recycled", 50, (5, 20, 50)),
}


@st.composite
def wardrobes(draw: st.DrawFn) -> Catalogue:
    """Garments alike enough to stand in for each other, of which anything may be unknown."""
    made = draw(catalogues(max_size=10, markets=(NL, SE)))
    groups = [
        msgspec.structs.replace(
            group,
            name={"nl": draw(st.sampled_from(NAMES))},
            category=draw(st.sampled_from(CATEGORIES)),
            gender=draw(st.sampled_from([None, "female", "male", "unisex"])),
            seasons=draw(st.sampled_from([(), (), ("winter",), ("spring", "summer")])),
        )
        for group in made.groups
    ]
    return msgspec.structs.replace(made, groups=tuple(groups))


def comparison(points: list[float]) -> Comparison:
    """Footprints of which all is certain."""
    column = np.repeat(np.array(points, float).reshape(-1, 1), 3, axis=1)
    return Comparison(column, column, column, np.ones(len(points), bool))


class Model:
    """The definition, read off the catalogue one pair after the other."""

    def __init__(self, catalogue: Catalogue, points: list[float] | None) -> None:
        self.groups = {group.id: group for group in catalogue.groups}
        self.products = arrange(catalogue).products
        self.rank = {product.id: rank for rank, product in enumerate(self.products)}
        self.points = None
        if points is not None:
            self.points = {one.id: point for one, point in zip(catalogue.products, points, strict=True)}
        self.markets = [market.code for market in catalogue.markets]
        titles = {self.words(product) for product in self.products}
        frequency = Counter(word for title in titles for word in title)
        self.weight = {word: 1 + int(math.log2(len(titles) / count)) for word, count in frequency.items()}

    def words(self, product: Product) -> frozenset[str]:
        return frozenset(re.findall(r"[a-z]{2,}", self.groups[product.group].name["nl"]))

    def claims(self, product: Product) -> set[str]:
        found: set[str] = set()
        for one in product.evidence:
            if one.level in ("facility", "brand") or not held(one) or not of_whole(one, product):
                continue
            for scheme in filter(None, (one.scheme, LOWER_GRADE.get(one.scheme))):
                found |= {f"material {scheme}"} | ({f"all {scheme}"} if one.level == "product" else set())
            if one.level == "product" and one.scheme in SHARES:
                kind, share, steps = SHARES[one.scheme]
                if kind == "organic" and not is_told(product):
                    continue
                grown = natural(product) if kind == "organic" else None
                share = share if grown is None or grown + 0.5 >= share else int(grown)
                found |= {f"{kind} {step}" for step in steps if share >= step}
        return found

    def price(self, product: Product, market: str) -> int | None:
        return min((one.price for one in product.offers if one.market == market), default=None)

    def nearness(self, one: Product, other: Product) -> int:
        pairs = [(self.price(one, market), self.price(other, market)) for market in self.markets]
        sold = [(a, b) for a, b in pairs if a is not None and b is not None]
        if not sold or any(2 * max(pair) > 3 * min(pair) for pair in sold):
            return 0
        low, high = min(sold[0]), max(sold[0])
        words = [self.words(one), self.words(other)]
        common = sum(self.weight[word] for word in words[0] & words[1])
        longer = max(sum(self.weight[word] for word in title) for title in words)
        same = one.color == other.color
        return 60 * common // max(longer, 1) + 20 * same + 20 * (3 * low - 2 * high) // low

    def suits(self, one: Product, other: Product) -> bool:
        subject, group = self.groups[one.group], self.groups[other.group]
        if subject.category != group.category or group.category == "other" or one.group == other.group:
            return False
        serves = {None: set(), "unisex": {"female", "male"}}
        needed, served = (serves.get(each.gender, {each.gender}) for each in (subject, group))
        worn = [(subject.seasons, group.seasons), (fabric_seasons(one), fabric_seasons(other))]
        return needed <= served and all(not asked or {*asked} & {*offered} for asked, offered in worn)

    def lower(self, one: Product, other: Product) -> bool:
        """Whether the footprint of `other` is clearly lower, at evidence that is no weaker."""
        if self.points is None:
            return False
        return self.points[other.id] < self.points[one.id] and self.claims(other) >= self.claims(one)

    def stands_in(self, other: Product, one: Product) -> bool:
        more = self.lower(one, other) or self.claims(other) > self.claims(one)
        return more and self.suits(one, other) and self.nearness(one, other) >= 45

    def row(self, one: Product) -> tuple[list[str], list[str]]:
        """The ids of those whose footprint is clearly lower, and of the others, the nearest first."""
        found = [
            (-self.nearness(one, other), self.rank[other.id], self.lower(one, other), other)
            for other in self.products
            if self.stands_in(other, one)
        ]
        found.sort(key=lambda each: each[:2])
        styles = [each[3].group for each in found]
        nearest = [each for at, each in enumerate(found) if styles[:at].count(styles[at]) < OF_A_STYLE][:MOST]
        return [each[3].id for each in nearest if each[2]], [each[3].id for each in nearest if not each[2]]


def is_told(product: Product) -> bool:
    """Whether all of the main component is stated, share by share."""
    fibres = product.components[0].fibres if product.components else ()
    known = bool(fibres) and all(one.known and one.percentage is not None for one in fibres)
    return known and sum(one.percentage or 0 for one in fibres) >= 99.5


def held(evidence: Evidence) -> bool:
    start, end = evidence.valid_from, evidence.valid_to
    return (start is None or start.timestamp() <= NOW) and (end is None or end.timestamp() > NOW)


def of_whole(evidence: Evidence, product: Product) -> bool:
    return evidence.component is None or [evidence.component] == [one.name for one in product.components]


def natural(product: Product) -> float | None:
    """The share of linen and cotton in a product of one component that states all of it."""
    if len(product.components) != 1:
        return None
    fibres = product.components[0].fibres
    shares = [one.percentage for one in fibres if one.known and one.percentage is not None]
    if len(shares) < len(fibres) or not 99.5 <= sum(shares) <= 100.5:
        return None
    return sum(one.percentage or 0 for one in fibres if one.fibre in ("linen", "cotton"))


def found(catalogue: Catalogue, points: list[float] | None = None) -> dict[str, tuple[list[str], list[str]]]:
    """By id, the ids of a product's alternatives: of lower footprint, and for their evidence alone."""
    arrangement = arrange(catalogue)
    by_ordinal = dict(zip(arrangement.ordinal_by_rank(), arrangement.products, strict=True))
    rows = alternative_rows(catalogue, arrangement, None if points is None else comparison(points))
    decoded = {by_ordinal[at].id: decode_row(memoryview(row)) for at, row in rows.items()}
    return {
        product: (
            [by_ordinal[one].id for one in row.ordinals[: row.lower]],
            [by_ordinal[one].id for one in row.ordinals[row.lower :]],
        )
        for product, row in decoded.items()
    }


def named(*products: Product, names: dict[str, str] | None = None, **facts: Any) -> Catalogue:
    """A shop of shirts that are called the same, or by `names`; `facts` are of all styles."""
    made = shop(*products)
    groups = [
        msgspec.structs.replace(group, name={"en": (names or {}).get(group.id, "Linen shirt")}, **facts)
        for group in made.groups
    ]
    return msgspec.structs.replace(made, groups=tuple(groups))


@given(made=wardrobes(), data=st.data())
def test_rows_are_what_the_definition_says(made: Catalogue, data: st.DataObject) -> None:
    size = len(made.products)
    points = data.draw(st.none() | st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=size, max_size=size))
    model = Model(made, points)
    expected = {product.id: model.row(product) for product in made.products}
    assert found(made, points) == {product: row for product, row in expected.items() if any(row)}


@given(made=wardrobes(), number=st.integers(0, 9), data=st.data())
def test_who_withholds_anything_stands_in_for_nobody_more(
    made: Catalogue, number: int, data: st.DataObject
) -> None:
    if not made.products:
        return
    one = made.products[number % len(made.products)]
    field = data.draw(st.sampled_from(["evidence", "components", "gender", "seasons"]))
    nothing: Any = None if field == "gender" else ()
    if field in ("evidence", "components"):
        kept = getattr(one, field)[data.draw(st.integers(1, 3)) :]
        silent = msgspec.structs.replace(one, **{field: kept if field == "evidence" else ()})
        products = tuple(silent if each is one else each for each in made.products)
        withheld = msgspec.structs.replace(made, products=products)
    else:
        groups = [
            msgspec.structs.replace(group, **{field: nothing}) if group.id == one.group else group
            for group in made.groups
        ]
        withheld = msgspec.structs.replace(made, groups=tuple(groups))
    before, after = Model(made, None), Model(withheld, None)
    then = {each.id: each for each in withheld.products}
    for subject in made.products:
        if subject.group != one.group and after.stands_in(then[one.id], subject):
            assert before.stands_in(one, subject)


def test_a_garment_without_a_function_has_none() -> None:
    proven = garment("proven", evidence=(certificate("GOTS_ORGANIC"),))
    assert found(named(garment("a"), proven)) == {"a": ([], ["proven"])}
    for category in ("other", "accessories"):
        assert found(named(garment("a"), proven, category=category)) == {}


def test_a_name_without_a_word_in_common_is_not_near() -> None:
    proven = garment("proven", evidence=(certificate("GOTS_ORGANIC"),))
    assert found(named(garment("a"), proven, names={"style-proven": "Oxford"})) == {}


def test_the_grade_of_a_standard_includes_the_lower_one_and_schemes_are_never_merged() -> None:
    lower, higher = certificate("GOTS_MADE_WITH_ORGANIC_MATERIALS"), certificate("GOTS_ORGANIC")
    assert found(named(garment("a", evidence=(lower,)), garment("b", evidence=(higher,)))) == {
        "a": ([], ["b"])
    }
    other = certificate("ORGANIC_CONTENT_STANDARD_100")
    assert found(named(garment("a", evidence=(other,)), garment("b", evidence=(higher,)))) == {}
    both = garment("b", evidence=(higher, other))
    assert found(named(garment("a", evidence=(other,)), both)) == {"a": ([], ["b"])}


@pytest.mark.parametrize("level", ["facility", "brand"])
def test_what_is_about_a_factory_or_a_brand_makes_nothing_stronger(level: Any) -> None:
    assert found(named(garment("a"), garment("b", evidence=(certificate("GOTS_ORGANIC", level),)))) == {}


def test_a_lower_footprint_at_weaker_evidence_is_no_alternative() -> None:
    made = named(garment("a", evidence=(certificate("BLUESIGN"),)), garment("b"), garment("c"))
    assert found(made, [9, 1, 5]) == {"b": ([], ["a"]), "c": (["b"], ["a"])}


def test_a_style_stands_in_by_its_two_nearest_colourways() -> None:
    gots = (certificate("GOTS_ORGANIC"),)
    colourways = [garment(f"b-{n}", group="b", color=n, evidence=gots) for n in ("red", "blue", "green")]
    assert found(named(garment("a"), *colourways)) == {"a": ([], ["b-blue", "b-green"])}


def test_wool_is_for_winter_and_linen_for_summer() -> None:
    def worn(**shares: float) -> set[str]:
        return set(fabric_seasons(garment("a", components=(shell(**shares),))))

    assert worn(wool=60, polyester=40) == {"autumn", "winter"}
    assert worn(linen=52, cotton=48) == {"spring", "summer"}
    assert len(worn(cotton=100)) == 4
    assert worn(wool=40) == set()
    open_shell = Component("shell", (FibreShare("wool"), FibreShare("cotton")))
    assert fabric_seasons(garment("a", components=(open_shell,))) == ()


def test_a_garment_of_another_season_or_of_unknown_fabric_does_not_stand_in() -> None:
    def proven(*components: Component) -> Product:
        return garment("b", components=components, evidence=(certificate("BLUESIGN"),))

    assert found(named(garment("a"), proven(shell(wool=100)))) == {}
    assert found(named(garment("a"), proven())) == {}
    assert found(named(garment("a", components=()), proven(shell(wool=100)))) == {"a": ([], ["b"])}
    assert found(named(garment("a"), proven(shell(cotton=100)))) == {"a": ([], ["b"])}


def test_a_composition_that_could_lower_an_organic_content_is_not_left_out_with_profit() -> None:
    gots = (certificate("GOTS_ORGANIC"),)
    told, silent = garment("told", evidence=gots), garment("silent", components=(), evidence=gots)
    assert found(named(told, silent)) == {"silent": ([], ["told"])}


def test_a_version_names_what_may_stand_in_by_ordinals_and_one_without_any_has_no_part() -> None:
    proven = garment("b", evidence=(certificate("GOTS_ORGANIC"),), offers=(offer(price=2000),))
    built = build(named(garment("a"), proven), shop="acme")
    assert len(built.release.manifest.pages[PAGES]) == 1
    assert PAGES not in build(named(garment("a"), garment("b")), shop="acme").release.manifest.pages


def test_rows_round_trip() -> None:
    row = decode_row(memoryview(encode_row([7], [70_000, 2])))
    assert (row.lower, list(row.ordinals)) == (1, [7, 70_000, 2])
    assert decode_row(memoryview(encode_row([], []))) == Row(0, ())
