from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build, build_delta
from origin.building.arrangement import arrange
from origin.demo.catalogue import generate
from selvedge.ranking.order import FEW
from selvedge.ranking.signals import STEP
from selvedge.ranking.weights import MAX_WEIGHT, RankingWeights, Spread
from selvedge.shopper.context import MAX_AFFINITIES, Affinity, Context
from selvedge.web.cursors import PRIVATE_SECONDS
from tests.stage import SHOP, Stage
from tests.truth import Truth, ids
from tests.wardrobe import DAY, NOW, certificate, garment, moment, offer, shell, shop

R = "/v1/nl/en/recommendations"
P = "/v1/nl/en/products"
COLOURS = ("blue", "red", "green", "black")
PRODUCTS = [
    garment(
        f"p{number}",
        color=COLOURS[number % 4],
        published=moment(-number),
        components=(shell(**{("linen", "cotton", "wool")[number % 3]: 100}),),
        evidence=(certificate(end=2),) if number % 5 == 0 else (),
    )
    for number in range(12)
]


def liking(*values: tuple[str, str, int], recent: tuple[int, ...] = ()) -> Context:
    return Context(
        id=b"someone",
        written=NOW,
        recent=recent,
        affinities=tuple(Affinity(field, value, weight) for field, value, weight in values),
    )


@pytest.fixture
def stage() -> Stage:
    return Stage(shop(*PRODUCTS))


@pytest.fixture(scope="module")
def large() -> Stage:
    stage = Stage()
    stage.publish(build(generate(250), shop=SHOP, weights=RankingWeights(spread=Spread(window=1))))
    return stage


def test_a_taste_orders_every_match_and_not_only_a_page(large: Stage) -> None:
    catalogue = generate(250)
    truth, scores_by_rank = Truth(catalogue, "nl", NOW), arrange(catalogue).scores
    values = sorted({("color", product.color) for product in catalogue.products})
    assert sum(bool(truth.in_stock(product)) for product in truth.ranked) > FEW

    stepped = st.sampled_from(range(STEP, MAX_WEIGHT, STEP))

    @settings(max_examples=10)
    @given(st.dictionaries(st.sampled_from(values), stepped, min_size=1, max_size=MAX_AFFINITIES))
    def check(weights: dict[tuple[str, str], int]) -> None:
        context = liking(*((field, value, weight) for (field, value), weight in weights.items()))
        headers = large.cookies(context)
        items = large.get(f"{R}?explain=true&limit=96&variants=all", headers).json["items"]
        scores = {item["id"]: item["score"] for item in items}
        found = large.pages(f"{R}?explain=true&limit=96&variants=all", headers)
        matching = [product for product in truth.ranked if truth.in_stock(product)]
        total = {
            product.id: truth.score(product, weights, scores_by_rank[truth.rank[product.id]])
            for product in matching
        }
        assert found == sorted(total, key=lambda one: (-total[one], truth.rank[one]))
        assert scores == {one: total[one] for one in found[:96]}

    check()


@pytest.mark.parametrize("limit", [1, 2, 5, 12])
def test_pages_of_a_personal_order_neither_repeat_nor_skip(stage: Stage, limit: int) -> None:
    headers = stage.cookies(liking(("color", "red", 90), ("certification", "GOTS", 40)))
    whole = ids(stage.get(f"{R}?limit=96", headers).json)
    assert stage.pages(f"{R}?limit={limit}", headers) == whole
    assert sorted(whole) == sorted(product.id for product in PRODUCTS)


def test_a_click_changes_the_next_first_page_and_no_later_one(stage: Stage) -> None:
    red, blue = (stage.cookies(liking(("color", colour, 120))) for colour in ("red", "blue"))
    first = stage.get(f"{R}?limit=3", red).json
    second = stage.get(f"{R}?cursor={first['next']}&limit=3", red).json
    after = stage.get(f"{R}?cursor={first['next']}&limit=3", blue).json
    assert ids(after) == ids(second)
    assert ids(stage.get(f"{R}?limit=3", blue).json) != ids(first)


def test_who_gets_a_context_goes_on_in_the_order_begun(stage: Stage) -> None:
    first = stage.get(f"{R}?limit=3").json
    plain = stage.get(f"{R}?cursor={first['next']}&limit=3").json
    known = stage.get(
        f"{R}?cursor={first['next']}&limit=3", stage.cookies(liking(("color", "red", 120)))
    ).json
    assert ids(known) == ids(plain)
    assert known["personalised"] is False


def test_who_withdraws_consent_starts_again(stage: Stage) -> None:
    headers = stage.cookies(liking(("color", "red", 120)))
    first = stage.get(f"{R}?limit=3", headers).json
    answer = stage.get(f"{R}?cursor={first['next']}&limit=3", {**headers, "sec-gpc": "1"})
    assert (answer.status, answer.json["start"]) == (410, f"{R}?limit=3")


def test_an_order_by_evidence_stays_while_the_evidence_expires_between_two_pages() -> None:
    old = garment("old", published=moment(-300), evidence=(certificate(end=0.5),))
    stage = Stage(shop(*PRODUCTS[1:4], old))
    headers = stage.cookies(liking(("certification", "GOTS", 127)))
    first = stage.get(f"{R}?limit=2", headers).json
    assert ids(first) == ["old", "p1"]
    stage.clock.time = NOW + DAY
    second = stage.get(f"{R}?cursor={first['next']}&limit=2", headers).json
    third = stage.get(f"{R}?cursor={second['next']}&limit=2", headers).json
    assert ids(second) + ids(third) == ["p2", "p3"]
    assert ids(stage.get(f"{R}?limit=2", headers).json) == ["p1", "p2"]


def deltas(stage: Stage) -> None:
    """Publish a delta in which evidence has other values, and so other numbers."""
    assert stage.live is not None
    changed = [garment("p0", evidence=(certificate("AAA"), certificate("ZZZ"))), *PRODUCTS[1:]]
    stage.publish(build_delta(stage.live, shop(*changed)))
    stage.refresh()


def test_an_order_by_evidence_starts_afresh_after_a_delta(stage: Stage) -> None:
    headers = stage.cookies(liking(("certification", "GOTS", 127)))
    first = stage.get(f"{R}?limit=2", headers).json
    deltas(stage)
    answer = stage.get(f"{R}?cursor={first['next']}&limit=2", headers)
    assert (answer.status, answer.json["start"]) == (410, f"{R}?limit=2")


def test_an_order_by_other_facts_goes_on_across_a_delta(stage: Stage) -> None:
    headers = stage.cookies(liking(("color", "red", 127)))
    first = stage.get(f"{R}?limit=2", headers).json
    second = stage.get(f"{R}?cursor={first['next']}&limit=2", headers).json
    deltas(stage)
    answer = stage.get(f"{R}?cursor={first['next']}&limit=2", headers)
    assert ids(answer.json) == ids(second)


def test_a_taste_for_what_this_shop_lacks_disturbs_nothing(stage: Stage) -> None:
    deltas(stage)
    headers = stage.cookies(liking(("certification", "NOSUCH", 99), ("moon", "full", 9), ("size", "M", 9)))
    assert stage.pages(f"{R}?limit=5", headers) == stage.pages(f"{R}?limit=5")


def test_a_personal_cursor_of_another_version_starts_afresh(stage: Stage) -> None:
    headers = stage.cookies(liking(("color", "red", 120), ("material", "wool", 50)))
    first = stage.get(f"{R}?limit=3", headers).json
    stage.publish(build(shop(garment("q", components=())), shop=SHOP, previous=stage.live))
    stage.refresh()
    answer = stage.get(f"{R}?cursor={first['next']}&limit=3", headers)
    assert (answer.status, answer.json["start"]) == (410, f"{R}?limit=3")


def test_recent_products_draw_their_likes_closer() -> None:
    stage = Stage(shop(*PRODUCTS, garment("far", color="violet", published=moment(-900))))
    assert stage.live is not None
    plain = ids(stage.get(f"{R}?limit=96").json)
    looked_at = ids(stage.get(f"{R}?item=far&limit=96").json)
    assert "far" in plain
    assert "far" not in looked_at
    recent = stage.get(f"{R}?explain=true&limit=96", stage.cookies(liking(recent=(0, 3, 10**9)))).json
    named = {term.get("field") for item in recent["items"] for term in item["explain"]}
    assert {"category", "brand", "color"} <= named


def test_a_withdrawn_recent_product_is_passed_over(stage: Stage) -> None:
    assert stage.live is not None
    stage.publish(build_delta(stage.live, shop(*PRODUCTS[1:])))
    stage.refresh()
    headers = stage.cookies(liking(recent=tuple(range(12))))
    assert stage.get(R, headers).status == 200


STRANGERS = st.fixed_dictionaries(
    {},
    optional={
        "cookie": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60).filter(
            lambda text: "selvedge-choice" not in text
        ),
        "user-agent": st.text(max_size=9),
        "authorization": st.just("Bearer x"),
        "x-forwarded-for": st.ip_addresses().map(str),
        "accept-language": st.sampled_from(["nl", "en"]),
        "sec-gpc": st.sampled_from(["0", "1", "x"]),
    },
)


def test_without_consent_all_people_get_the_same_bytes(stage: Stage) -> None:
    targets = [f"{R}?explain=true&limit=4&prefer=color:red", R, P, f"{P}/p1", f"{R}?prefer=nonsense"]
    plain = {target: stage.get(target) for target in targets}
    stage.get(P)

    @given(STRANGERS, st.sampled_from(targets))
    def check(headers: dict[str, str], target: str) -> None:
        answer = stage.get(target, headers)
        assert (answer.status, answer.headers, answer.body) == (
            plain[target].status,
            plain[target].headers,
            plain[target].body,
        )

    check()


def test_no_answer_names_the_person(stage: Stage) -> None:
    answer = stage.get(f"{R}?explain=true", stage.cookies(liking(("color", "red", 9))))
    assert b"someone" not in answer.body
    assert "set-cookie" not in answer.headers


def test_each_personal_answer_has_an_id_of_its_own(stage: Stage) -> None:
    headers = stage.cookies(liking(("color", "red", 9)))
    answers = [stage.get(R, headers).json["recommendationId"] for _ in range(2)]
    assert answers[0] != answers[1]


def test_a_private_cursor_serves_for_a_day_and_then_names_where_to_start(stage: Stage) -> None:
    headers = stage.cookies(liking(("color", "red", 9)))
    following = stage.get(f"{R}?limit=2", headers).json["next"]
    page = f"{R}?cursor={following}&limit=2"
    stage.clock.time = NOW + PRIVATE_SECONDS
    later = stage.get(page, headers)
    assert later.status == 200
    stage.clock.time += 1
    stale = stage.get(page, headers)
    assert (stale.status, stale.json["type"]) == (410, "/problems/stale-cursor")
    assert stale.json["start"] == f"{R}?limit=2"
    further = later.json["next"]
    assert stage.get(f"{R}?cursor={further}&limit=2", headers).status == 200, "each page writes a new one"


def test_a_public_cursor_has_no_age(stage: Stage) -> None:
    following = stage.get(f"{R}?limit=2").json["next"]
    stage.clock.time = NOW + 2 * PRIVATE_SECONDS
    assert stage.get(f"{R}?cursor={following}&limit=2").status == 200


# An error of ours


class Broken:
    """A sealer that breaks in a way that nobody foresaw."""

    async def open(self, _data: bytes, _context: bytes) -> bytes:
        raise RuntimeError("secret detail")


def break_it(stage: Stage) -> dict[str, str]:
    headers = stage.cookies(liking(("color", "red", 9)))
    stage.app._edge.sealer = Broken()  # type: ignore[assignment] # the point
    return headers


def test_an_error_of_ours_gives_the_plain_answer_within_the_same_filter(stage: Stage) -> None:
    plain = stage.get(f"{R}?color.not=red&limit=5")
    headers = break_it(stage)
    answer = stage.get(f"{R}?color.not=red&explain=true&item=p0&limit=5", headers)
    assert answer.status == 200
    assert (ids(answer.json), answer.json["personalised"]) == (ids(plain.json), False)
    assert answer.headers["selvedge-degraded"] == "internal"
    assert answer.headers["cache-control"] == "private, no-store"
    told = repr(stage.telemetry.points[-1])
    assert "RuntimeError" in told
    assert "secret detail" not in told


@pytest.mark.parametrize("slot", ["recommendations", "recently-viewed"])
def test_an_error_of_ours_gives_the_fragment_of_nobody_in_particular(stage: Stage, slot: str) -> None:
    target = f"/v1/nl/nl/fragments/{slot}"
    plain = stage.get(target)
    answer = stage.get(target, break_it(stage))
    assert (answer.status, answer.headers["selvedge-degraded"]) == (200, "internal")
    assert answer.headers["content-type"] == plain.headers["content-type"]


def test_an_error_of_ours_on_a_later_page_starts_the_list_again(stage: Stage) -> None:
    first = stage.get(f"{R}?limit=2").json["next"]
    answer = stage.get(f"{R}?cursor={first}&limit=2", break_it(stage))
    assert (answer.status, answer.json["start"]) == (410, f"{R}?limit=2")


def test_an_error_of_ours_tells_no_details(stage: Stage) -> None:
    stage.app._edge.store = None  # type: ignore[assignment] # the point
    for target in (R, P, f"{P}/p1"):
        answer = stage.get(target)
        assert (answer.status, answer.json["type"]) == (500, "/problems/internal")
        assert answer.headers["cache-control"] == "no-store"
        assert b"NoneType" not in answer.body


def test_a_price_shown_is_that_of_an_offer_in_stock() -> None:
    stage = Stage(shop(garment("a", offers=(offer(price=1, stock=0), offer(size="L", price=9)))))
    assert stage.get(R).json["items"][0]["price"] == 9


def test_a_delta_changes_weights_without_a_new_version_and_lists_in_progress_start_again() -> None:
    base = build(shop(*PRODUCTS), shop=SHOP)
    stage = Stage()
    stage.publish(base)
    stage.refresh()
    target = f"{R}?explain=true&limit=3&prefer=material%3Awool"
    first = stage.get(target).json
    assert {term["points"] for item in first["items"] for term in item["explain"][1:]} == {48}
    stage.publish(build_delta(base, shop(*PRODUCTS), weights=RankingWeights(preferred=96)))
    stage.refresh()
    answer = stage.get(target).json
    assert answer["snapshot"] == {"version": base.release.version, "delta": 1}
    assert {term["points"] for item in answer["items"] for term in item["explain"][1:]} == {96}
    later = f"{R}?cursor={first['next']}&explain=true&limit=3&prefer=material%3Awool"
    assert stage.get(later).status == 410
