"""The compact form of profiles: what an edge asks for, joined from bytes that lie ready."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select

from origin.encryption.errors import KeyLost, SealBroken
from origin.profiles import rows
from origin.profiles.errors import Erased, NothingKept
from origin.profiles.sealed import best_scores, compact_members
from origin.profiles.tables import model_output, shopper

if TYPE_CHECKING:
    from collections.abc import Callable

    from origin.encryption.cipher import Cipher
    from origin.encryption.keyring import Keyring
    from origin.profiles.rows import Row
    from origin.storage.database import Database
    from selvedge.ports import Clock

VALID_SECONDS = 6 * 3_600
_HEAD = b'{"shopper":"%s","revision":%d,"validUntil":%d'
_OUTPUTS = b'"outputs":{"model":%s,"version":%s,"time":%d,"scores":%s}'

_compact = select(
    *rows.COLUMNS,
    model_output.c.model,
    model_output.c.version,
    model_output.c.time,
    model_output.c.scores,
).select_from(shopper.outerjoin(model_output, model_output.c.shopper == shopper.c.shopper))
_compact_one = _compact.where(shopper.c.shopper == bindparam("one"))


class Compact(msgspec.Struct, frozen=True):
    """The compact form of a profile: `tag` is its weak entity tag, `body` its JSON."""

    tag: str
    body: bytes


class CompactForms:
    """The compact forms of what a database keeps, good for `valid` seconds."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock, valid: int) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._valid = valid

    async def one(self, name: str, holds: Callable[[str], bool]) -> Compact:
        """Return the compact form; without a body where the caller `holds` what the tag names.

        Raises `NothingKept`, `Erased`.
        """
        async with self._database.reading() as connection:
            found = (await connection.execute(_compact_one, {"one": name})).first()
        row = None if found is None else rows.row_of(found[: len(rows.COLUMNS)])
        if found is None or row is None or not (row.kept or row.objected):
            raise absent(row)
        output = found[len(rows.COLUMNS) :]
        tag = _tag(row, output[-1])
        if holds(tag):
            return Compact(tag, b"")
        if row.objected:
            return Compact(tag, self._joined(row, [b'"objected":true']))
        try:
            members = await self._keyring.reading(name, lambda cipher: _members(cipher, row, output))
        except (KeyLost, SealBroken):
            # Counted where it was noticed. To an edge it is as if there were none: a fault would be held
            # against the origin, and one person's row would take everybody's profiles away.
            members = None
        if members is None:
            raise absent(None)
        return Compact(tag, self._joined(row, members))

    async def page(self, after: str, limit: int) -> tuple[list[bytes], str | None]:
        """Return the forms of whom models said something, and the last name looked at; None at the end."""
        query = _compact.where(shopper.c.shopper > after, model_output.c.scores.is_not(None))
        async with self._database.reading() as connection:
            found = (await connection.execute(query.order_by(shopper.c.shopper).limit(limit))).all()
        ciphers = await self._keyring.open_ciphers(one.shopper for one in found)
        bodies = []
        for one in found:
            row, output = rows.row_of(one[: len(rows.COLUMNS)]), one[len(rows.COLUMNS) :]
            if row.kept and not row.objected and row.shopper in ciphers:
                members = ciphers[row.shopper].reading(partial(_members, row=row, output=output))
                if members is not None:
                    bodies.append(self._joined(row, members))
        return bodies, found[-1].shopper if found else None

    def _joined(self, row: Row, members: list[bytes]) -> bytes:
        head = _HEAD % (row.shopper.encode(), row.revision, int(self._clock.now()) + self._valid)
        if row.erased is not None:
            head += b',"erased":%d' % row.erased
        return b"".join((head, *(b"," + part for part in members), b"}"))


def absent(row: Row | None) -> NothingKept | Erased:
    """Return the error that says why there is nothing about a shopper."""
    if row is not None and row.erased is not None:
        return Erased(row.erased)
    return NothingKept("nothing is kept about this shopper")


def _members(cipher: Cipher, row: Row, output: Any) -> list[bytes]:
    """The members of the compact form that are sealed, as JSON. Raises `SealBroken`."""
    parts = compact_members(cipher, row.shopper, row.profile, row.derived)
    model, version, time, scores = output
    # Scores that no key opens any more do not take the profile with them.
    best = scores and cipher.reading(lambda one: best_scores(one, row.shopper, scores))
    if best:
        parts.append(_OUTPUTS % (_quoted(model), _quoted(version), time, best))
    return parts


def _tag(row: Row, scores: bytes | None) -> str:
    """The revision counts all but the scores, whose nonce is never the same."""
    return f'W/"{row.revision}"' if scores is None else f'W/"{row.revision}-{scores[1:9].hex()}"'


def _quoted(text: str) -> bytes:
    return msgspec.json.encode(text)
