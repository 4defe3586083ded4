"""The store of events: each is kept once, sealed, for the purposes that were allowed when it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from origin.events.pseudonyms import read_secret, session_key
from origin.events.rows import Content, Row, digest_of
from origin.events.tables import event, event_state, training_removal
from origin.profiles.purposes import AFFECTED_BY_OBJECTION, BITS, bits_of, named
from origin.profiles.rows import standings
from origin.storage.retrying import retried
from selvedge.shopper.context import MAX_AHEAD_SECONDS
from selvedge.shopper.identity import is_account
from selvedge.shopper.policy import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.cipher import Cipher
    from origin.encryption.keyring import Keyring
    from origin.profiles.rows import Standing
    from origin.storage.database import Database

Outcome = Literal["accepted", "duplicate", "dropped"]

SECONDS_A_DAY = 86_400

_WRITER_LOCK = 0x5E1F_E7E7
"""Who keeps events or erases holds this advisory lock on PostgreSQL; SQLite has one writer anyway."""

_content = msgspec.json.Decoder(Content)


class Kept(msgspec.Struct, frozen=True, rename="camel"):
    """An event as it is kept. `occurred` is in milliseconds, `received` in seconds since the epoch."""

    number: int
    shopper: str
    occurred: int
    received: int
    purposes: tuple[Purpose, ...]
    content: Content


class EventStore:
    """Events in `database`, sealed with the keys of `keyring`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    @retried
    async def keep(self, rows: Sequence[Row]) -> list[Outcome]:
        """Make `rows` durable in one transaction and say of each what became of it.

        Raises `DatabaseUnavailable`, `NoMasterKey` and `KeyUnusable`; nothing was kept then.
        """
        async with self._database.writing() as connection:
            await one_writer(connection)
            wanted = _allowed(rows, await _read_standings(connection, rows))
            values = await self._sealed([row for row in wanted if row is not None])
            new = await self._insert(connection, values)
        outcomes: list[Outcome] = []
        for row in wanted:
            if row is None:
                outcomes.append("dropped")
                continue
            digest = digest_of(row.shopper, row.id)
            outcomes.append("accepted" if digest in new else "duplicate")
            new.discard(digest)
        return outcomes

    async def page(self, after: int, limit: int, purpose: Purpose) -> list[Kept]:
        """Return up to `limit` events that may serve `purpose`, with numbers above `after`.

        Events whose key is gone are left out.
        """
        allowed = event.c.purposes.bitwise_and(BITS[purpose]) != 0
        kept: list[Kept] = []
        while room := limit - len(kept):
            found = await self._find((event.c.number > after) & allowed, room)
            kept += await self._opened(found)
            if len(found) < room:
                break
            after = found[-1].number
        return kept

    async def of(self, shopper: str) -> list[Kept]:
        """Return all events of one person, for their eyes."""
        return await self._opened(await self._find(event.c.shopper == shopper))

    @retried
    async def prune(self, before: int) -> int:
        """Delete what was received before `before`, epoch seconds; returns how many events."""
        async with self._database.writing() as connection:
            await one_writer(connection)
            # Who is erased later has no event left that would tell which sessions are theirs.
            await _remove_sessions(connection, event.c.received < before)
            done = await connection.execute(delete(event).where(event.c.received < before))
        return done.rowcount

    async def enter(self, connection: AsyncConnection) -> None:
        """Wait until nobody else keeps or moves events: as everywhere, before rows of persons are locked."""
        await one_writer(connection)

    async def move(
        self, connection: AsyncConnection, visitor: str, account: str, ciphers: tuple[Cipher, Cipher]
    ) -> None:
        """Give the events of `visitor` to `account`, sealed anew; in the transaction that merges them.

        They come at the end of the log, so that the deriver adds them to the account's.
        """
        theirs, own = ciphers
        values = []
        for one in (await connection.execute(_raw(event.c.shopper == visitor))).all():
            content = theirs.readable(one.payload, one.digest)
            if content is None:
                continue
            digest = digest_of(account, _content.decode(content).event.id)
            values.append(
                {
                    "digest": digest,
                    "shopper": account,
                    "occurred": one.occurred,
                    "received": one.received,
                    "purposes": one.purposes,
                    "payload": own.seal(content, digest),
                }
            )
        await forget(connection, visitor)
        await self._insert(connection, values)

    async def withdraw(self, connection: AsyncConnection, name: str, purposes: frozenset[Purpose]) -> None:
        """Take `purposes` from all events of one person, and what followed from them.

        In the transaction that changes the consent.
        """
        await withdraw(connection, name, purposes)

    async def forget_derived(self, connection: AsyncConnection, name: str) -> None:
        """Let what a person's events add up to begin anew; in the transaction that deletes the profile."""
        await connection.execute(delete(event_state).where(event_state.c.shopper == name))

    async def _sealed(self, rows: Sequence[Row]) -> list[dict[str, object]]:
        ciphers = await self._keyring.ciphers({row.shopper for row in rows}) if rows else {}
        values: list[dict[str, object]] = []
        for row in rows:
            digest = digest_of(row.shopper, row.id)
            values.append(
                {
                    "digest": digest,
                    "shopper": row.shopper,
                    "occurred": row.occurred,
                    "received": row.received,
                    "purposes": row.purposes,
                    "payload": ciphers[row.shopper].seal(row.content, digest),
                }
            )
        return values

    async def _insert(self, connection: AsyncConnection, values: list[dict[str, object]]) -> set[bytes]:
        """Return the digests of those that were not there."""
        if not values:
            return set()
        dialect = sqlite if self._database.kind == "sqlite" else postgresql
        statement = dialect.insert(event).on_conflict_do_nothing().returning(event.c.digest)
        return set((await connection.execute(statement, values)).scalars())

    async def _find(self, where: ColumnElement[bool], limit: int | None = None) -> Sequence[Any]:
        async with self._database.reading() as connection:
            found: Sequence[Any] = (await connection.execute(_raw(where, limit))).all()
        return found

    async def _opened(self, found: Sequence[Any]) -> list[Kept]:
        ciphers = await self._keyring.open_ciphers({row.shopper for row in found})
        opened = (
            (row, ciphers[row.shopper].readable(row.payload, row.digest))
            for row in found
            if row.shopper in ciphers
        )
        return [
            Kept(
                row.number,
                row.shopper,
                row.occurred,
                row.received,
                named(row.purposes),
                _content.decode(payload),
            )
            for row, payload in opened
            if payload is not None
        ]


async def one_writer(connection: AsyncConnection) -> None:
    """Wait until no other transaction keeps events or erases; it ends with this one.

    So numbers grow in the order of commits, and no event slips in beside its person's erasure.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})"))


async def forget(connection: AsyncConnection, shopper: str) -> int:
    """Delete all events of one person and what they add up to, and let training know; returns how many."""
    await _remove_sessions(connection, event.c.shopper == shopper)
    await connection.execute(delete(event_state).where(event_state.c.shopper == shopper))
    done = await connection.execute(delete(event).where(event.c.shopper == shopper))
    return done.rowcount


async def withdraw(connection: AsyncConnection, shopper: str, purposes: Iterable[Purpose]) -> None:
    """Take `purposes` from all events of one person; what serves none any more is deleted."""
    bits = bits_of(purposes)
    own = event.c.shopper == shopper
    if bits & BITS["training"]:
        await _remove_sessions(connection, own)
    if bits & BITS["profile"]:
        await connection.execute(delete(event_state).where(event_state.c.shopper == shopper))
    left = event.c.purposes.bitwise_and(~bits & sum(BITS.values()))
    await connection.execute(delete(event).where(own & (left == 0)))
    await connection.execute(update(event).where(own).values(purposes=left))


async def _remove_sessions(connection: AsyncConnection, where: ColumnElement[bool]) -> None:
    query = select(event.c.shopper, event.c.occurred).where(
        where & (event.c.purposes.bitwise_and(BITS["training"]) != 0)
    )
    found = (await connection.execute(query)).all()
    if found:
        secret = await read_secret(connection)
        keys = {session_key(secret, row.shopper, row.occurred // (SECONDS_A_DAY * 1000)) for row in found}
        await connection.execute(insert(training_removal), [{"key": key} for key in sorted(keys)])


async def _read_standings(connection: AsyncConnection, rows: Sequence[Row]) -> dict[str, Standing]:
    """Return the standing of everybody in `rows`, and of the accounts that they were merged into."""
    found = await standings(connection, {row.shopper for row in rows})
    accounts = {one.merged_into for one in found.values() if one.merged_into} - found.keys()
    return found | await standings(connection, accounts)


def _allowed(rows: Sequence[Row], standings: dict[str, Standing]) -> list[Row | None]:
    """Return the rows as they may be kept, None for each that may not."""
    return [_allow(row, standings) for row in rows]


def _allow(row: Row, standings: dict[str, Standing]) -> Row | None:
    standing = standings[row.shopper]
    if standing.erased is not None and not _came_back(row, standing.erased):
        return None
    if standing.merged_into is not None:
        return _allow(msgspec.structs.replace(row, shopper=standing.merged_into), standings)
    left = row.purposes
    if row.consented <= standing.refused_at:
        left &= ~standing.refused
    if standing.objected:
        left &= ~bits_of(AFFECTED_BY_OBJECTION)
    return msgspec.structs.replace(row, purposes=left) if left else None


def _came_back(row: Row, erased: int) -> bool:
    """Whether an event is of a person who logged in again after the erasure.

    A browser's name is never given again: whatever still bears it is from before. Where clocks may differ,
    it is from before as well.
    """
    if not is_account(row.shopper) or row.received <= erased + MAX_AHEAD_SECONDS:
        return False
    return row.entered > erased or not row.entered


def _raw(where: ColumnElement[bool], limit: int | None = None) -> Select[Any]:
    return select(event).where(where).order_by(event.c.number).limit(limit)
