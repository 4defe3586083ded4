"""Profiles in the database: read, replaced, patched, deleted, merged; and in the compact form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, or_, select

from origin.encryption.errors import SealBroken
from origin.profiles import rows
from origin.profiles.errors import Conflict, Erased, NothingKept
from origin.profiles.model import (
    Derived,
    Kept,
    Leaning,
    Profile,
    merged_consent,
    merged_declared,
    merged_derived,
    refused,
)
from origin.profiles.patching import patched
from origin.profiles.preconditions import demand_match
from origin.profiles.sealed import (
    best_scores,
    compact_members,
    open_derived,
    open_kept,
    seal_derived,
    seal_kept,
)
from origin.profiles.tables import model_output, shopper
from origin.storage.paging import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.cipher import Cipher
    from origin.encryption.keyring import Keyring
    from origin.profiles.rows import Row
    from origin.storage.database import Database
    from origin.storage.paging import Cursors
    from selvedge.ports import Clock
    from selvedge.shopper.policy import Purpose

VALID_SECONDS = 6 * 3_600
_LIST = "shoppers"
_HEAD = b'{"shopper":"%s","revision":%d,"validUntil":%d'
_OUTPUTS = b'"outputs":{"model":%s,"version":%s,"time":%d,"scores":%s}'

T = TypeVar("T")

_compact = select(
    *rows.COLUMNS,
    model_output.c.model,
    model_output.c.version,
    model_output.c.time,
    model_output.c.scores,
).select_from(shopper.outerjoin(model_output, model_output.c.shopper == shopper.c.shopper))
_compact_one = _compact.where(shopper.c.shopper == bindparam("one"))


class Belongings(Protocol):
    """What else belongs to a person, and moves along when a visitor logs in: their events."""

    async def enter(self, connection: AsyncConnection) -> None:
        """Wait for whoever else is keeping or moving any, before rows are locked and `move` is called."""
        ...

    async def move(
        self, connection: AsyncConnection, visitor: str, account: str, ciphers: tuple[Cipher, Cipher]
    ) -> Derived | None:
        """Move all of `visitor`, sealed with the first cipher, to `account`, sealed with the second.

        Runs in the transaction that merges the profiles. Returns what is derived from all of it together,
        or None: as the profiles say.
        """
        ...

    async def withdraw(self, connection: AsyncConnection, name: str, purposes: frozenset[Purpose]) -> None:
        """Delete what was kept for `purposes`, which the person does not allow any more."""
        ...

    async def forget_derived(self, connection: AsyncConnection, name: str) -> None:
        """Derive nothing any more from what happened until now: the profile is being deleted."""
        ...


class NoBelongings:
    """Nothing else is kept."""

    async def enter(self, _connection: AsyncConnection) -> None:
        """Wait for nobody."""

    async def move(
        self, _connection: AsyncConnection, _visitor: str, _account: str, _ciphers: tuple[Cipher, Cipher]
    ) -> Derived | None:
        """Move nothing."""
        return None

    async def withdraw(self, _connection: AsyncConnection, _name: str, _purposes: frozenset[Purpose]) -> None:
        """Delete nothing."""

    async def forget_derived(self, _connection: AsyncConnection, _name: str) -> None:
        """Derive nothing, as ever."""


class Compact(msgspec.Struct, frozen=True):
    """The compact form of a profile: `tag` is its weak entity tag, `body` its JSON."""

    tag: str
    body: bytes


class Profiles:
    """The profiles in a database; `valid` is how long the compact form may be used, in seconds."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        *,
        belongings: Belongings | None = None,
        valid: int = VALID_SECONDS,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._belongings = belongings or NoBelongings()
        self.valid = valid

    async def read(self, name: str) -> Profile:
        """Return a profile. Raises `NothingKept`, `Erased`."""
        async with self._database.reading() as connection:
            row = await rows.find(connection, name)
        if row is None or not row.kept:
            raise _absent(row)
        return await self._opened(name, lambda cipher: _served(row, cipher))

    async def page(self, cursors: Cursors, cursor: str | None, limit: int) -> Page[Profile]:
        """Return profiles in the order of their names. Raises `BadCursor`."""
        after = cursors.read(_LIST, cursor, str) if cursor else ""
        query = select(*rows.COLUMNS).where(shopper.c.shopper > after).order_by(shopper.c.shopper)
        kept = or_(shopper.c.profile.is_not(None), shopper.c.derived.is_not(None))
        async with self._database.reading() as connection:
            found = [rows.row_of(one) for one in await connection.execute(query.where(kept).limit(limit + 1))]
        shown = found[:limit]
        ciphers = await self._keyring.open_ciphers(row.shopper for row in shown)
        items = [_served(row, ciphers[row.shopper]) for row in shown if row.shopper in ciphers]
        more = len(found) > limit
        return Page(items, cursors.write(_LIST, shown[-1].shopper) if more else None)

    async def replace(self, name: str, kept: Kept, if_match: str | None) -> tuple[Profile, bool]:
        """Keep `kept`; returns the profile and whether it is new.

        Raises `RevisionRequired`, `StaleRevision`.
        """
        return await self._write(name, lambda _old: kept, lambda row: _demand(row, if_match))

    async def patch(self, name: str, body: bytes, if_match: str | None) -> Profile:
        """Apply a merge patch. Raises `NothingKept`, `Erased`, `BadBody` and what `replace` raises."""

        def check(row: Row) -> None:
            if not row.kept and if_match is None:
                raise _absent(row)
            _demand(row, if_match)

        profile, _ = await self._write(name, lambda old: patched(old, body), check)
        return profile

    async def set_kept(self, name: str, answer: Callable[[Kept], Kept]) -> int:
        """Change what is kept, whatever the revision is; returns the new one."""
        profile, _ = await self._write(name, answer, lambda _row: None)
        return profile.revision

    async def delete(self, name: str, if_match: str | None) -> None:
        """Delete profile, derived signals and model outputs; the revision stays used.

        Raises `NothingKept`, `Erased`, `RevisionRequired`, `StaleRevision`.
        """
        async with self._database.writing() as connection:
            await self._belongings.enter(connection)  # before the row, as whoever derives does
            row = await rows.lock(connection, name)
            if not row.kept and if_match is None:
                raise _absent(row)
            _demand(row, if_match)
            await self._belongings.forget_derived(connection, name)
            await rows.change(connection, row, self._now, profile=None, derived=None)
            await connection.execute(delete(model_output).where(model_output.c.shopper == name))

    async def compact(self, name: str, holds: Callable[[str], bool] = lambda _tag: False) -> Compact:
        """Return the compact form; without a body where the caller `holds` what the tag names.

        Raises `NothingKept`, `Erased`.
        """
        async with self._database.reading() as connection:
            found = (await connection.execute(_compact_one, {"one": name})).first()
        row = None if found is None else rows.row_of(found[: len(rows.COLUMNS)])
        if found is None or row is None or not (row.kept or row.objected):
            raise _absent(row)
        output = found[len(rows.COLUMNS) :]
        tag = _tag(row, output[-1])
        if holds(tag):
            return Compact(tag, b"")
        if row.objected:
            return Compact(tag, self._joined(row, [b'"objected":true']))
        members = await self._opened(name, lambda cipher: _members(cipher, row, output))
        return Compact(tag, self._joined(row, members))

    async def compact_page(self, after: str, limit: int) -> tuple[list[bytes], str | None]:
        """Return the compact forms of whom models said something, and the last name; None at the end."""
        query = _compact.where(shopper.c.shopper > after, model_output.c.scores.is_not(None))
        async with self._database.reading() as connection:
            found = (await connection.execute(query.order_by(shopper.c.shopper).limit(limit))).all()
        ciphers = await self._keyring.open_ciphers(one.shopper for one in found)
        bodies = []
        for one in found:
            row, output = rows.row_of(one[: len(rows.COLUMNS)]), one[len(rows.COLUMNS) :]
            if row.kept and not row.objected and row.shopper in ciphers:
                bodies.append(self._joined(row, _members(ciphers[row.shopper], row, output)))
        return bodies, found[-1].shopper if found else None

    async def merge(self, account: str, visitor: str) -> int:
        """Move all of a visitor into an account; returns the account's revision. Raises `Conflict`.

        What was moved before is not moved again, and nothing is changed then.
        """
        ciphers = await self._keyring.ciphers([account, visitor])
        async with self._database.writing() as connection:
            await self._belongings.enter(connection)
            # Accounts come first in the alphabet, so that two mergers never wait for each other.
            into = await rows.lock(connection, account)
            from_ = await rows.lock(connection, visitor)
            if from_.merged_into not in {None, account}:
                raise Conflict("this visitor belongs to another account")
            if from_.merged_into == account and not from_.kept:
                return into.revision
            return await self._merge(connection, into, from_, (ciphers[visitor], ciphers[account]))

    @property
    def _now(self) -> int:
        return int(self._clock.now())

    async def _merge(
        self, connection: AsyncConnection, into: Row, from_: Row, ciphers: tuple[Cipher, Cipher]
    ) -> int:
        theirs, own = ciphers
        moved = await self._belongings.move(connection, from_.shopper, into.shopper, ciphers)
        before = open_kept(own, into.shopper, into.profile)
        brought = open_kept(theirs, from_.shopper, from_.profile)
        kept = Kept(
            merged_declared(before.declared, brought.declared),
            merged_consent(before.consent, brought.consent),
        )
        derived = moved or merged_derived(
            open_derived(own, into.shopper, into.derived), open_derived(theirs, from_.shopper, from_.derived)
        )
        gone = {"profile": None, "derived": None, "objected": False, "merged_into": into.shopper}
        await rows.change(connection, from_, self._now, **gone)
        await connection.execute(delete(model_output).where(model_output.c.shopper == from_.shopper))
        objected = into.objected or from_.objected
        if (kept, objected) == (before, into.objected) and derived == open_derived(
            own, into.shopper, into.derived
        ):
            return into.revision
        return await rows.change(
            connection,
            into,
            self._now,
            profile=seal_kept(own, into.shopper, kept),
            derived=seal_derived(own, into.shopper, derived),
            objected=objected,
        )

    async def _write(
        self, name: str, new: Callable[[Kept], Kept], check: Callable[[Row], None]
    ) -> tuple[Profile, bool]:
        cipher = await self._keyring.cipher(name)
        async with self._database.writing() as connection:
            await self._belongings.enter(connection)  # before the row, as whoever derives does
            row = _readable(await rows.lock(connection, name), cipher)
            check(row)
            before = open_kept(cipher, name, row.profile)
            kept = new(before)
            withdrawn = refused(kept.consent) - refused(before.consent)
            if withdrawn:
                await self._belongings.withdraw(connection, name, withdrawn)
                row = _readable(await rows.lock(connection, name), cipher)
            sealed = seal_kept(cipher, name, kept)
            revision = await rows.change(connection, row, self._now, profile=sealed)
        changed = msgspec.structs.replace(row, revision=revision, changed=self._now, profile=sealed)
        return _served(changed, cipher), not row.kept

    async def _opened(self, name: str, read: Callable[[Cipher], T]) -> T:
        """Read with the shopper's cipher. Raises `NothingKept` where the key was destroyed."""
        cipher = await self._keyring.open_cipher(name)
        if cipher is not None:
            try:
                return read(cipher)
            except SealBroken:
                # Another process may have destroyed the key that is remembered here, and begun anew.
                cipher = (await self._keyring.open_ciphers([name])).get(name)
        if cipher is None:
            raise NothingKept("nothing is kept about this shopper any more")
        return read(cipher)

    def _joined(self, row: Row, members: list[bytes]) -> bytes:
        head = _HEAD % (row.shopper.encode(), row.revision, self._now + self.valid)
        return b"".join((head, *(b"," + part for part in members), b"}"))


def _absent(row: Row | None) -> NothingKept | Erased:
    if row is not None and row.erased is not None:
        return Erased("this shopper was erased")
    return NothingKept("nothing is kept about this shopper")


def _demand(row: Row, if_match: str | None) -> None:
    demand_match(if_match, row.revision, exists=row.kept)


def _readable(row: Row, cipher: Cipher) -> Row:
    """The row without what no key opens any more: its key was destroyed, so it is gone."""
    try:
        open_kept(cipher, row.shopper, row.profile)
        open_derived(cipher, row.shopper, row.derived)
    except SealBroken:
        return msgspec.structs.replace(row, profile=None, derived=None)
    return row


def _served(row: Row, cipher: Cipher) -> Profile:
    kept = open_kept(cipher, row.shopper, row.profile)
    derived = open_derived(cipher, row.shopper, row.derived)
    leanings = tuple(Leaning(one.field, one.value, one.weight) for one in derived.affinities)
    return Profile(
        row.shopper, row.revision, row.changed, kept.declared, kept.consent, leanings, row.objected
    )


def _members(cipher: Cipher, row: Row, output: Any) -> list[bytes]:
    """The members of the compact form that are sealed, as JSON."""
    parts = compact_members(cipher, row.shopper, row.profile, row.derived)
    model, version, time, scores = output
    if scores is not None:
        best = best_scores(cipher, row.shopper, scores)
        parts.append(_OUTPUTS % (_quoted(model), _quoted(version), time, best))
    return parts


def _tag(row: Row, scores: bytes | None) -> str:
    """The revision counts all but the scores, whose nonce is never the same."""
    return f'W/"{row.revision}"' if scores is None else f'W/"{row.revision}-{scores[1:9].hex()}"'


def _quoted(text: str) -> bytes:
    return msgspec.json.encode(text)
