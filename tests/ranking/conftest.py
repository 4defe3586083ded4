from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.building import BuiltSnapshot, build
from origin.demo.catalogue import generate
from selvedge.snapshot.index import Index

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue


def index_of(built: BuiltSnapshot) -> Index:
    return Index(built.sections("index"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return generate(300)


@pytest.fixture(scope="session")
def index(catalogue: Catalogue) -> Index:
    return index_of(build(catalogue, shop="acme"))
