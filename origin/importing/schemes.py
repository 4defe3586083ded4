"""The scheme registry: what a certificate may be taken to say, and until when."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from origin.importing.vocabulary import fold, read_table, vocabulary
from selvedge.catalogue.model import Evidence, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from origin.importing.report import Row


_WEAKER: dict[str, tuple[Level, ...]] = {
    "product": ("material", "facility", "brand"),
    "material": ("facility", "brand"),
}
"""What a certificate stated for a level may be taken for instead: a smaller claim about these goods.
A facility's says nothing about the brand, nor a brand's about the facility."""


_WHOLE = 100

GREENDB = "certificate"
GS1 = "PackagingMarkedLabelAccreditationCode"
"""Prefixes of other vocabularies' codes: `certificate:GOTS_ORGANIC`."""


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `vocabulary/schemes.toml`, whose head explains the fields."""

    name: str
    levels: tuple[Level, ...]
    issuer: Literal["certification_body", "licensor", "public_authority", "membership"]
    ends: Literal["transaction", "licence"]
    labels: dict[str, str]
    covers: str
    excludes: str
    greendb: tuple[str, ...] = ()
    gs1: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    minimum_share: float = 0
    content: Literal["organic", "recycled"] | None = None


class Certificate(msgspec.Struct, frozen=True):
    """A certificate as a row states it. `valid_to` is exclusive; `level` may be missing.

    `component` is the shop's word for the one it is about, `source` where the shop has it from. `dated`:
    whether every date of its validity that the row states can be read. `shipped` is when the goods left under
    a transaction certificate, by that certificate.
    """

    name: str
    authority: str | None = None
    identification: str | None = None
    share: float | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    level: str | None = None
    component: str | None = None
    source: str | None = None
    shipped: datetime | None = None
    dated: bool = True

    @property
    def never(self) -> bool:
        """Whether it ends before it begins."""
        return bool(self.valid_from and self.valid_to and self.valid_to <= self.valid_from)


class Subject(msgspec.Struct, frozen=True):
    """What a certificate is about."""

    product: str
    brand: str


@cache
def registry() -> dict[str, Scheme]:
    """Load the schemes by code."""
    return msgspec.convert(read_table("schemes"), dict[str, Scheme])


def scheme_labels(locale: str) -> dict[str, str]:
    """Return each scheme's label in a locale; English for one without labels."""
    language = locale.partition("-")[0]
    return {code: s.labels.get(language, s.labels["en"]) for code, s in registry().items()}


def find_scheme(name: str, share: float | None) -> str | None:
    """Return the code of a scheme's name; a name without its grade is graded by the share."""
    folded = fold(name)
    if folded in _families():
        grades = _families()[folded]
        reached = (g for g in grades if share is not None and share >= registry()[g].minimum_share)
        return next(reached, grades[-1])
    return _codes().get(folded)


def lower_grades() -> dict[str, tuple[str, ...]]:
    """Return, by scheme, the lower grades of the same standard; a scheme without any is left out."""
    found = {
        grade: tuple(other for other in grades if _least(other) < _least(grade))
        for grades in _families().values()
        for grade in grades
    }
    return {grade: lower for grade, lower in found.items() if lower}


def _least(code: str) -> float:
    return registry()[code].minimum_share


def prove(certificate: Certificate, subject: Subject, row: Row, field: str) -> Evidence | None:
    """Turn a certificate into evidence by its registry entry; None where it proves nothing.

    Reported and left out: unknown schemes, shares below the scheme's minimum (unless a lower
    grade of the same standard fits), levels that the scheme may not speak about (unless it may make
    a weaker claim), goods that were shipped when their certificate was not valid, and certificates of which
    nobody can tell when they count.
    """
    if not certificate.dated or certificate.never:
        problem = "certificate-ends-before-it-begins" if certificate.dated else "certificate-date-unreadable"
        row.repair(field, certificate.name, problem, "left out")
        return None
    certificate = _with_sound_share(certificate, row, field)
    code = find_scheme(certificate.name, certificate.share)
    if code is None:
        row.repair(field, certificate.name, "unknown-scheme", "left out")
        return None
    code = _grade(code, certificate, row, field)
    if code is None:
        return None
    scheme = registry()[code]
    shipped = certificate.shipped if scheme.ends == "transaction" else None
    if shipped is not None and not _is_valid(certificate, shipped):
        row.repair(field, certificate.name, "goods-shipped-outside-certificate", "left out")
        return None
    level = _level(scheme, certificate, row, field)
    if level is None:
        return None
    component = _component(certificate, row)
    about = certificate.identification or (subject.brand if level == "brand" else subject.product)
    return Evidence(
        id=":".join(filter(None, (code, level, about, component))),
        scheme=code,
        level=level,
        identification=certificate.identification,
        issuer=certificate.authority,
        share=certificate.share if scheme.minimum_share else None,
        valid_from=certificate.valid_from,
        valid_to=None if shipped else certificate.valid_to,
        component=component,
        source=certificate.source,
        shipped=shipped,
    )


def _with_sound_share(certificate: Certificate, row: Row, field: str) -> Certificate:
    """Leave out a share above the whole: then the least that the scheme means counts."""
    share = certificate.share
    if share is None or share <= _WHOLE:
        return certificate
    row.repair(field, f"{share:g}", "share-out-of-range", "left out")
    return msgspec.structs.replace(certificate, share=None)


def _grade(code: str, certificate: Certificate, row: Row, field: str) -> str | None:
    """Return the code that the share supports: the same, a lower grade, or None."""
    share = certificate.share
    if share is None or share >= registry()[code].minimum_share:
        return code
    grades = next((grades for grades in _families().values() if code in grades), (code,))
    lower = next((g for g in grades if share >= registry()[g].minimum_share), None)
    detail = f"{share:g} % is below {registry()[code].minimum_share:g} % of {code}"
    row.repair(
        field,
        certificate.name,
        "certificate-share-below-minimum",
        f"{detail}; {f'taken as {lower}' if lower else 'left out'}",
    )
    return lower


def _level(scheme: Scheme, certificate: Certificate, row: Row, field: str) -> Level | None:
    """Return the level stated, or a weaker one that the scheme has; never one that claims more."""
    if not certificate.level:
        return scheme.levels[0]
    stated = fold(certificate.level)
    for level in scheme.levels:
        if stated == level:
            return level
    weaker = next((level for level in _WEAKER.get(stated, ()) if level in scheme.levels), None)
    detail = f"{scheme.name} speaks about a {' or '.join(scheme.levels)}"
    outcome = f"taken as {weaker}" if weaker else "left out"
    row.repair(field, certificate.level, "certificate-level-not-allowed", f"{detail}; {outcome}")
    return weaker


def _component(certificate: Certificate, row: Row) -> str | None:
    """Return the component that a certificate is about; an unknown word still says: not the whole."""
    name = certificate.component
    if not name:
        return None
    code = vocabulary("components").find(name, "en")
    if code is None:
        row.note("certificate_component", name, "unknown-component")
    return code or name


def _is_valid(certificate: Certificate, moment: datetime) -> bool:
    start, end = certificate.valid_from, certificate.valid_to
    return (start is None or start <= moment) and (end is None or moment < end)


@cache
def _families() -> dict[str, tuple[str, ...]]:
    table = msgspec.convert(read_table("families"), dict[str, tuple[str, ...]])
    return {fold(name): grades for name, grades in table.items()}


@cache
def _codes() -> dict[str, str]:
    pairs = registry().items()
    return {fold(n): code for code, s in pairs for n in (code, s.name, *s.names, *_foreign_codes(s))}


def _foreign_codes(scheme: Scheme) -> Iterator[str]:
    """Yield the codes of other vocabularies, bare and as their vocabularies write them."""
    for code in scheme.greendb:
        yield from (code, f"{GREENDB}:{code}")
    for code in scheme.gs1:
        yield from (code, f"{GS1}-{code}", f"{GS1}:{code}", f"gs1:{GS1}-{code}")
