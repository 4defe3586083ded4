"""The demo's shop file: what `import shop` needs to know about the feeds beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from origin.importing.shop import FeedFile
    from selvedge.catalogue.model import Catalogue


def write_shop(catalogue: Catalogue, feeds: tuple[FeedFile, ...], folder: Path) -> Path:
    """Write `shop.toml` into `folder`, which holds `feeds`; return its path.

    Strings and arrays of JSON are TOML as well.
    """
    lines = ['name = "Demo"', f"taken = {catalogue.taken.isoformat()}"]
    for market in catalogue.markets:
        lines += ["", "[[markets]]"]
        lines += [f"{key} = {json.dumps(getattr(market, key))}" for key in ("code", "country", "currency")]
        lines.append(f"locales = {json.dumps(market.locales)}")
    for feed in feeds:
        lines += ["", "[[feeds]]"]
        lines += [f"{key} = {json.dumps(getattr(feed, key))}" for key in ("path", "market", "locale")]
    path = folder / "shop.toml"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
