"""The certification column of a Google Merchant feed, and our optional columns beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from origin.importing.dates import parse_end, parse_moment
from origin.importing.schemes import GREENDB, GS1, Certificate, Subject, prove
from origin.importing.vocabulary import fold

if TYPE_CHECKING:
    from datetime import datetime

    from origin.importing.report import Row
    from selvedge.catalogue.model import Evidence

COLUMN = "certification"
FEED = f"feed:{COLUMN}"
"""The source of what states no other."""

_BESIDE = ("share", "valid_from", "valid_to", "level", "component", "source", "shipped")
_VOCABULARIES = frozenset({fold(GREENDB), fold(GS1)})
_USUAL_PARTS = "authority:name:code"
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


class CertificationColumn:
    """Reads `authority:name:code`, repeated after commas.

    Google lets the header state another order:
    `certification(certification_name:certification_code:certification_authority)`. The columns
    `certificate_share`, `_valid_from`, `_valid_to`, `_level`, `_component`, `_source` and `_shipped` go by
    position.
    """

    def __init__(self, columns: list[str]) -> None:
        stated = (name for name in columns if name.partition("(")[0].strip() == COLUMN)
        self._column = next(stated, COLUMN)
        order = re.search(r"\((.*)\)", self._column)
        parts = (order.group(1) if order else _USUAL_PARTS).split(":")
        self._parts = [part.strip().removeprefix("certification_") for part in parts]

    def read(self, row: Row, subject: Subject) -> tuple[Evidence, ...]:
        """Return the evidence that a row's certificates make."""
        beside = {name: _values(row, f"certificate_{name}") for name in _BESIDE}
        found = []
        for number, text in enumerate(_values(row, self._column)):
            extra = {name: values[number] for name, values in beside.items() if number < len(values)}
            evidence = prove(self._certificate(text, extra, row), subject, row, COLUMN)
            if evidence:
                found.append(evidence)
        return tuple(found)

    def _certificate(self, text: str, extra: dict[str, str], row: Row) -> Certificate:
        pieces = (piece.strip() for piece in text.split(":", len(self._parts) - 1))
        values = dict(zip(self._parts, pieces, strict=False))
        stated = extra.get("valid_from", ""), extra.get("valid_to", "")
        valid_from, valid_to = _date(stated[0], "valid_from", row), _date(stated[1], "valid_to", row)
        return Certificate(
            name=values.get("name", ""),
            authority=_authority(values.get("authority", "")),
            identification=values.get("code") or None,
            share=_share(extra.get("share", ""), row),
            valid_from=valid_from,
            valid_to=valid_to,
            dated=(valid_from is not None or not stated[0]) and (valid_to is not None or not stated[1]),
            level=extra.get("level") or None,
            component=extra.get("component") or None,
            source=extra.get("source") or FEED,
            shipped=_date(extra.get("shipped", ""), "shipped", row),
        )


def _authority(text: str) -> str | None:
    """Return who certified; before a code of another vocabulary stands that vocabulary instead."""
    return None if not text or fold(text) in _VOCABULARIES else text


def _values(row: Row, column: str) -> list[str]:
    text = row.get(column)
    return [part.strip() for part in text.split(",")] if text else []


def _share(text: str, row: Row) -> float | None:
    bare = text.removesuffix("%").strip()
    if bare and not _NUMBER.fullmatch(bare):
        row.repair("certificate_share", text, "not-a-number", "left out")
        return None
    return float(bare) if bare else None


def _date(text: str, name: str, row: Row) -> datetime | None:
    if not text:
        return None
    moment = parse_end(text) if name == "valid_to" else parse_moment(text)
    if moment is None:
        row.repair(f"certificate_{name}", text, "not-a-date", "left out")
    return moment
