"""The catalogues that a local session can show: the generated shop, or a real data set where it lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from development import paths

DATA_VARIABLE = "SELVEDGE_DATA"
"""Names the folder of real data sets; by default it is looked for beside the project."""

NAMES = ("demo", "hm", "zara")


class NoData(Exception):
    """The folder of a real data set is not there."""


@dataclass(frozen=True)
class Choice:
    """Which catalogue to import. `products` is the size of the generated one."""

    name: str = "demo"
    products: int = 1000

    @property
    def shop(self) -> str:
        """The shop's name in pointers and cache tags."""
        return self.name

    def commands(self, folder: Path) -> list[list[str]]:
        """The jobs that make `folder`/catalogue.selvedge: arguments of `python -m origin`. Raises NoData."""
        catalogue = str(folder / "catalogue.selvedge")
        if self.name == "demo":
            pictures = str(folder / "assets" / "pictures")
            feeds = str(folder / "feeds")
            return [
                ["demo", feeds, "--products", str(self.products), "--pictures", pictures],
                ["import", "shop", str(folder / "feeds" / "shop.toml"), "-o", catalogue],
            ]
        data_set, table, shop = _TABLES[self.name]
        path = str(real_data() / data_set / table)
        return [["import", "csv", path, "--mapping", data_set, "--shop", shop, "-o", catalogue]]


_TABLES = {
    "hm": ("hm-nl-women-materials-2023", "HM_products.csv", "hm-nl"),
    "zara": ("zara-es-certifications-2024", "clean_merge_df.csv", "zara-es"),
}


def real_data() -> Path:
    """The folder of real data sets. Raises NoData."""
    folder = Path(os.environ.get(DATA_VARIABLE) or paths.ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        raise NoData(f"there is no folder {folder}; set {DATA_VARIABLE} to where the real data sets are")
    return folder
