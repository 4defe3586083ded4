"""Belongings: what else belongs to a person, in other rooms, and changes with the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.cipher import Cipher
    from selvedge.shopper.policy import Purpose


class Belongings(Protocol):
    """What else belongs to a person, and moves along when a visitor logs in: their events."""

    async def enter(self, connection: AsyncConnection) -> None:
        """Wait for whoever else is keeping or moving any, before rows are locked and `move` is called."""
        ...

    async def move(
        self, connection: AsyncConnection, visitor: str, account: str, ciphers: tuple[Cipher, Cipher]
    ) -> None:
        """Move all of `visitor`, sealed with the first cipher, to `account`, sealed with the second.

        Runs in the transaction that merges the profiles. What neither may be used for any more is withdrawn
        afterwards, of all that the account has then.
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
    ) -> None:
        """Move nothing."""

    async def withdraw(self, _connection: AsyncConnection, _name: str, _purposes: frozenset[Purpose]) -> None:
        """Delete nothing."""

    async def forget_derived(self, _connection: AsyncConnection, _name: str) -> None:
        """Derive nothing, as ever."""
