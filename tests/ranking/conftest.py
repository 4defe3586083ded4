from __future__ import annotations

import pytest

from origin.building import BuiltSnapshot, build
from origin.demo.catalogue import generate
from selvedge.catalogue.model import Catalogue
from selvedge.snapshot.index import Index


def index_of(built: BuiltSnapshot) -> Index:
    return Index(built.sections("index"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return generate(300)


@pytest.fixture(scope="session")
def index(catalogue: Catalogue) -> Index:
    return index_of(build(catalogue, shop="acme"))
