from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from origin.footprint.errors import MethodDataUnusable
from origin.footprint.published import FILES, fingerprint, read_published

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(published / f"{name}.json", tmp_path)
    return tmp_path


def test_white_space_and_the_order_of_keys_do_not_matter() -> None:
    assert fingerprint({"a": 1, "b": [1.5]}) == fingerprint({"b": [1.5], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_data_of_another_version_are_refused(copy: Path) -> None:
    read_published(copy)
    path = copy / "products.json"
    products = json.loads(path.read_text(encoding="utf-8"))
    products[0]["making"]["pcrWaste"] += 0.01
    path.write_text(json.dumps(products), encoding="utf-8")
    with pytest.raises(MethodDataUnusable, match="is not ecobalyse-textile-2025-02-19"):
        read_published(copy)


def test_a_file_that_is_absent_or_broken_is_named(copy: Path) -> None:
    (copy / "countries.json").write_text("[", encoding="utf-8")
    with pytest.raises(MethodDataUnusable, match="countries"):
        read_published(copy)
    (copy / "countries.json").unlink()
    with pytest.raises(MethodDataUnusable, match=r"countries\.json: No such file"):
        read_published(copy)
