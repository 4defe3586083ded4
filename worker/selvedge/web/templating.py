"""Items as HTML. The template is compiled when the Worker is imported: in production, once per deploy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from jinja2 import DictLoader, Environment, StrictUndefined

from selvedge.web.money import format_amount, format_percentage
from selvedge.web.words import words_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selvedge.web.items import Item, Material
    from selvedge.web.words import Words


class ImageSize(msgspec.Struct, frozen=True):
    """The size in pixels that every picture is given room for, whatever its file has."""

    width: int
    height: int


def render(
    slot: str,
    items: Sequence[Item],
    locale: str,
    image: ImageSize,
    recommendation_id: str | None = None,
    experiments: Mapping[str, str] | None = None,
) -> bytes:
    """Return a slot's fragment; without items it is a hidden, empty section.

    `experiments` (arm by experiment) are there for events to echo.
    """
    words = words_for(locale)
    text = _fragment.render(
        slot=slot,
        items=items,
        locale=locale,
        image=image,
        recommendation_id=recommendation_id,
        experiments=msgspec.json.encode(experiments).decode() if experiments else None,
        words=words,
        heading=words.headings[slot],
    )
    return text.encode()


def is_linkable(url: str | None) -> bool:
    """Whether a URL of the feed may become a link: escaping alone would let `javascript:` through.

    What begins with two slashes, of either kind, names another host to a browser.
    """
    if url is None:
        return False
    return url.startswith(("https://", "http://")) or (url.startswith("/") and url[1:2] not in ("/", "\\"))


def is_promoted(item: Item) -> bool:
    """Whether somebody gains by the item's place; it must then be said (2005/29/EC, annex I, 11a)."""
    return item.sponsored


def fibres(materials: Sequence[Material], locale: str) -> str:
    """Return what the main component is made of, in one line."""
    return ", ".join(
        one.name if one.percentage is None else f"{format_percentage(one.percentage, locale)} {one.name}"
        for one in materials
    )


def facts(item: Item, words: Words, locale: str) -> list[str]:
    """Return what is proven or stated of the product itself, each by its own name and never summed up."""
    found = [
        one.name if one.percentage is None else f"{one.name} ({format_percentage(one.percentage, locale)})"
        for one in item.has_certification
    ]
    if item.recycled_content_percentage:
        share = format_percentage(item.recycled_content_percentage, locale)
        found.append(words.recycled.format(share=share))
    return found


def _environment() -> Environment:
    sources = {
        path.name: path.read_text("utf-8") for path in (Path(__file__).parent / "templates").glob("*.html")
    }
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"amount": format_amount, "fibres": fibres, "facts": facts}
    environment.tests |= {"linkable": is_linkable, "promoted": is_promoted}
    return environment


_fragment = _environment().get_template("fragment.html")
