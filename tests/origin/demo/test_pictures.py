import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

from origin.demo import draw_picture, generate, write_pictures
from origin.demo.pictures import shapes
from origin.demo.words import words

LARGEST = 1500
SVG = "{http://www.w3.org/2000/svg}"


def test_pictures_are_small_whole_and_titled() -> None:
    catalogue = generate(400)
    groups = {group.id: group for group in catalogue.groups}
    for product in catalogue.products:
        text = draw_picture(product, groups[product.group])
        assert len(text.encode()) < LARGEST
        root = ET.fromstring(text)  # noqa: S314 - our own
        title = root.find(f"{SVG}title")
        assert title is not None
        assert product.color_name in (title.text or "")
        assert "href" not in text


def test_every_kind_of_garment_has_its_own_shape() -> None:
    assert {garment.category for garment in words().garments} == set(shapes())


def test_colourways_of_a_style_differ_in_colour_only() -> None:
    catalogue = generate(50)
    groups = {group.id: group for group in catalogue.groups}
    first, second = next((a, b) for a, b in pairwise(catalogue.products) if a.group == b.group)
    drawn = [re.findall(r' d="([^"]+)"', draw_picture(p, groups[p.group])) for p in (first, second)]
    assert drawn[0] == drawn[1]
    assert draw_picture(first, groups[first.group]) != draw_picture(second, groups[second.group])


def test_a_picture_is_written_per_product(tmp_path: Path) -> None:
    catalogue = generate(12)
    assert write_pictures(catalogue, tmp_path) == 12
    assert {file.stem for file in tmp_path.iterdir()} == {p.id for p in catalogue.products}
