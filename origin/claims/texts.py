"""Texts with their places and languages, taken out of tables, TOML, JSON, HTML, JavaScript and Python."""

from __future__ import annotations

import ast
import html
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import msgspec

from origin.claims.rules import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCALE = re.compile(r"[a-z]{2}(?:[-_][A-Z]{2})?")
_OTHER_LANGUAGES = frozenset({"sv", "pl"})
_SHOWN_ATTRIBUTES = frozenset({"alt", "aria-label", "content", "label", "placeholder", "title", "value"})
_UNSEEN_TAGS = frozenset({"script", "style"})
_ESCAPES = {"n": "\n", "t": " ", "r": " "}


class Text(msgspec.Struct, frozen=True):
    """A text, where it stands (for people to find it), and its locale where that is known.

    `organic` says that evidence is known for organically grown fibres in what the text is about.
    """

    place: str
    text: str
    locale: str | None = None
    organic: bool = False


def from_values(value: Any, place: str, locale: str | None = None) -> Iterator[Text]:
    """Yield every string of nested values; a key that is a locale says the language of what is below it.

    So does an entry `language` or `locale` beside a string.
    """
    if isinstance(value, str):
        yield Text(place, html.unescape(value), locale)
    elif isinstance(value, dict):
        stated = value.get("language") or value.get("locale")
        inner = stated if isinstance(stated, str) else locale
        for key, below in value.items():
            yield from from_values(below, f"{place}.{key}", key if _is_locale(key) else inner)
    elif isinstance(value, list | tuple):
        for number, below in enumerate(value):
            yield from from_values(below, f"{place}[{number}]", locale)


def from_json(text: str, place: str) -> Iterator[Text]:
    """Yield the strings of a JSON document. Raises ValueError."""
    yield from from_values(json.loads(text), place)


def from_html(text: str, place: str, locale: str | None = None) -> Iterator[Text]:
    """Yield what a page shows and reads out, and the strings of its scripts; `lang` says the language."""
    page = _Page(place, locale)
    page.feed(text)
    page.close()
    yield from page.texts


def from_javascript(text: str, place: str) -> Iterator[Text]:
    """Yield the string and template literals of a script without its comments."""
    at, line, end = 0, 1, len(text)
    while at < end:
        two, one = text[at : at + 2], text[at]
        if two in {"//", "/*"}:
            after = text.find("\n" if two == "//" else "*/", at)
            stop = end if after < 0 else after + (0 if two == "//" else 2)
        elif one in "\"'`":
            stop = _closing(text, at)
            yield Text(f"{place}:{line}", _unescape(text[at + 1 : stop - 1]))
        else:
            stop = at + 1
        line += text.count("\n", at, stop)
        at = stop


def from_python(source: str, place: str) -> Iterator[Text]:
    """Yield the string literals of a module, without its docstrings."""
    tree = ast.parse(source)
    unseen = set(map(id, _docstrings(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unseen:
            yield Text(f"{place}:{node.lineno}", node.value)


class _Page(HTMLParser):
    def __init__(self, place: str, locale: str | None) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[Text] = []
        self._place = place
        self._locale = locale
        self._unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self._locale = values.get("lang") or self._locale
        self._unseen = tag if tag in _UNSEEN_TAGS else ""
        for name in sorted(_SHOWN_ATTRIBUTES & values.keys()):
            self._add(values[name] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""

    def handle_data(self, data: str) -> None:
        if self._unseen == "script":
            self.texts.extend(from_javascript(data, f"{self._place}:{self.getpos()[0]} script"))
        elif not self._unseen:
            self._add(data)

    def _add(self, text: str) -> None:
        if text.strip():
            self.texts.append(Text(f"{self._place}:{self.getpos()[0]}", text, self._locale))


def _is_locale(key: str) -> bool:
    known = language_of(key) is not None or key[:2] in _OTHER_LANGUAGES
    return known and _LOCALE.fullmatch(key) is not None


def _closing(text: str, at: int) -> int:
    """Return the place past the literal that begins at `at`; a quote closes with its line at the latest."""
    quote, place = text[at], at + 1
    while place < len(text) and text[place] != quote:
        if text[place] == "\n" and quote != "`":
            break
        place += 2 if text[place] == "\\" else 1
    return min(place + 1, len(text))


def _unescape(literal: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match.group(1), match.group(1)), literal)


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield docstrings, those of fields and constants included: strings that are statements."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
