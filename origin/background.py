"""Work that goes on beside the answers, for as long as the application runs."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

GRACE_SECONDS = 10.0
"""How long work may take to come to a rest at the end, before it is broken off."""


class Rest(Protocol):
    """Waits between two pieces of work."""

    async def __call__(self, seconds: float, wake: asyncio.Event | None = None) -> bool:
        """Wait so long, or until `wake` is set, which is taken back; returns whether to go on."""
        ...


@contextlib.asynccontextmanager
async def beside(work: Callable[[Rest], Coroutine[object, object, None]]) -> AsyncIterator[None]:
    """Run `work` while this is entered. In the end it stops at its next rest, never within a transaction."""
    over = asyncio.Event()

    async def rest(seconds: float, wake: asyncio.Event | None = None) -> bool:
        signals = [over] if wake is None else [over, wake]
        waiting = [asyncio.create_task(one.wait()) for one in signals]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        if wake is not None:
            wake.clear()
        return not over.is_set()

    task = asyncio.create_task(work(rest))
    try:
        yield
    finally:
        over.set()
        await asyncio.wait([task], timeout=GRACE_SECONDS)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
