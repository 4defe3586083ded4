import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from origin.importing.dates import parse_end
from origin.importing.report import Log, Row
from origin.importing.schemes import Certificate, Subject, find_scheme, prove, registry
from origin.importing.vocabulary import fold
from selvedge.catalogue.model import Evidence, Level

SHIPPED = datetime(2026, 3, 1, tzinfo=UTC)
LAPSED = datetime(2026, 6, 1, tzinfo=UTC)
SUBJECT = Subject("P1", "Alder")


def evidence(certificate: Certificate, row: Row, subject: Subject = SUBJECT) -> Evidence | None:
    return prove(certificate, subject, row, "certification")


@pytest.mark.parametrize(
    ("name", "share", "code"),
    [
        ("GOTS", 97.0, "GOTS_ORGANIC"),
        ("GOTS", 80.0, "GOTS_MADE_WITH_ORGANIC_MATERIALS"),
        ("gots organic", None, "GOTS_ORGANIC"),
        ("OCS", 95.0, "ORGANIC_CONTENT_STANDARD_100"),
        ("OCS", None, "ORGANIC_CONTENT_STANDARD_BLENDED"),
        ("Oeko-Tex Standard 100", None, "OEKO_TEX_100"),
        ("EPREL", None, None),
    ],
)
def test_a_schemes_name_is_graded_by_its_share(name: str, share: float | None, code: str | None) -> None:
    assert find_scheme(name, share) == code


def test_a_lapsed_licence_ends_its_claim(row: Row) -> None:
    found = evidence(Certificate("OEKO-TEX", valid_to=LAPSED), row)
    assert found is not None
    assert found.valid_to == LAPSED


@pytest.mark.parametrize("name", ["GOTS", "OEKO-TEX"])
def test_when_goods_were_first_offered_keeps_no_claim_open(name: str, row: Row) -> None:
    found = evidence(Certificate(name, share=97, valid_to=LAPSED), row)
    assert found is not None
    assert found.valid_to == LAPSED


@pytest.mark.parametrize(("name", "end"), [("GOTS", None), ("OEKO-TEX", LAPSED)])
def test_goods_shipped_under_a_transaction_certificate_outlive_the_scope_certificate(
    name: str, end: datetime | None, row: Row
) -> None:
    found = evidence(Certificate(name, share=97, valid_to=LAPSED, shipped=SHIPPED), row)
    assert found is not None
    assert found.valid_to == end


@pytest.mark.parametrize(("start", "end"), [(None, SHIPPED), (LAPSED, None)])
def test_goods_shipped_when_the_certificate_was_not_valid_are_not_covered(
    start: datetime | None, end: datetime | None, row: Row, log: Log
) -> None:
    stated = Certificate("GOTS", share=97, valid_from=start, valid_to=end, shipped=SHIPPED)
    assert evidence(stated, row) is None
    assert [issue.reason for issue in log.issues] == ["goods-shipped-outside-certificate"]


@pytest.mark.parametrize("name", ["B Corp", "Fair Wear", "Better Cotton"])
def test_a_brands_certificate_never_speaks_about_a_product(name: str, row: Row, log: Log) -> None:
    found = evidence(Certificate(name, level="product"), row)
    assert found is not None
    assert found.level == "brand"
    assert found.id.endswith(":Alder")
    assert [issue.reason for issue in log.issues] == ["certificate-level-not-allowed"]


@pytest.mark.parametrize(
    ("name", "stated", "level"),
    [
        ("GOTS", "product", "product"),
        ("GOTS", "Product", "product"),
        ("GOTS", "material", None),
        ("GOTS", "facility", None),
        ("GOTS", "brand", None),
        ("GOTS", "factory", None),
        ("B Corp", "material", "brand"),
        ("B Corp", "facility", None),
        ("Fairtrade", "product", "material"),
        ("Fairtrade", "brand", None),
    ],
)
def test_a_level_is_never_repaired_to_a_larger_claim(
    name: str, stated: str, level: str | None, row: Row, log: Log
) -> None:
    found = evidence(Certificate(name, level=stated), row)
    assert (found.level if found else None) == level
    reported = [issue.reason for issue in log.issues]
    assert reported == ([] if level == stated.casefold() else ["certificate-level-not-allowed"])


ORDER: tuple[Level, ...] = ("brand", "facility", "material", "product")


@pytest.mark.parametrize("code", sorted(registry()))
@pytest.mark.parametrize("stated", ORDER)
def test_no_scheme_makes_more_of_a_certificate_than_it_states(code: str, stated: Level, row: Row) -> None:
    found = evidence(Certificate(registry()[code].names[0], level=stated), row)
    assert found is None or ORDER.index(found.level) <= ORDER.index(stated)


def test_one_number_at_two_levels_is_two_pieces_of_evidence(row: Row) -> None:
    found = [
        evidence(Certificate("RWS", identification="7", level=one), row) for one in ("product", "material")
    ]
    assert len({one.id for one in found if one}) == 2


def test_a_share_below_the_grade_is_taken_as_the_lower_grade(row: Row, log: Log) -> None:
    found = evidence(Certificate("GOTS organic", share=80), row)
    assert found is not None
    assert found.scheme == "GOTS_MADE_WITH_ORGANIC_MATERIALS"
    assert log.issues[0].reason == "certificate-share-below-minimum"


def test_a_share_below_every_grade_is_left_out(row: Row, log: Log) -> None:
    assert evidence(Certificate("GRS", share=30), row) is None
    assert "left out" in log.issues[0].detail


def test_an_unknown_scheme_is_left_out_and_reported(row: Row, log: Log) -> None:
    assert evidence(Certificate("EPREL"), row) is None
    assert log.issues[0].reason == "unknown-scheme"


def test_brand_and_facility_schemes_may_speak_about_nothing_else() -> None:
    for scheme in registry().values():
        if {"brand", "facility"} & set(scheme.levels):
            assert len(scheme.levels) == 1


def test_gots_grades_have_the_shares_of_the_standard() -> None:
    assert registry()["GOTS_ORGANIC"].minimum_share == 95
    assert registry()["GOTS_MADE_WITH_ORGANIC_MATERIALS"].minimum_share == 70


def test_the_registry_holds_25_schemes_each_with_its_scope() -> None:
    grades = {
        "GOTS_MADE_WITH_ORGANIC_MATERIALS",
        "ORGANIC_CONTENT_STANDARD_BLENDED",
        "RECYCLED_CLAIM_STANDARD_BLENDED",
    }
    assert len(registry().keys() - grades) == 25
    assert all(scheme.covers and scheme.excludes for scheme in registry().values())


def test_no_two_schemes_share_a_name_or_a_code() -> None:
    seen: dict[str, str] = {}
    for code, scheme in registry().items():
        for name in {fold(each) for each in (code, scheme.name, *scheme.names, *scheme.greendb, *scheme.gs1)}:
            assert seen.setdefault(name, code) == code, name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("certificate:GOTS_ORGANIC", "GOTS_ORGANIC"),
        ("certificate:EU_ECOLABEL", "EU_ECOLABEL_TEXTILES"),
        ("CRADLE_TO_CRADLE_GOLD", "CRADLE_TO_CRADLE"),
        ("gs1:PackagingMarkedLabelAccreditationCode-SVANEN", "NORDIC_ECOLABEL_TEXTILES"),
        ("PackagingMarkedLabelAccreditationCode-OEKO_TEX_LABEL", "OEKO_TEX_100"),
        ("certificate:HM_CONSCIOUS", None),
        ("certificate:OTHER", None),
        ("certificate:UNKNOWN", None),
        ("gs1:PackagingMarkedLabelAccreditationCode-FOREST_STEWARDSHIP_COUNCIL_LABEL", None),
    ],
)
def test_codes_of_other_vocabularies_are_read(name: str, code: str | None) -> None:
    assert find_scheme(name, None) == code


def published(*parts: str) -> str:
    beside = Path(__file__).parents[3].parent / "shared" / "data"
    path = Path(os.environ.get("SELVEDGE_DATA", beside), *parts)
    if not path.is_file():
        pytest.skip("the published vocabularies are absent: set SELVEDGE_DATA to their folder")
    return path.read_text(encoding="utf-8")


def test_every_greendb_code_is_one_that_greendb_has() -> None:
    known = set(json.loads(published("greendb-sustainability-labels", "sustainability-labels.json")))
    stated = {f"certificate:{code}" for scheme in registry().values() for code in scheme.greendb}
    assert stated <= known
    assert len(stated) >= len(registry())


def test_every_gs1_code_is_one_that_gs1_has() -> None:
    text = published("gs1-webvoc-1.16", "gs1Voc.ttl")
    stated = {code for scheme in registry().values() for code in scheme.gs1}
    assert {
        code for code in stated if f"gs1:PackagingMarkedLabelAccreditationCode-{code}\n" not in text
    } == set()


def test_every_greendb_code_in_a_feed_is_known_or_reported(row: Row, log: Log) -> None:
    codes = sorted(json.loads(published("greendb-sustainability-labels", "sustainability-labels.json")))
    taken = [code for code in codes if evidence(Certificate(code), row)]
    reported = [issue.value for issue in log.issues if issue.reason == "unknown-scheme"]
    assert sorted([*taken, *reported]) == codes


def test_a_share_above_the_whole_proves_the_least_of_its_scheme(row: Row, log: Log) -> None:
    found = evidence(Certificate("RCS", share=200), row)
    assert found is not None
    assert (found.scheme, found.share) == ("RECYCLED_CLAIM_STANDARD_BLENDED", None)
    assert [issue.reason for issue in log.issues] == ["share-out-of-range"]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("20261231", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T10:00Z", datetime(2026, 12, 31, 10, tzinfo=UTC)),
        ("1790467200", datetime(2026, 9, 27, tzinfo=UTC)),
        ("9999-12-31", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:00-05:00", None),
        ("0001-01-01T00:00+05:00", None),
        ("31/12/2025", None),
    ],
)
def test_a_bare_date_ends_with_its_day(text: str, end: datetime | None) -> None:
    assert parse_end(text) == end
