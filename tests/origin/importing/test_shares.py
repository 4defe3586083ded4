import pytest

from origin.importing.mapping import ShareColumns, SharePair
from origin.importing.report import Log, Row
from origin.importing.shares import read_shares, total_share

RULE = ShareColumns(
    fibres={"algodon": "algodón", "lino": "lino"},
    pairs=(SharePair("primera", "parte_1"), SharePair("segunda", "parte_2")),
    unit="fraction",
)


def a_row(values: dict[str, str]) -> tuple[Row, Log]:
    log = Log()
    return Row("test.csv", 2, values, log), log


def test_columns_are_fibres_and_pairs_add_what_has_no_column() -> None:
    first = {"algodon": "0.6", "primera": "algodon", "parte_1": "0.6"}
    row, _ = a_row(first | {"segunda": "piel", "parte_2": "0.4"})
    assert read_shares(row, RULE, "es") == [("algodón", 60.0), ("piel", 40.0)]


def test_a_percentage_among_fractions_is_repaired_where_the_row_then_adds_up() -> None:
    row, log = a_row({"algodon": "0.94", "lino": "6.0"})
    assert read_shares(row, RULE, "es") == [("algodón", 94.0), ("lino", 6.0)]
    assert [issue.reason for issue in log.issues] == ["percent-among-fractions"]


def test_another_number_above_one_stays_for_the_reader_to_judge() -> None:
    row, log = a_row({"algodon": "0.5", "lino": "6.0"})
    assert read_shares(row, RULE, "es") == [("algodón", 50.0), ("lino", 600.0)]
    assert log.issues == []


def test_what_is_no_number_is_left_out_and_reported() -> None:
    row, log = a_row({"algodon": "mucho"})
    assert read_shares(row, RULE, "es") == []
    assert [issue.reason for issue in log.issues] == ["not-a-number"]


@pytest.mark.parametrize(
    ("values", "total"),
    [({}, None), ({"a": "0.2"}, 20.0), ({"a": "0.2", "b": "0,15"}, 35.0)],
)
def test_shares_of_several_columns_add_up(values: dict[str, str], total: float | None) -> None:
    assert total_share(a_row(values)[0], ("a", "b"), "fraction") == total
