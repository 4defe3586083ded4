from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from origin.importing import FeedFile, Shop, SourceError, read_feed, read_feeds
from origin.importing.errors import SettingsError
from selvedge.catalogue.model import FibreShare, Offer
from tests.origin.importing.rows import OFFER, TAKEN, ReadFeed, feed_text


def test_sizes_of_one_style_and_colour_are_one_product(read: ReadFeed) -> None:
    result = read({}, {"id": "A-M", "size": "M"}, {"id": "A-R", "color": "Red"})
    catalogue = result.catalogue
    assert [group.id for group in catalogue.groups] == ["A"]
    assert [(p.id, p.color, len(p.offers)) for p in catalogue.products] == [
        ("A-blue", "blue", 2),
        ("A-red", "red", 1),
    ]
    assert catalogue.products[0].offers[0] == Offer("nl", "S", 2999, 1)
    assert catalogue.groups[0].category == "shirts"
    assert result.report.summary() == {"rejected": {}, "repaired": {}, "noted": {}}


def test_feeds_of_several_markets_meet_by_id(tmp_path: Path, shop: Shop) -> None:
    (tmp_path / "nl.tsv").write_text(feed_text([{"color": "Blauw", "title": "Linnen hemd"}]))
    swedish = {"color": "Blå", "title": "Linneskjorta", "price": "329.00 SEK"}
    (tmp_path / "se.tsv").write_text(feed_text([swedish]))
    feeds = (FeedFile("nl.tsv", "nl", "nl"), FeedFile("se.tsv", "se", "sv"))
    catalogue = read_feeds(tmp_path, feeds, shop, taken=TAKEN).catalogue
    assert catalogue.groups[0].name == {"nl": "Linnen hemd", "sv": "Linneskjorta"}
    (product,) = catalogue.products
    assert [(offer.market, offer.price) for offer in product.offers] == [
        ("nl", 2999),
        ("se", 32900),
    ]


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"price": "free"}, "price", "not-a-price"),
        ({"price": "29.99 SEK"}, "price", "wrong-currency"),
        ({"availability": "perhaps"}, "availability", "unknown-availability"),
        ({"title": ""}, "title", "missing-value"),
        ({"id": ""}, "id", "missing-value"),
    ],
)
def test_a_bad_row_is_rejected_with_line_field_value_and_reason(
    read: ReadFeed, change: dict[str, str], field: str, reason: str
) -> None:
    result = read({}, change, {"id": "A-L", "size": "L"})
    (issue,) = result.report.issues
    assert (issue.line, issue.field, issue.action, issue.reason) == (3, field, "rejected", reason)
    assert issue.value == change[field]
    assert (result.report.rows, result.report.accepted) == (3, 2)


def test_a_price_with_the_wrong_decimal_mark_says_what_is_expected(read: ReadFeed) -> None:
    (issue,) = read({"price": "9,99 EUR"}).report.issues
    assert (issue.reason, issue.detail) == (
        "not-a-price",
        "expected EUR like 1299.99; ',' only groups thousands",
    )


def test_an_unknown_availability_says_what_there_is(read: ReadFeed) -> None:
    (issue,) = read({"availability": "perhaps"}).report.issues
    assert issue.detail == "expected in_stock, out_of_stock, preorder, backorder"


def test_a_fault_that_all_sizes_share_is_reported_for_each(read: ReadFeed) -> None:
    unknown = {"composition": "Moonstuff 100%"}
    result = read(unknown, unknown | {"id": "A-M", "size": "M"})
    assert [(issue.line, issue.reason) for issue in result.report.issues] == [
        (2, "unknown-fibre"),
        (3, "unknown-fibre"),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gtin": "4006381333930"}, "wrong-gtin"),
        ({"size_system": "MOON"}, "unknown-size-system"),
        ({"published": "soon"}, "not-a-date"),
        ({"country_of_origin": "Atlantis"}, "unknown-country"),
        ({"recycled_content_percentage": "120"}, "share-out-of-range"),
        ({"stock": "many"}, "not-a-number"),
        ({"gender": "robots"}, "unknown-gender"),
        ({"season": "winter, monsoon"}, "unknown-season"),
        ({"sale_price": "39.99 EUR"}, "sale-price-not-lower"),
        ({"certification": "EC:EPREL:123"}, "unknown-scheme"),
    ],
)
def test_a_bad_value_is_left_out_and_the_row_kept(
    read: ReadFeed, change: dict[str, str], reason: str
) -> None:
    result = read(change)
    assert [(issue.action, issue.reason) for issue in result.report.issues] == [("repaired", reason)]
    assert result.catalogue.products[0].offers == (Offer("nl", "S", 2999, 1),)


def test_a_style_says_for_whom_and_when_it_is_worn(read: ReadFeed) -> None:
    other = {"id": "A-M", "size": "M"}
    (style,) = read({"season": "AUTUMN,Winter"}, other | {"gender": "Unisex"}).catalogue.groups
    assert (style.gender, style.seasons) == ("unisex", ("autumn", "winter"))
    (style,) = read({"season": "ALL_YEAR"}).catalogue.groups
    assert (style.gender, len(style.seasons)) == (None, 4)


def test_a_reduction_is_shown_only_with_its_30_day_price(read: ReadFeed) -> None:
    sale = {"sale_price": "19.99 EUR", "lowest_price_30_days": "27.99 EUR"}
    offer = read(sale).catalogue.products[0].offers[0]
    assert (offer.price, offer.regular_price, offer.lowest_price_30_days) == (1999, 2999, 2799)
    result = read({"sale_price": "19.99 EUR"})
    offer = result.catalogue.products[0].offers[0]
    assert (offer.price, offer.regular_price, offer.lowest_price_30_days) == (1999, None, None)
    assert result.report.issues[0].reason == "reduction-without-30-day-price"


def test_a_sale_counts_within_its_dates(read: ReadFeed) -> None:
    over = {
        "sale_price": "19.99 EUR",
        "sale_price_effective_date": "2026-01-01T00:00+0100/2026-01-31T23:59+0100",
    }
    assert read(over).catalogue.products[0].offers[0].price == 2999


def test_preorders_and_sold_out_sizes_have_no_stock(read: ReadFeed) -> None:
    result = read(
        {"availability": "out_of_stock", "stock": "4"},
        {"id": "B", "availability": "preorder", "size": "M"},
    )
    assert [offer.stock for offer in result.catalogue.products[0].offers] == [0, 0]


def test_composition_goes_before_material(read: ReadFeed) -> None:
    both = {"material": "cotton/elastane", "composition": "shell: cotton 95%, elastane 5%"}
    (component,) = read(both).catalogue.products[0].components
    assert component.fibres == (FibreShare("cotton", 95.0), FibreShare("elastane", 5.0))
    (component,) = read({"material": "cotton/elastane"}).catalogue.products[0].components
    assert component.fibres == (FibreShare("cotton"), FibreShare("elastane"))


def test_what_a_shop_says_beside_facts_is_kept_for_the_lint_and_served_to_nobody(read: ReadFeed) -> None:
    said = {"product_highlight": "NewOrganic Cotton", "composition": "shell: organic cotton 95%, elastane 5%"}
    (product,) = read(said, {"size": "L", "id": "x"}).catalogue.products
    assert product.stated == ("New Organic Cotton", "shell: organic cotton 95%, elastane 5%")
    assert product.components[0].fibres[0].fibre == "cotton"
    (plain,) = read({"composition": "cotton 100%"}).catalogue.products
    assert plain.stated == ()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("certification", "Certitex:GOTS:123, :B Corp:9"),
        (
            "certification(certification_name:certification_code:certification_authority)",
            "GOTS:123:Certitex,B Corp:9:",
        ),
    ],
)
def test_certificates_are_spelled_as_google_does(read: ReadFeed, header: str, value: str) -> None:
    beside = {
        "certificate_share": "97,",
        "certificate_valid_from": "2026-01-01,",
        "certificate_valid_to": ",2026-12-31",
        "published": "2026-05-01",
    }
    gots, b_corp = read({header: value, **beside}).catalogue.products[0].evidence
    assert (gots.id, gots.issuer, gots.level, gots.share) == (
        "GOTS_ORGANIC:product:123",
        "Certitex",
        "product",
        97,
    )
    assert gots.valid_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert (b_corp.level, b_corp.valid_to) == ("brand", datetime(2027, 1, 1, tzinfo=UTC))


def test_a_feed_says_when_goods_were_shipped_and_only_that_keeps_their_claim_open(read: ReadFeed) -> None:
    result = read(
        {
            "certification": ":GOTS:1, :OCS:2",
            "certificate_valid_to": "2026-12-31,2026-12-31",
            "certificate_shipped": "2026-03-01,",
            "published": "2026-03-10",
        }
    )
    found = result.catalogue.products[0].evidence
    assert [one.valid_to for one in found] == [None, datetime(2027, 1, 1, tzinfo=UTC)]


def test_a_certificate_says_which_component_it_is_about_and_where_it_is_known_from(read: ReadFeed) -> None:
    result = read(
        {
            "certification": ":GRS:1, :GRS:1, :OCS:2, :GOTS:3",
            "certificate_component": "Lining, , Fancy bit,",
            "certificate_source": "https://example.org/1,,,",
        }
    )
    found = result.catalogue.products[0].evidence
    assert [one.component for one in found] == ["lining", None, "Fancy bit", None]
    assert [one.source for one in found] == ["https://example.org/1", *["feed:certification"] * 3]
    assert len({one.id for one in found}) == 4
    (issue,) = result.report.issues
    assert (issue.action, issue.reason, issue.value) == ("noted", "unknown-component", "Fancy bit")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript://x%0aalert(1)",
        "data:text/html,x",
        "ftp://x",
        "//elsewhere.example/p",
        "/\\elsewhere.example",
    ],
)
def test_a_link_of_another_scheme_is_reported_and_left_out(read: ReadFeed, link: str) -> None:
    result = read({"link": link, "image_link": link})
    product = result.catalogue.products[0]
    assert (product.link, product.image) == (f"/products/{product.id}", None)
    assert [issue.reason for issue in result.report.issues] == ["not-a-link", "not-a-link"]


@pytest.mark.parametrize("link", ["https://shop.example/p", "HTTP://shop.example/p", "/p"])
def test_a_link_to_the_web_or_the_shop_stays(read: ReadFeed, link: str) -> None:
    assert read({"link": link}).catalogue.products[0].link == link


def test_colour_and_size_are_taken_off_a_title(read: ReadFeed) -> None:
    assert read({"title": "Linen shirt - Blue, S"}).catalogue.groups[0].name == {"en": "Linen shirt"}


def test_an_offer_that_contradicts_an_earlier_one_is_reported(read: ReadFeed) -> None:
    result = read({}, {"price": "24.99 EUR"})
    assert [issue.reason for issue in result.report.issues] == ["conflicting-offer"]
    assert result.catalogue.products[0].offers[0].price == 2999


def test_a_market_or_locale_the_shop_lacks_is_named(tmp_path: Path, shop: Shop) -> None:
    with pytest.raises(SettingsError, match="no market 'xx'; there are nl, se"):
        read_feed(tmp_path / "f", shop, market="xx", locale="nl")
    with pytest.raises(SettingsError, match="no locale 'pl'; it has sv"):
        read_feed(tmp_path / "f", shop, market="se", locale="pl")


def test_a_feed_that_is_cut_off_is_refused(tmp_path: Path, shop: Shop) -> None:
    path = tmp_path / "cut.tsv"
    path.write_text(feed_text([{}, {"id": "A-M"}])[:-40])
    with pytest.raises(SourceError, match="cut off"):
        read_feed(path, shop, market="nl", locale="en")


junk = st.text(st.characters(exclude_characters="\t\r\n\x00", exclude_categories=["Cs"]), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    bad=st.one_of(
        st.lists(junk, min_size=1, max_size=14),
        st.dictionaries(
            st.sampled_from(sorted({*OFFER, "gtin", "certification", "composition", "sale_price", "stock"})),
            junk,
        ),
    )
)
def test_one_bad_row_never_loses_the_others(
    bad: list[str] | dict[str, str], tmp_path: Path, shop: Shop
) -> None:
    good = [{"id": f"G{n}", "item_group_id": f"G{n}"} for n in range(3)]
    extra = bad if isinstance(bad, dict) else {}
    wide = {key: "" for key in extra if key not in OFFER}
    header, *lines = feed_text([wide | offer for offer in good]).splitlines()
    if isinstance(bad, dict):
        merged = OFFER | {"id": "BAD", "item_group_id": "BAD"} | bad
        bad = [merged.get(column, "") for column in header.split("\t")]
    lines.insert(1, "\t".join(bad))
    path = tmp_path / "feed.tsv"
    path.write_text("\n".join((header, *lines, "")), encoding="utf-8", newline="\n")
    result = read_feed(path, shop, market="nl", locale="en", taken=TAKEN)
    assert {"G0", "G1", "G2"} <= {group.id for group in result.catalogue.groups}
    assert result.report.accepted >= 3


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ({"certificate_valid_to": "31/12/2025"}, "certificate-date-unreadable"),
        ({"certificate_valid_from": "soon"}, "certificate-date-unreadable"),
        (
            {"certificate_valid_from": "2026-05-01", "certificate_valid_to": "2025-05-01"},
            "certificate-ends-before-it-begins",
        ),
    ],
)
def test_a_certificate_of_which_nobody_can_tell_when_it_counts_is_left_out(
    read: ReadFeed, dates: dict[str, str], reason: str
) -> None:
    result = read({"certification": ":OEKO-TEX Standard 100:1", **dates})
    assert result.catalogue.products[0].evidence == ()
    assert reason in [one.reason for one in result.report.issues]
