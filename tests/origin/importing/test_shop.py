from pathlib import Path

import pytest

from origin.importing import SettingsError, load_shop, read_shop
from tests.origin.importing.rows import feed_text

SHOP = """
name = "Alder"
taken = 2026-11-01T00:00:00Z
markets = [{ code = "nl", country = "NL", currency = "EUR", locales = ["nl", "en"] }]
feeds = [{ path = "nl.tsv", market = "nl", locale = "en" }]
"""


def test_a_shop_file_lists_what_to_import(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(SHOP)
    (tmp_path / "nl.tsv").write_text(feed_text([{}]))
    result = read_shop(tmp_path / "shop.toml")
    assert len(result.catalogue.products) == 1
    assert result.report.sources == ("nl.tsv",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "Alder"', "", "missing required field `name`"),
        ('currency = "EUR"', "currency = 1", r"markets\[0\]\.currency: Expected `str`"),
        ('market = "nl", locale', 'market = "xx", locale', r"feeds\[0\]\.market"),
        ('locale = "en"', 'locale = "pl"', r"feeds\[0\]\.locale"),
        (
            'currency = "EUR"',
            'currency = "euro"',
            r"markets\[0\]\.currency: 'euro' is not an active",
        ),
        ("name =", "nome =", "unknown field `nome`; there are name, markets, feeds, tables"),
        ('path = "nl.tsv"', 'file = "nl.tsv"', r"feeds\[0\]: .*`file`; there are path, market, locale"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "shop.toml").write_text(SHOP.replace(old, new))
    with pytest.raises(SettingsError, match=words):
        load_shop(tmp_path / "shop.toml")


def test_a_missing_shop_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml"):
        load_shop(tmp_path / "gone.toml")
