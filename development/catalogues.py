"""The catalogues that a local session can show: the generated shop, or a real data set where it lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from development import paths, stamps

DATA_VARIABLE = "SELVEDGE_DATA"
"""Names the folder of real data sets; by default it is looked for beside the project."""

REPORT = "import-report.json"
NAMES = ("demo", "hm", "zara")
OWN = "own"


class NoData(Exception):
    """The folder of a real data set, or a shop file, is not there."""


@dataclass(frozen=True)
class Choice:
    """Which catalogue to import: the generated one of `products`, a real one, or what `shop_file` lists."""

    name: str = "demo"
    products: int = 1000
    shop_file: Path | None = None

    @property
    def shop(self) -> str:
        """The shop's name in pointers and cache tags."""
        return self.name

    @property
    def folder(self) -> str:
        """The name of the folder that holds everything of this catalogue."""
        if self.shop_file:
            return f"{self.name}-{stamps.fingerprint([str(self.shop_file.resolve())])[:8]}"
        return f"{self.name}-{self.products}" if self.name == "demo" else self.name

    def check(self) -> None:
        """Raise NoData where what is to be imported is not there."""
        if self.shop_file:
            if not self.shop_file.is_file():
                raise NoData(f"there is no shop file {self.shop_file}; docs/importing.md shows one")
        elif self.name in _TABLES:
            data_set, table, _ = _TABLES[self.name]
            path = real_data() / data_set / table
            if not path.is_file():
                raise NoData(f"there is no {path}; the data set is not included")

    def sources(self) -> list[Path | str]:
        """What the catalogue is made from besides the project's own files."""
        if self.shop_file is None:
            return []
        beside = [path for path in self.shop_file.parent.iterdir() if path.is_file()]
        return [str(self.shop_file), *sorted(beside)]

    def commands(self, folder: Path) -> list[list[str]]:
        """The jobs that make `folder`/catalogue.selvedge: arguments of `python -m origin`. Raises NoData."""
        catalogue = str(folder / "catalogue.selvedge")
        written = ["-o", catalogue, "--report", str(folder / REPORT)]
        if self.shop_file:
            return [["import", "shop", str(self.shop_file.resolve()), *written]]
        if self.name == "demo":
            pictures = str(folder / "assets" / "pictures")
            feeds = str(folder / "feeds")
            return [
                ["demo", feeds, "--products", str(self.products), "--pictures", pictures],
                ["import", "shop", str(folder / "feeds" / "shop.toml"), *written],
            ]
        data_set, table, shop = _TABLES[self.name]
        path = str(real_data() / data_set / table)
        return [["import", "csv", path, "--mapping", data_set, "--shop", shop, *written]]


_TABLES = {
    "hm": ("hm-nl-women-materials-2023", "HM_products.csv", "hm-nl"),
    "zara": ("zara-es-certifications-2024", "clean_merge_df.csv", "zara-es"),
}


def real_data() -> Path:
    """The folder of real data sets. Raises NoData."""
    folder = Path(os.environ.get(DATA_VARIABLE) or paths.ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        raise NoData(
            f"The catalogues hm and zara are not included, and there is no folder {folder}. "
            f"Set {DATA_VARIABLE} to where these data sets lie, or leave --catalogue out."
        )
    return folder
