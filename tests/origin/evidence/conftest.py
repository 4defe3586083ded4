"""A small shop whose evidence has every standing, and the real catalogues where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from selvedge.catalogue.model import Catalogue, Component, Evidence, FibreShare
from tests.wardrobe import certificate, garment, moment, shell, shop


@pytest.fixture
def catalogue() -> Catalogue:
    """Evidence is looked at as of the feed's time."""
    soon = certificate("OEKO_TEX_100", end=30)
    return shop(
        garment("lasting", evidence=(Evidence("1", "GOTS_ORGANIC", "product", "CU 1", "Control Body", 97),)),
        garment("lapsed", evidence=(certificate("OEKO_TEX_100", end=-1),)),
        garment("soon", evidence=(soon,)),
        garment("twice", evidence=(soon, certificate("OEKO_TEX_100", end=400))),
        garment("later", evidence=(certificate("OEKO_TEX_100", start=5),)),
        garment("maker", evidence=(certificate("SA8000", "facility"),), country_of_origin=None),
        garment(
            "said",
            recycled_content_percentage=40,
            stated=("Organic Cotton",),
            color_name="Eco-friendly blue",
        ),
        garment(
            "beyond",
            components=(shell(cotton=60, polyester=40),),
            evidence=(Evidence("2", "GOTS_ORGANIC", "product"),),
        ),
        garment(
            "less",
            recycled_content_percentage=30,
            evidence=(Evidence("3", "GLOBAL_RECYCLED_STANDARD", "product", share=80),),
        ),
        garment(
            "full", components=(Component("shell", (FibreShare("linen", 80), FibreShare("cotton", 40))),)
        ),
        taken=moment(0),
    )


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data, which is never part of the project."""
    beside = Path(__file__).parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("SELVEDGE_DATA", beside))
    if not folder.is_dir():
        pytest.skip("real data are absent: set SELVEDGE_DATA to their folder")
    return folder
