from __future__ import annotations

import string
from contextlib import suppress
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from selvedge.catalogue.query import (
    MAX_CURSOR_LENGTH,
    MAX_LIMIT,
    MAX_QUERY_LENGTH,
    MAX_VALUES,
    SORTS,
    BadParameter,
    FacetFilter,
    Query,
    RangeFilter,
    Vocabulary,
    canonical,
    parse_query,
)

VALUES = {
    "material": ("cotton", "leather", "linen", "unknown"),
    "size": ("38½", "L", "M & S", "S+"),
    "brand": ("acme", "cœur"),
}
MANY = {f"c{number}": 0 for number in range(200)}
VOCABULARY = Vocabulary(
    {**{name: dict.fromkeys(values).keys for name, values in VALUES.items()}, "color": MANY.keys},
    ("price", "share.linen"),
    ("item",),
)


def parse(raw: str) -> Query:
    return parse_query(raw, VOCABULARY)


def refused(raw: str) -> BadParameter:
    with pytest.raises(BadParameter) as caught:
        parse(raw)
    return caught.value


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query string that makes sense, with its parameters and values in any order."""
    pairs: dict[str, str] = {}
    for field, values in VALUES.items():
        taken = draw(st.lists(st.sampled_from(values), unique=True))
        cut = draw(st.integers(0, len(taken)))
        for name, chosen in (
            (field + draw(st.sampled_from(["", ".all"])), taken[:cut]),
            (f"{field}.not", taken[cut:]),
        ):
            if chosen:
                pairs[name] = ",".join(quote(value, safe="") for value in chosen)
    for name in ("price", "share.linen"):
        low, high = sorted((draw(st.integers(0, 99)), draw(st.integers(0, 10**9))))
        text = draw(st.sampled_from([None, f"{low}..", f"..{high}", f"{low}..{high}", f"0{low}..{high}"]))
        if text:
            pairs[name] = text
    extras = {
        "sort": st.sampled_from(SORTS),
        "limit": st.integers(1, MAX_LIMIT).map(str),
        "variants": st.sampled_from(["best", "all"]),
        "facets": st.lists(st.sampled_from(sorted(VALUES)), min_size=1).map(",".join),
        "item": st.text(string.printable, max_size=5).map(lambda text: quote(text, safe="")),
        "cursor": st.text(string.ascii_letters, min_size=1, max_size=9),
    }
    for name, values_of in extras.items():
        if draw(st.booleans()):
            pairs[name] = draw(values_of)
    return "&".join(f"{name}={text}" for name, text in draw(st.permutations(sorted(pairs.items()))))


@given(queries())
def test_the_canonical_form_asks_for_the_same_and_is_its_own_canonical_form(raw: str) -> None:
    query = parse(raw)
    assert parse(canonical(query)) == query
    assert canonical(parse(canonical(query))) == canonical(query)


@given(queries(), st.randoms(use_true_random=False))
def test_equal_queries_share_one_canonical_form(raw: str, chance: object) -> None:
    pairs = [pair for pair in raw.split("&") if pair]
    chance.shuffle(pairs)  # type: ignore[attr-defined] # a random.Random
    encoded = "&".join(
        f"{''.join(f'%{ord(letter):02x}' for letter in name)}={value.replace('%20', '+')}"
        for name, _, value in (pair.partition("=") for pair in pairs)
    )
    assert canonical(parse(encoded)) == canonical(parse(raw))


@given(st.text(max_size=80) | st.text("materl=.,%&+1029-", max_size=40) | queries())
@example("price=1e3..")
@example("limit=٣")
@example("=")
@example("\ud800")
@example("material=%ff")
@example("sort=%00")
def test_whatever_is_asked_gets_a_query_or_a_bad_parameter(raw: str) -> None:
    with suppress(BadParameter):
        parse(raw)


@given(queries(), st.data())
def test_one_wrong_letter_is_refused_by_the_parameter_it_stands_in(raw: str, data: st.DataObject) -> None:
    assume(raw)
    at = data.draw(st.integers(0, len(raw) - 1))
    wrong = raw[:at] + data.draw(st.sampled_from("%\x00{ü")) + raw[at:]
    names = {pair.partition("=")[0] for pair in wrong.split("&")}
    blamed = blame(wrong)
    assert blamed is None or blamed in names | {unquote(name) for name in names}


def blame(raw: str) -> str | None:
    """The parameter that is refused, if any."""
    try:
        parse(raw)
    except BadParameter as error:
        return error.parameter
    return None


def test_filters_are_read_in_each_mode() -> None:
    query = parse("material=linen,cotton&material.not=leather&size.all=S%2B&price=5..&share.linen=..50")
    assert query.facet_filters == (
        FacetFilter("material", "any", ("cotton", "linen")),
        FacetFilter("material", "not", ("leather",)),
        FacetFilter("size", "all", ("S+",)),
    )
    assert query.range_filters == (RangeFilter("price", 5, None), RangeFilter("share.linen", None, 50))


def test_nothing_asked_is_the_plain_first_page() -> None:
    assert parse("").plain
    assert parse("limit=10").plain
    assert not parse("material=linen").plain


@pytest.mark.parametrize(
    ("raw", "parameter", "allowed"),
    [
        ("colour=red", "colour", "color"),
        (f"material={'x' * 65}", "material", "linen"),
        ("material=a%0Ab", "material", "linen"),
        ("material=", "material", "linen"),
        ("material=,", "material", "linen"),
        ("material.some=linen", "material.some", "material.all"),
        ("price=10", "price", "FROM..TO"),
        ("price=..", "price", "FROM..TO"),
        ("price=10..5", "price", "FROM..TO, FROM not above TO"),
        ("price=-1..5", "price", "FROM..TO"),
        ("price=99999999999..", "price", "FROM..TO"),
        ("share.Silk=1..", "share.Silk", "share.linen"),
        ("sort=best", "sort", "-price"),
        ("limit=0", "limit", f"1 to {MAX_LIMIT}"),
        ("limit=97", "limit", f"1 to {MAX_LIMIT}"),
        ("limit=ten", "limit", f"1 to {MAX_LIMIT}"),
        ("variants=some", "variants", "best"),
        ("facets=material,colour", "facets", "material"),
    ],
)
def test_what_makes_no_sense_is_named_with_what_would(raw: str, parameter: str, allowed: str) -> None:
    error = refused(raw)
    assert error.parameter == parameter
    assert allowed in error.allowed


@pytest.mark.parametrize(
    ("raw", "parameter"),
    [
        ("material=linen&material=cotton", "material"),
        ("m%61terial=linen&material=linen", "material"),
        ("material=linen&material.not=linen", "material.not"),
        ("material=%zz", "material"),
        ("material=%C3%28", "material"),
        ("%ff=1", "%ff"),
        ("material=%", "material"),
        ("&", ""),
        ("cursor=", "cursor"),
        ("a" * (MAX_QUERY_LENGTH + 1), "query"),
        ("a" * (MAX_QUERY_LENGTH - 6) + "&cursor=abc", "query"),
        ("cursor=" + "a" * (MAX_QUERY_LENGTH + MAX_CURSOR_LENGTH), "query"),
        ("color=" + ",".join(list(MANY)[: MAX_VALUES + 1]), "color"),
    ],
)
def test_repeats_contradictions_and_garbage_are_refused_by_name(raw: str, parameter: str) -> None:
    assert refused(raw).parameter == parameter


def test_a_bound_above_any_value_asks_for_the_highest() -> None:
    assert canonical(parse("price=..9999999999")) == "price=..4294967295"


def test_sizes_with_signs_survive_encoding() -> None:
    assert canonical(parse("size=S%2B,M+%26+S,38%C2%BD")) == "size=38%C2%BD,M%20%26%20S,S%2B"


@pytest.mark.parametrize("raw", ["material=silk", "size.not=XXL", "share.silk=1.."])
def test_what_a_newer_version_may_have_lost_still_parses(raw: str) -> None:
    assert canonical(parse(raw)) == raw
