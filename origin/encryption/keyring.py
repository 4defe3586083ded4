"""The keyring: each shopper's cipher. Who destroys a data key ends every copy of what it sealed."""

from __future__ import annotations

import contextlib
import hmac
import os
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from origin.encryption.cipher import Cipher
from origin.encryption.errors import KeyLost, KeyUnusable, SealBroken
from origin.encryption.tables import data_key, destroyed_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Table

    from origin.encryption.cipher import Why
    from origin.encryption.masters import MasterKeys
    from origin.storage.database import Database

T = TypeVar("T")

KEY_SIZE = 32

CACHED = 10_000
CACHED_SECONDS = 60.0
"""How long a process may go on reading with a key that another one has destroyed."""

BATCH = 500
"""Keys that are looked for, or rotated, at once."""

_keys = select(data_key, destroyed_key.c.shopper.is_not(None).label("renewed")).select_from(
    data_key.outerjoin(destroyed_key, destroyed_key.c.shopper == data_key.c.shopper)
)
_found = _keys.where(data_key.c.shopper.in_(bindparam("shoppers", expanding=True)))
_one = _keys.where(data_key.c.shopper == bindparam("one"))


class Rotation(msgspec.Struct, frozen=True):
    """How many data keys were wrapped anew, and how many no master key opens."""

    wrapped: int = 0
    unusable: int = 0


class Keyring:
    """Ciphers by shopper, over the key store in `database`.

    Ciphers for writing come from the store each time; those for reading are kept for `CACHED_SECONDS`.
    Who writes asks for them once the person's row is locked: an erasure destroys the key under that lock, so
    that what is committed is never sealed under a key that is gone. `unread` is told of each row that no key
    opens, and why. All methods raise `NoMasterKey`, `KeyUnusable` and `DatabaseUnavailable`.
    """

    def __init__(
        self,
        database: Database,
        masters: MasterKeys,
        now: Callable[[], float] = time.monotonic,
        *,
        unread: Callable[[Why], None] = lambda _why: None,
    ) -> None:
        self._database = database
        self._masters = masters
        self._now = now
        self._unread = unread
        self._kept: OrderedDict[str, tuple[float, Cipher]] = OrderedDict()

    async def cipher(self, shopper: str, *, sealed: bool = False) -> Cipher:
        """Return the cipher to write with; a shopper without data key gets one.

        `sealed` says that something lies there already. Raises `KeyLost` where its key is neither there nor
        destroyed: what would be written over may yet be read.
        """
        found = await self.existing(shopper, sealed=sealed)
        return found or (await self.ciphers([shopper]))[shopper]

    async def ciphers(self, shoppers: Iterable[str]) -> dict[str, Cipher]:
        """Return the ciphers to write with, of many shoppers at once."""
        wanted = sorted(set(shoppers))
        found = await self._read(wanted)
        missing = [shopper for shopper in wanted if shopper not in found]
        if missing:
            await self._make(missing)
            # Another process may have been faster: what the store holds now is everybody's.
            found |= await self._read(missing)
        return found

    async def open_cipher(self, shopper: str) -> Cipher | None:
        """Return the cipher to read with, or None: destroyed, or never there."""
        kept = self._kept.get(shopper)
        if kept is not None and kept[0] > self._now():
            return kept[1]
        async with self._database.reading() as connection:
            row = (await connection.execute(_one, {"one": shopper})).first()
        if row is None:
            self._kept.pop(shopper, None)
            return None
        return self._opened(row)

    async def reading(self, shopper: str, read: Callable[[Cipher], T]) -> T | None:
        """Return what `read` makes of what is sealed, or None: the key that sealed it was destroyed.

        Raises `KeyLost` and `SealBroken`.
        """
        cipher = await self.open_cipher(shopper)
        if cipher is not None:
            # Another process may have destroyed the key that is remembered here, and begun anew.
            with contextlib.suppress(SealBroken):
                return read(cipher)
        cipher = await self.existing(shopper, sealed=True)
        return None if cipher is None else cipher.opened(read)

    async def existing(self, shopper: str, *, sealed: bool) -> Cipher | None:
        """Return the cipher as the store has it, or None: there is none, and none is to be made.

        Raises `KeyLost` as `cipher` does.
        """
        found = (await self.open_ciphers([shopper])).get(shopper)
        if found is None and sealed and not await self._destroyed(shopper):
            self._unread("missing")
            raise KeyLost("the key store lacks the key of something that is kept")
        return found

    async def open_ciphers(self, shoppers: Iterable[str]) -> dict[str, Cipher]:
        """Return the ciphers to read with, of those shoppers who have one."""
        return await self._read(sorted(set(shoppers)))

    async def held(self, shoppers: Iterable[str]) -> list[str]:
        """Return which of `shoppers` have a data key, whether or not it can be unwrapped."""
        wanted, names = sorted(set(shoppers)), []
        query = select(data_key.c.shopper).where(
            data_key.c.shopper.in_(bindparam("shoppers", expanding=True))
        )
        async with self._database.reading() as connection:
            for start in range(0, len(wanted), BATCH):
                found = await connection.execute(query, {"shoppers": wanted[start : start + BATCH]})
                names += [str(name) for name in found.scalars()]
        return names

    async def destroy(self, shopper: str) -> bool:
        """Destroy a data key for good; returns whether there was one."""
        insert = self._insert(destroyed_key)
        async with self._database.writing() as connection:
            done = await connection.execute(delete(data_key).where(data_key.c.shopper == shopper))
            await connection.execute(insert.on_conflict_do_nothing(), [{"shopper": shopper}])
        await self._database.scrub()
        self._kept.pop(shopper, None)
        return bool(done.rowcount)

    def digests(self, purpose: str, text: str) -> list[bytes]:
        """Return keyed digests of `text`, by the current master key first: no list of names finds them."""
        return [hmac.digest(key, text.encode(), "sha256") for key in self._masters.derived(purpose)]

    async def rotate(self, batch: int = BATCH) -> Rotation:
        """Wrap every data key by the current master key, in the order of shoppers.

        It commits batch by batch, while others read and write; broken off, it is run again. A key that no
        master key opens is left as it is and holds up no other.
        """
        after, done = "", Rotation()
        while found := await self._rewrap(after, batch):
            after, step = found
            done = Rotation(done.wrapped + step.wrapped, done.unusable + step.unusable)
        return done

    async def outdated(self) -> dict[str, int]:
        """Return the master keys that still wrap data keys, besides the current one, and how many."""
        query = select(data_key.c.master, func.count()).group_by(data_key.c.master)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {master: count for master, count in rows if master != self._masters.current}

    async def _rewrap(self, after: str, batch: int) -> tuple[str, Rotation] | None:
        """Rotate the next keys, of shoppers after one; returns the last of them, None at the end."""
        current = self._masters.current
        outdated = (data_key.c.master != current) & (data_key.c.shopper > after)
        query = select(data_key).where(outdated).order_by(data_key.c.shopper).limit(batch)
        async with self._database.writing() as connection:
            # A row that is being destroyed is not waited for, and not brought back.
            rows = (await connection.execute(query.with_for_update(skip_locked=True))).all()
            changes = [one for row in rows if (one := self._rewrapped(row)) is not None]
            if changes:
                change = update(data_key).where(data_key.c.shopper == bindparam("one"))
                await connection.execute(
                    change.values(master=current, wrapped=bindparam("rewrapped")), changes
                )
        return (rows[-1].shopper, Rotation(len(changes), len(rows) - len(changes))) if rows else None

    def _rewrapped(self, row: Any) -> dict[str, object] | None:
        try:
            key = self._masters.unwrap(row.wrapped, row.master, row.shopper)
        except KeyUnusable:
            return None
        return {"one": row.shopper, "rewrapped": self._masters.wrap(key, row.shopper)}

    async def _read(self, shoppers: list[str]) -> dict[str, Cipher]:
        found: dict[str, Cipher] = {}
        async with self._database.reading() as connection:
            for start in range(0, len(shoppers), BATCH):
                rows = await connection.execute(_found, {"shoppers": shoppers[start : start + BATCH]})
                for row in rows:
                    found[row.shopper] = self._opened(row)
        return found

    async def _make(self, shoppers: list[str]) -> None:
        current = self._masters.current
        rows = [
            {"shopper": one, "master": current, "wrapped": self._masters.wrap(os.urandom(KEY_SIZE), one)}
            for one in shoppers
        ]
        insert = self._insert(data_key)
        async with self._database.writing() as connection:
            await connection.execute(insert.on_conflict_do_nothing(), rows)

    async def _destroyed(self, shopper: str) -> bool:
        query = select(destroyed_key).where(destroyed_key.c.shopper == shopper)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    def _insert(self, table: Table) -> Any:
        return (sqlite if self._database.kind == "sqlite" else postgresql).insert(table)

    def _opened(self, row: Any) -> Cipher:
        key = self._masters.unwrap(row.wrapped, row.master, row.shopper)
        cipher = Cipher(key, self._unread, renewed=bool(row.renewed))
        self._kept[row.shopper] = (self._now() + CACHED_SECONDS, cipher)
        self._kept.move_to_end(row.shopper)
        if len(self._kept) > CACHED:
            self._kept.popitem(last=False)
        return cipher
