"""The docs are a contract: what the code knows, they name."""

import re
from pathlib import Path

import msgspec
import pytest

import origin.importing
from origin.demo.feeds import COLUMNS
from origin.importing import mapping
from origin.importing.shop import FeedFile, Shop, TableFile
from selvedge.catalogue.model import Market

SOURCE = Path(origin.importing.__file__).parent
DOCS = (SOURCE.parents[1] / "docs" / "importing.md").read_text(encoding="utf-8")
IGNORED = {"condition", "age_group"}  # Google wants them, filters do not
STRUCTS = [
    each for each in vars(mapping).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)
]


def test_every_reason_of_the_report_is_explained() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))
    calls = r"(?:reject|repair|note)\([^()]*(?:\([^()]*\)[^()]*)*?\"([a-z0-9]+(?:-[a-z0-9]+)+)\""
    reasons = set(re.findall(calls, code)) | set(re.findall(r'PriceError\("([a-z-]+)"\)', code))
    assert len(reasons) > 25
    assert {reason for reason in reasons if f"`{reason}`" not in DOCS} == set()


def test_every_column_of_a_feed_is_explained() -> None:
    names = {name.partition("(")[0] for name in COLUMNS} - IGNORED
    assert {name for name in names if f"`{name}`" not in DOCS} == set()


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_key_of_a_mapping_is_explained(struct: type[msgspec.Struct]) -> None:
    section = DOCS.partition("## CSV with a mapping")[2].partition("## Vocabularies")[0]
    assert [key for key in struct.__struct_fields__ if f"`{key}`" not in section] == []


def test_every_key_of_a_shop_file_is_explained() -> None:
    section = DOCS.partition("## The shop file")[2].partition("## Google")[0]
    keys = {key for struct in (Shop, Market, FeedFile, TableFile) for key in struct.__struct_fields__}
    assert {key for key in keys if key not in section} == set()
