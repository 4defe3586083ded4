"""Drawn garments (SVG) for the demo shop: a silhouette per category, a pattern per style.

Each is under 1.5 KB, needs no font or script, and carries a title for screen readers.
"""

from __future__ import annotations

import tomllib
import zlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import msgspec

from origin.demo.words import words
from origin.importing.vocabulary import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from selvedge.catalogue.model import Catalogue, Product, ProductGroup

_OTHER = "t_shirts"
_PATTERNS = (
    "",
    "",
    "",
    "",
    '<path d="M0 6h24M0 18h24" stroke="{ink}" stroke-width="4"/>',
    '<path d="M6 0v24M18 0v24" stroke="{ink}" stroke-width="2"/>',
    '<circle cx="6" cy="6" r="2.6" fill="{ink}"/><circle cx="18" cy="18" r="2.6" fill="{ink}"/>',
    '<path d="M0 12h24M12 0v24" stroke="{ink}" stroke-width="6" opacity=".6"/>',
    '<path d="M0 16l6-8 6 8 6-8 6 8" fill="none" stroke="{ink}" stroke-width="2"/>',
    '<path d="M12 4v16M4 12h16M7 7l10 10M17 7L7 17" stroke="{ink}" stroke-width="1.6"/>',
)
_GROUNDS = ("#f3efe8", "#eef0ec", "#edeff3", "#f4ecea", "#f1eef3")


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A silhouette as SVG paths: what is filled, and the lines upon it."""

    outline: str
    lines: str


@cache
def shapes() -> dict[str, Shape]:
    """Load the silhouettes by category."""
    text = resources.files("origin.demo").joinpath("shapes.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Shape])


def draw_picture(product: Product, group: ProductGroup, locale: str = "en") -> str:
    """Draw a product; the same product gives the same picture."""
    seed = zlib.crc32(group.id.encode())
    cloth = _swatch(product)
    light = _light(cloth)
    ink = _mix(cloth, 0, 0.22) if light else _mix(cloth, 255, 0.22)
    line = _mix(cloth, 0, 0.42) if light else _mix(cloth, 255, 0.42)
    shape = shapes().get(group.category, shapes()[_OTHER])
    pattern = _PATTERNS[seed % len(_PATTERNS)].format(ink=ink)
    title = escape(f"{group.name.get(locale) or next(iter(group.name.values()))}, {product.color_name}")
    turn = (seed // 8) % 3 * 15
    weave = (
        f'<pattern id="p" width="24" height="24" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({turn}) scale(.8)">{pattern}</pattern>'
        if pattern
        else ""
    )
    over = f'<path d="{shape.outline}" fill="url(#p)"/>' if pattern else ""
    ground = _GROUNDS[seed % len(_GROUNDS)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 300" role="img">'
        f"<title>{title}</title>{weave}"
        f'<path fill="{ground}" d="M0 0h240v300H0z"/>'
        '<ellipse cx="120" cy="272" rx="74" ry="7" opacity=".07"/>'
        f'<path d="{shape.outline}" fill="{cloth}"/>{over}'
        f'<g fill="none" stroke="{line}" stroke-linejoin="round" stroke-linecap="round">'
        f'<path d="{shape.outline}" stroke-width="2.4"/>'
        f'<path d="{shape.lines}" stroke-width="1.8"/></g></svg>\n'
    )


def write_pictures(catalogue: Catalogue, folder: Path) -> int:
    """Write a picture per product as `<product id>.svg`; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = {group.id: group for group in catalogue.groups}
    for product in catalogue.products:
        picture = draw_picture(product, groups[product.group])
        (folder / f"{product.id}.svg").write_text(picture, encoding="utf-8", newline="\n")
    return len(catalogue.products)


def _swatch(product: Product) -> str:
    """Return the palette's colour for the shop's word, else the vocabulary's for the code."""
    for code, word, swatch in words().palette.colours:
        if code == product.color and word == product.color_name:
            return swatch
    term = vocabulary("colours").terms.get(product.color)
    return (term and term.hex) or "#c9c9c9"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _light(colour: str) -> bool:
    red, green, blue = _channels(colour)
    return red * 3 + green * 6 + blue > 900  # noqa: PLR2004 - weighted sum of 0-2550


def _mix(colour: str, other: int, share: float) -> str:
    """Mix a colour with black (0) or white (255)."""
    mixed = (int(part + (other - part) * share) for part in _channels(colour))
    return "#" + "".join(f"{part:02x}" for part in mixed)
