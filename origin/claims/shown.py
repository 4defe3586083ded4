"""Every string of this project that can reach a shopper, collected from the files themselves.

What is new is collected without anybody thinking of it: all modules, tables, templates and pages in the
folders below count, but for those that `UNSEEN` names with the reason.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from origin.claims.texts import Text, from_html, from_javascript, from_json, from_python, from_values
from selvedge.web.ranking_texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(__file__).resolve().parents[2]
FOLDERS = ("worker", "origin", "demo")
FILES = ("wrangler.toml",)

UNSEEN = {
    "origin/claims/": "the lint itself, whose rules name what may not be said",
    "worker/selvedge/web/ranking_texts.py": "collected as a table, with its languages",
}
WITHOUT_TEXT = (".css", "/_redirects")
"""How the places of files end that hold no text for anybody."""


class UncollectedFile(Exception):
    """A file of a kind that nobody can read texts from; teach `_read` its kind, or name it in `UNSEEN`."""


def files(home: Path = HOME) -> Iterator[Path]:
    """Yield the files that are collected, by path."""
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            name = path.relative_to(home).as_posix()
            seen = "__pycache__" not in path.parts and not name.startswith(tuple(UNSEEN))
            if path.is_file() and seen:
                yield path
    yield from (home / name for name in FILES)


def shown_texts(home: Path = HOME) -> Iterator[Text]:
    """Yield every text that can reach a shopper. Raises UncollectedFile."""
    yield from from_values(msgspec.to_builtins(TEXTS), "ranking_texts")
    for path in files(home):
        yield from _read(path, path.relative_to(home).as_posix())


def _read(path: Path, place: str) -> Iterator[Text]:
    if place.endswith(WITHOUT_TEXT):
        return
    kind = "".join(path.suffixes[-2:]) if path.suffix == ".txt" else path.suffix
    text = path.read_text(encoding="utf-8")
    match kind:
        case ".py":
            yield from from_python(text, place)
        case ".toml":
            yield from from_values(tomllib.loads(text), place)
        case ".json" | ".txt":
            yield from from_json(text, place)
        case ".html":
            yield from from_html(text, place)
        case ".js" | ".js.txt":
            yield from from_javascript(text, place)
        case _:
            raise UncollectedFile(place)
