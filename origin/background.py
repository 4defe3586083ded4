"""Work that goes on beside the answers, for as long as the application runs."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine


@contextlib.asynccontextmanager
async def beside(work: Callable[[], Coroutine[object, object, None]]) -> AsyncIterator[None]:
    """Run `work`, which never ends by itself, while this is entered; then break it off."""
    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
