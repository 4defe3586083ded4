"""Profiles in the database: read, replaced, patched, deleted, merged; and in the compact form."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import or_, select

from origin.profiles import rows
from origin.profiles.belongings import NoBelongings
from origin.profiles.compact import VALID_SECONDS, Compact, CompactForms, absent
from origin.profiles.errors import Conflict
from origin.profiles.model import (
    Derived,
    Kept,
    Leaning,
    Profile,
    merged_consent,
    merged_declared,
    merged_derived,
    refusals,
    refused,
)
from origin.profiles.patching import patched
from origin.profiles.preconditions import demand_match
from origin.profiles.purposes import AFFECTED_BY_OBJECTION, bits_of
from origin.profiles.sealed import open_derived, open_kept, seal_derived, seal_kept
from origin.profiles.tables import shopper
from origin.storage.paging import Page
from origin.storage.retrying import retried

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.cipher import Cipher
    from origin.encryption.keyring import Keyring
    from origin.profiles.belongings import Belongings
    from origin.profiles.rows import Row
    from origin.storage.database import Database
    from origin.storage.paging import Cursors
    from selvedge.ports import Clock

_LIST = "shoppers"


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
        self._forms = CompactForms(database, keyring, clock, valid)
        self._belongings = belongings or NoBelongings()
        self.valid = valid

    async def read(self, name: str) -> Profile:
        """Return a profile. Raises `NothingKept`, `Erased`."""
        async with self._database.reading() as connection:
            row = await rows.find(connection, name)
        if row is None or not row.kept:
            raise absent(row)
        profile = await self._keyring.reading(name, lambda cipher: _served(row, cipher))
        if profile is None:
            raise absent(None)
        return profile

    async def page(self, cursors: Cursors, cursor: str | None, limit: int) -> Page[Profile]:
        """Return profiles in the order of their names. Raises `BadCursor`."""
        after = cursors.read(_LIST, cursor, str) if cursor else ""
        query = select(*rows.COLUMNS).where(shopper.c.shopper > after).order_by(shopper.c.shopper)
        kept = or_(shopper.c.profile.is_not(None), shopper.c.derived.is_not(None))
        async with self._database.reading() as connection:
            found = [rows.row_of(one) for one in await connection.execute(query.where(kept).limit(limit + 1))]
        shown = found[:limit]
        ciphers = await self._keyring.open_ciphers(row.shopper for row in shown)
        opened = (
            ciphers[row.shopper].reading(partial(_served, row)) for row in shown if row.shopper in ciphers
        )
        items = [one for one in opened if one is not None]
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
                raise absent(row)
            _demand(row, if_match)

        profile, _ = await self._write(name, lambda old: patched(old, body), check)
        return profile

    async def set_kept(self, name: str, answer: Callable[[Kept], Kept]) -> int:
        """Change what is kept, whatever the revision is; returns the new one."""
        profile, _ = await self._write(name, answer, lambda _row: None)
        return profile.revision

    @retried
    async def delete(self, name: str, if_match: str | None) -> None:
        """Delete profile, derived signals and model outputs; the revision stays used.

        Raises `NothingKept`, `Erased`, `RevisionRequired`, `StaleRevision`.
        """
        async with self._database.writing() as connection:
            await self._belongings.enter(connection)  # before the row, as whoever derives does
            row = await rows.lock(connection, name)
            if not row.kept and if_match is None:
                raise absent(row)
            _demand(row, if_match)
            await self._belongings.forget_derived(connection, name)
            await rows.change(connection, row, self._now, profile=None, derived=None)
            await rows.forget_outputs(connection, name)

    async def compact(self, name: str, holds: Callable[[str], bool] = lambda _tag: False) -> Compact:
        """Return the compact form; without a body where the caller `holds` what the tag names.

        Raises `NothingKept`, `Erased`.
        """
        return await self._forms.one(name, holds)

    async def compact_page(self, after: str, limit: int) -> tuple[list[bytes], str | None]:
        """Return the compact forms of whom models said something, and the last name; None at the end."""
        return await self._forms.page(after, limit)

    @retried
    async def merge(self, account: str, visitor: str) -> int:
        """Move all of a visitor into an account; returns the account's revision. Raises `Conflict`.

        What was moved before is not moved again, and nothing is changed then.
        """
        async with self._database.writing() as connection:
            await self._belongings.enter(connection)
            # Accounts come first in the alphabet, so that two mergers never wait for each other.
            into = await rows.lock(connection, account)
            from_ = await rows.lock(connection, visitor)
            if from_.merged_into not in {None, account}:
                raise Conflict("this visitor belongs to another account")
            if from_.merged_into == account and not from_.kept:
                return into.revision
            ciphers = await self._keyring.ciphers([account, visitor])
            return await self._merge(connection, into, from_, (ciphers[visitor], ciphers[account]))

    @property
    def _now(self) -> int:
        return int(self._clock.now())

    async def _merge(
        self, connection: AsyncConnection, into: Row, from_: Row, ciphers: tuple[Cipher, Cipher]
    ) -> int:
        theirs, own = ciphers
        into, from_ = rows.readable(into, own), rows.readable(from_, theirs)
        await self._belongings.move(connection, from_.shopper, into.shopper, ciphers)
        before = open_kept(own, into.shopper, into.profile)
        brought = open_kept(theirs, from_.shopper, from_.profile)
        kept = Kept(
            merged_declared(before.declared, brought.declared),
            merged_consent(before.consent, brought.consent),
        )
        was_derived = open_derived(own, into.shopper, into.derived)
        derived = merged_derived(was_derived, open_derived(theirs, from_.shopper, from_.derived))
        gone = {"profile": None, "derived": None, "objected": False, "merged_into": into.shopper}
        await rows.change(connection, from_, self._now, **gone, **_standing(Kept()))
        await rows.forget_outputs(connection, from_.shopper)
        # What either of the two has refused or objected to holds for what both have brought.
        objected = into.objected or from_.objected
        unwanted = refused(kept.consent) | (AFFECTED_BY_OBJECTION if objected else frozenset())
        await self._belongings.withdraw(connection, into.shopper, unwanted)
        if "profile" in unwanted:
            derived = Derived()
            await rows.forget_outputs(connection, into.shopper)
        if (kept, objected, derived) == (before, into.objected, was_derived):
            return into.revision
        return await rows.change(
            connection,
            into,
            self._now,
            profile=seal_kept(own, into.shopper, kept),
            derived=None if derived == Derived() else seal_derived(own, into.shopper, derived),
            objected=objected,
            **_standing(kept),
        )

    @retried
    async def _write(
        self, name: str, new: Callable[[Kept], Kept], check: Callable[[Row], None]
    ) -> tuple[Profile, bool]:
        async with self._database.writing() as connection:
            await self._belongings.enter(connection)  # before the row, as whoever derives does
            row = await rows.lock(connection, name)
            cipher = await self._keyring.cipher(name)
            row = rows.readable(row, cipher)
            check(row)
            before = open_kept(cipher, name, row.profile)
            kept = new(before)
            withdrawn = refused(kept.consent) - refused(before.consent)
            if withdrawn:
                await self._belongings.withdraw(connection, name, withdrawn)
            derived = row.derived
            if "profile" in withdrawn:
                derived = None
                await rows.forget_outputs(connection, name)
            sealed = seal_kept(cipher, name, kept)
            values = {"profile": sealed, "derived": derived, **_standing(kept)}
            revision = await rows.change(connection, row, self._now, **values)
        changed = msgspec.structs.replace(
            row, revision=revision, changed=self._now, profile=sealed, derived=derived
        )
        return _served(changed, cipher), not row.kept


def _standing(kept: Kept) -> dict[str, int]:
    """The columns that say what the consent record refuses, and since when."""
    found = refusals(kept.consent)
    return {"refused": bits_of(found), "refused_at": max(found.values(), default=0)}


def _demand(row: Row, if_match: str | None) -> None:
    demand_match(if_match, row.revision, exists=row.kept)


def _served(row: Row, cipher: Cipher) -> Profile:
    kept = open_kept(cipher, row.shopper, row.profile)
    derived = open_derived(cipher, row.shopper, row.derived)
    leanings = tuple(Leaning(one.field, one.value, one.weight) for one in derived.affinities)
    return Profile(
        row.shopper, row.revision, row.changed, kept.declared, kept.consent, leanings, row.objected
    )
