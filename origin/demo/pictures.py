"""Drawn garments (SVG) for the demo shop: a silhouette per category, a pattern per style.

Each is under 1.5 KB, needs no font or script, and carries a title for screen readers.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from origin.demo.words import words
from origin.importing.vocabulary import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from selvedge.catalogue.model import Catalogue, Product, ProductGroup

# Silhouettes on a board of 240 x 300: the outline, then its lines (seams, folds, buttons).
_TEE = "M84 70q36 22 72 0l50 30-20 40-24-12v112H78V128l-24 12-20-40z"
_LONG = "M84 68q36 22 72 0l40 24 24 128-28 6-30-92v112H78V134l-30 92-28-6L44 92z"
_COAT = "M86 54l34 14 34-14 42 26 22 128-28 6-24-78 6 128H68l6-128-24 78-28-6L44 80z"
_LEGS = "M76 48h88l14 210h-44l-14-138-14 138H62z"
_SHAPES: dict[str, tuple[str, str]] = {
    "t_shirts": (_TEE, "M92 76q28 24 56 0M78 232h84"),
    "tops": ("M88 66c4 34 60 34 64 0l14 4c-2 26 4 44 10 56v112H64V126c6-12 12-30 10-56z", "M64 230h112"),
    "shirts": (_LONG, "M120 82v158M96 72l24 22 24-22M116 112h8m-8 30h8m-8 30h8m-8 30h8"),
    "knitwear": (_LONG, "M88 80q32 22 64 0M78 228h84M24 206l28-6m136 6-0 0 28-6"),
    "sweatshirts": (_LONG, "M88 80q32 22 64 0M78 226h84M96 182h48l8 40H88z"),
    "dresses": ("M92 46c6 30 50 30 56 0l16 6-4 62 36 146q-76 22-152 0l36-146-4-62z", "M80 114q40 12 80 0M104 128l-14 130m46-130 14 130"),
    "skirts": ("M80 74h80l38 160q-78 24-156 0z", "M77 90h86M104 92l-18 148m50-148 18 148"),
    "trousers": (_LEGS, "M75 64h90M120 66v54M84 68l-6 30m78-30 6 30M92 130l-8 126m64-126 8 126"),
    "jeans": (_LEGS, "M75 64h90M120 66v54M80 84q14 14 26-18m54 18q-14 14-26-18M63 246h44m27 0h44"),
    "shorts": ("M74 84h92l18 112h-54l-10-52-10 52H56z", "M73 100h94M120 102v42M58 184h53m18 0h53"),
    "leggings": ("M84 48h72l4 210h-28l-12-130-12 130H80z", "M84 66h72M80 248h28m24 0h28"),
    "blazers": (_COAT.replace("128H68l6-128", "104H68l6-104"), "M86 56l34 88 34-88M120 144v96M84 190h22m28 0h22"),
    "coats": (_COAT, "M86 56l34 70 34-70M120 126v138M80 176h20m40 0h20M110 146h1m18 0h1m-20 34h1m18 0h1"),
    "jackets": (_COAT.replace("128H68l6-128", "96H68l6-96"), "M120 68v162M74 108h92M72 144h96M70 182h100M92 60q28 22 56 0"),
    "jumpsuits": ("M90 42c6 24 54 24 60 0l14 6-6 76 14 136h-40l-12-96-12 96H68l14-136-6-76z", "M80 124h80M120 70v52"),
    "swimwear": ("M92 60c2 56 54 56 56 0h12c-2 44 12 52 6 96-22 4-34 26-38 58h-16c-4-32-16-54-38-58-6-44 8-52 6-96z", "M80 128q40 16 80 0"),
    "bras": ("M78 96l10 0-2 44q34-8 34 18 0-26 34-18l-2-44h10l6 50q28 4 22 28-40 26-70 4-30 22-70-4-6-24 22-28z", "M120 158v20"),
    "underwear": ("M56 116h128l2 28c-30 6-46 26-52 58h-28c-6-32-22-52-52-58z", "M56 130h128"),
    "nightwear": (_LONG, "M120 84v156M96 72l24 34 24-34M132 130h20v24h-20z"),
    "socks": ("M96 56h56v104c0 16 8 24 26 36 20 14 6 46-20 40-34-8-62-26-62-62z", "M96 76h56M98 156q30 0 50 30"),
    "shoes": ("M44 128q26 14 48-6 30 44 96 52 22 4 18 34H40q-8-40 4-80z", "M38 192h168M100 138l-16 14m32-2-16 14m34-6-16 14"),
    "bags": ("M64 134h112l16 114H48z", "M88 134q2-76 32-76t32 76M60 162h120M112 162v18h16v-18"),
    "scarves": ("M82 62q38 30 76 0l10 30q-14 14-34 18l20 138h-40l-10-132q-24-8-32-24z", "M118 228l34-4M116 214l34-4M92 94q28 26 60 0"),
    "hats": ("M66 176c-2-78 26-106 54-106s56 28 54 106z M58 174h124v40H58z", "M58 174h124M80 176v36m20-36v36m20-36v36m20-36v36m20-36v36"),
    "belts": ("M40 138h160v30H40z", "M48 128h38v50H48zM66 153h28M120 153h2m16 0h2m16 0h2"),
}  # fmt: skip
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


def draw_picture(product: Product, group: ProductGroup, locale: str = "en") -> str:
    """Draw a product; the same product gives the same picture."""
    seed = zlib.crc32(group.id.encode())
    cloth = _swatch(product)
    light = _light(cloth)
    ink = _mix(cloth, 0, 0.22) if light else _mix(cloth, 255, 0.22)
    line = _mix(cloth, 0, 0.42) if light else _mix(cloth, 255, 0.42)
    outline, seams = _SHAPES.get(group.category, _SHAPES[_OTHER])
    pattern = _PATTERNS[seed % len(_PATTERNS)].format(ink=ink)
    title = escape(f"{group.name.get(locale) or next(iter(group.name.values()))}, {product.color_name}")
    turn = (seed // 8) % 3 * 15
    weave = (
        f'<pattern id="p" width="24" height="24" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({turn}) scale(.8)">{pattern}</pattern>'
        if pattern
        else ""
    )
    over = f'<path d="{outline}" fill="url(#p)"/>' if pattern else ""
    ground = _GROUNDS[seed % len(_GROUNDS)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 300" role="img">'
        f"<title>{title}</title>{weave}"
        f'<path fill="{ground}" d="M0 0h240v300H0z"/>'
        '<ellipse cx="120" cy="272" rx="74" ry="7" opacity=".07"/>'
        f'<path d="{outline}" fill="{cloth}"/>{over}'
        f'<g fill="none" stroke="{line}" stroke-linejoin="round" stroke-linecap="round">'
        f'<path d="{outline}" stroke-width="2.4"/><path d="{seams}" stroke-width="1.8"/></g></svg>\n'
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
