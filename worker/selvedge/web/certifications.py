"""Evidence and derived facts as they are served: what counts now, what it satisfied, what follows from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from selvedge.catalogue.derivation import BANDS, content, derive
from selvedge.catalogue.model import Evidence, Level
from selvedge.web.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from selvedge.catalogue.derivation import RuleTables
    from selvedge.catalogue.model import Component
    from selvedge.catalogue.query import Query
    from selvedge.snapshot.loaded import Labels

_FIELD_OF_LEVEL: dict[Level, str] = {
    "product": "certification",
    "material": "certification",
    "facility": "facilityCertification",
    "brand": "brandCertification",
}
_FIELDS = frozenset({*_FIELD_OF_LEVEL.values(), *BANDS})
"""What evidence can satisfy: by its scheme, or by the content that it carries."""


class Certification(Served, frozen=True):
    """Evidence that counts now (schema.org `Certification`); times are UTC.

    `matched` says that the request's filter was satisfied by this evidence. `component`, `ends_with` (which
    date ends the claim) and `source` stand on product pages alone.
    """

    scheme: str
    name: str
    level: Level
    certification_identification: str | None = None
    issued_by: str | None = None
    percentage: float | None = None
    valid_from: str | None = None
    valid_through: str | None = None
    matched: bool = False
    component: str | None = None
    ends_with: Literal["transaction", "licence"] | None = None
    source: str | None = None


class DerivedFrom(Served, frozen=True):
    """A fact that another follows from: a field of the filter grammar, or `percentage` of a certificate."""

    field: str
    value: str | float


class DerivedFact(Served, frozen=True):
    """A fact that was computed, not stated: by which rule (docs/evidence.md) and from what."""

    name: str
    value: str | float
    rule: str
    inputs: tuple[DerivedFrom, ...]


class Claim(msgspec.Struct, frozen=True):
    """Evidence made ready to be served: it counts from `start` up to and without `end`.

    `satisfies` holds the values that it gives a product, as `field:value`: none, where it is about one
    component. `own` says that it speaks about the product or its material. Both times are whole epoch
    seconds, as in the facets: what is shown and what is found never differ.
    """

    evidence: Evidence
    satisfies: frozenset[str]
    own: bool
    start: float
    end: float
    plain: Certification
    matched: Certification

    def told(self, tables: RuleTables) -> Certification:
        """Return all that is known of it."""
        scheme = tables.schemes.get(self.evidence.scheme)
        return msgspec.structs.replace(
            self.plain,
            component=self.evidence.component,
            ends_with=scheme and scheme.ends,
            source=self.evidence.source,
        )


class Judged(NamedTuple):
    """A claim in the light of one query: whether a list tells it now, and as what it is served."""

    counts: bool
    own: bool
    served: Certification


def make_claim(evidence: Evidence, labels: Labels, tables: RuleTables) -> Claim:
    """Return `evidence` in the words of `labels`."""
    field = _FIELD_OF_LEVEL[evidence.level]
    found = content(evidence, tables)
    contents = [f"{found.field}:{value}" for value in found.values] if found else []
    values = {f"{field}:{evidence.scheme}", *contents} if evidence.is_whole else ()
    plain = Certification(
        scheme=evidence.scheme,
        name=labels.value(field, evidence.scheme),
        level=evidence.level,
        certification_identification=evidence.identification,
        issued_by=evidence.issuer,
        percentage=evidence.share,
        valid_from=_text(evidence.valid_from),
        valid_through=_text(evidence.valid_to),
    )
    return Claim(
        evidence=evidence,
        satisfies=frozenset(values),
        own=field == "certification",
        start=-math.inf if evidence.valid_from is None else int(evidence.valid_from.timestamp()),
        end=math.inf if evidence.valid_to is None else int(evidence.valid_to.timestamp()),
        plain=plain,
        matched=msgspec.structs.replace(plain, matched=True),
    )


def derived_facts(
    components: Sequence[Component], country: str | None, claims: Iterable[Claim], tables: RuleTables
) -> tuple[DerivedFact, ...]:
    """Return what follows from a product's facts and from `claims`, those that count now."""
    found = derive(components, country, [claim.evidence for claim in claims], tables)
    return tuple(
        DerivedFact(one.name, one.value, one.rule, tuple(DerivedFrom(*each) for each in one.inputs))
        for one in found
    )


def wanted_values(query: Query) -> frozenset[str]:
    """Return what `query` asks of evidence, as `field:value`."""
    return frozenset(
        f"{one.field}:{value}"
        for one in query.facet_filters
        if one.field in _FIELDS and one.mode != "not"
        for value in one.values
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
