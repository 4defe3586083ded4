from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from origin.footprint.assumptions import assumptions
from origin.footprint.comparison import compare
from origin.footprint.estimate import Estimator
from origin.footprint.garment import Garment, describe
from tests.wardrobe import TAKEN, certificate, garment, moment, shell

if TYPE_CHECKING:
    from origin.footprint.tables import Tables
    from selvedge.catalogue.model import Evidence

GOTS = msgspec.structs.replace(certificate("GOTS_ORGANIC"), share=90.0)
TEE = Garment("t_shirts", None, (("cotton", 1.0),), country="PT", price=20.0)


def described(evidence: Evidence) -> Garment:
    tee = garment("a", components=(shell(cotton=100),), evidence=(evidence,))
    return describe(tee, {"style-a": "t_shirts"}, frozenset(), TAKEN, assumptions())


@pytest.mark.parametrize(
    ("facts", "organic", "dated"),
    [
        ({"shipped": moment(-9)}, 0.9, 0.9),
        ({"shipped": moment(9), "valid_from": moment(8)}, 0.0, 0.9),
        ({"valid_to": moment(900)}, 0.0, 0.9),
        ({}, 0.0, 0.9),  # a date that is not stated gains nothing
        ({"valid_to": moment(0)}, 0.0, 0.0),
        ({"shipped": moment(-9), "component": "lining"}, 0.0, 0.0),
    ],
)
def test_only_what_no_date_can_end_lowers_a_footprint(
    facts: dict[str, object], organic: float, dated: float
) -> None:
    found = described(msgspec.structs.replace(GOTS, **facts))
    assert (found.organic, found.dated) == (organic, dated)


def test_what_may_end_counts_for_the_garment_that_another_is_to_be_lower_than(tables: Tables) -> None:
    dated = msgspec.structs.replace(TEE, dated=0.9)
    lasting = msgspec.structs.replace(dated, organic=0.9)
    found = compare([TEE, dated, lasting], Estimator(tables))
    plain, of_dated, of_lasting = found.most[:, 1]
    assert plain == of_dated > of_lasting
    plain, of_dated, of_lasting = found.least[:, 1]
    assert plain > of_dated == of_lasting
