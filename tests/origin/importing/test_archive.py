from pathlib import Path

import pytest

from origin.importing import ArchiveError, load_catalogue, save_catalogue
from tests.origin.importing.rows import ReadFeed


def test_a_catalogue_survives_being_saved(tmp_path: Path, read: ReadFeed) -> None:
    catalogue = read({}, {"id": "A-M", "size": "M"}).catalogue
    save_catalogue(catalogue, tmp_path / "c")
    assert load_catalogue(tmp_path / "c") == catalogue
    assert [file.name for file in tmp_path.iterdir() if "part" in file.name] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"selvedge-catalogue 9\n\x80", "another version of Selvedge; `import` writes one"),
        (b"", "an empty file"),
        (b'name = "Alder"', "not a catalogue file; `import` writes one"),
        (b"selvedge-catalogue 1\n\x93", "damaged"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(ArchiveError, match=words):
        load_catalogue(tmp_path / "c")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="gone"):
        load_catalogue(tmp_path / "gone")
