from pathlib import Path

import pytest

from development import catalogues
from development.catalogues import Choice, NoData


def test_a_shop_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoData, match=r"no shop file .*gone\.toml"):
        Choice(catalogues.OWN, shop_file=tmp_path / "gone.toml").check()


def test_real_data_sets_are_not_included(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(catalogues.DATA_VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(NoData, match=r"not included.*SELVEDGE_DATA"):
        Choice("hm").check()


def test_own_feeds_are_imported_with_a_report_and_again_once_they_change(tmp_path: Path) -> None:
    shop = tmp_path / "shop.toml"
    shop.write_text("")
    choice = Choice(catalogues.OWN, shop_file=shop)
    choice.check()
    ((*job, _out, _catalogue, _report, report),) = choice.commands(tmp_path / "made")
    assert job == ["import", "shop", str(shop)]
    assert report.endswith(catalogues.REPORT)
    assert shop in choice.sources()


def test_every_catalogue_has_a_folder_of_its_own(tmp_path: Path) -> None:
    choices = [Choice(), Choice("demo", 5), Choice("hm")]
    choices += [Choice(catalogues.OWN, shop_file=tmp_path / name) for name in ("a.toml", "b.toml")]
    assert len({choice.folder for choice in choices}) == len(choices)
