from pathlib import Path

import pytest

from origin.importing.errors import SourceError
from origin.importing.report import Log
from origin.importing.table import Table


def write(path: Path, content: bytes) -> Path:
    file = path / "rows.csv"
    file.write_bytes(content)
    return file


def read(path: Path, content: bytes, *, quoted: bool = True) -> tuple[list[tuple[int, str, str]], Log]:
    log = Log()
    table = Table(write(path, content), log, needs=("a",), delimiter=",", quoted=quoted)
    return [(row.line, row.get("a"), row.get("b")) for row in table.rows()], log


def test_records_may_hold_line_breaks_and_count_from_their_first_line(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, b'a,b\n1,"x\ny"\n2,z\n')
    assert rows == [(2, "1", "x\ny"), (4, "2", "z")]


def test_a_stray_quote_loses_its_own_line_only(tmp_path: Path) -> None:
    rows, log = read(tmp_path, b'a,b\n1,x\n"2,y\n3,z\n4,"w\nv"\n5,u\n')
    assert [row[1] for row in rows] == ["1", "3", "4", "5"]
    assert [(issue.line, issue.reason) for issue in log.issues] == [(3, "unclosed-quote")]


def test_rows_of_the_wrong_length_are_rejected(tmp_path: Path) -> None:
    rows, log = read(tmp_path, b"a,b\n1\n2,x,y\n3,z\n")
    assert [row[1] for row in rows] == ["3"]
    assert [issue.reason for issue in log.issues] == ["too-few-values", "too-many-values"]


def test_a_byte_order_mark_is_no_part_of_a_column(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa,b\n1,x\n")[0] == [(2, "1", "x")]


def test_another_encoding_is_read_and_reported(tmp_path: Path) -> None:
    rows, log = read(tmp_path, "a,b\n1,x\n2,\u20ac rosé\n".encode("cp1252"))
    assert rows[1] == (3, "2", "\u20ac rosé")
    assert [(issue.line, issue.reason) for issue in log.issues] == [(3, "wrong-encoding")]


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", "empty", "empty"),
        (b"\n", "empty", "empty"),
        (b"b,c\n1,2\n", "missing-column", "no column a; there are b, c"),
        ("a,b\n1,2\n".encode("utf-16"), "wrong-encoding", "UTF-16"),
        (b"a,b\n1,x\n2", "truncated", "cut off in its last line, 3"),
        (b'a,b\n1,x\n2,"y', "truncated", "cut off"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_is_wrong(
    tmp_path: Path, content: bytes, reason: str, words: str
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        read(tmp_path, content)
    assert caught.value.reason == reason


def test_a_message_lists_ten_columns(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(12))
    with pytest.raises(SourceError, match=r"no column a; there are c0, c1, .*, c9 and 2 more"):
        read(tmp_path, f"{header}\n".encode())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.csv"):
        Table(tmp_path / "gone.csv", Log(), needs=(), delimiter=",", quoted=True)


def test_progress_ends_with_all_lines(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = write(tmp_path, b"a,b\n" + b"1,2\n" * 2500)
    table = Table(path, Log(), needs=(), delimiter=",", quoted=True)
    list(table.rows(lambda done, total: seen.append((done, total))))
    assert seen[-1] == (2500, 2500)
    assert len(seen) == 3


def test_without_quoting_a_line_is_a_row(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, b'a,b\n"1,x\n2,"y ""z"""\n', quoted=False)
    assert rows == [(2, '"1', "x"), (3, "2", 'y "z"')]
