from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, product

import msgspec
import pytest

from origin.claims.contradictions import contradictions
from origin.claims.notation import steps
from origin.claims.rules import rules
from origin.importing.stated import ORGANIC_STEMS
from selvedge.catalogue.model import Catalogue, Evidence, Market, Product, ProductGroup

TAKEN = datetime(2026, 11, 1, tzinfo=UTC)
LAPSED = datetime(2026, 6, 1, tzinfo=UTC)
LATER = datetime(2027, 6, 1, tzinfo=UTC)


def catalogue(*evidence: tuple[Evidence, ...], name: str = "Top of 100 % organic cotton") -> Catalogue:
    products = tuple(
        Product(f"P{number}", "G1", "blue", "", "/p", TAKEN, evidence=proofs)
        for number, proofs in enumerate(evidence)
    )
    group = ProductGroup("G1", {"en": name}, "Alder", "tops", {"nl": "Een top"})
    return Catalogue((Market("nl", "NL", "EUR", ("en", "nl")),), (group,), products, TAKEN)


def proof(scheme: str = "GOTS_ORGANIC", level: str = "product", end: datetime | None = None) -> Evidence:
    return Evidence("e", scheme, level, valid_to=end)  # type: ignore[arg-type]


def test_organic_cotton_without_a_certificate_is_noted_with_its_words() -> None:
    (issue,) = contradictions(catalogue(()))
    assert (issue.action, issue.reason) == ("noted", "organic-without-certificate")
    assert (issue.field, issue.value) == ("G1 name en", "organic cotton")


@pytest.mark.parametrize(
    ("evidence", "notes"),
    [
        ([(proof(),)], 0),
        ([(proof("ORGANIC_CONTENT_STANDARD_100", "material", LATER),)], 0),
        ([(proof(end=LAPSED),)], 1),
        ([(proof("OEKO_TEX_100"),)], 1),
        ([(proof(level="facility"),)], 1),
        ([(msgspec.structs.replace(proof(), component="lining"),)], 1),
        ([(proof(),), ()], 1),  # a colourway without
    ],
)
def test_evidence_of_all_products_settles_it(evidence: list[tuple[Evidence, ...]], notes: int) -> None:
    assert len(list(contradictions(catalogue(*evidence)))) == notes


def test_other_claims_are_the_lints_matter() -> None:
    assert list(contradictions(catalogue((), name="Eco-friendly top"))) == []


def test_no_term_escapes_the_stems_that_save_reading() -> None:
    for wording in rules().wordings.values():
        for pattern in wording.rules["organic-unproven"].terms:
            for chosen in product(*steps(pattern, wording.names)):
                words = " ".join(chain.from_iterable(chosen))
                assert any(stem in words for stem in ORGANIC_STEMS), words


def test_what_a_badge_or_a_composition_calls_organic_is_noted_by_product() -> None:
    bare = catalogue((), (proof(),), name="Top")
    products = tuple(
        msgspec.structs.replace(one, stated=("New", "Organic Cotton", "100% biologisch katoen"))
        for one in bare.products
    )
    found = list(contradictions(msgspec.structs.replace(bare, products=products)))
    assert [(one.field, one.value) for one in found] == [
        ("P0 stated", "Organic Cotton"),
        ("P0 stated", "biologisch katoen"),
    ]
