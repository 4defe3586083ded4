"""Trying again what the database broke off in favour of another transaction."""

from __future__ import annotations

import asyncio
import random
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from origin.storage.errors import TransactionBroken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 3
PAUSE_SECONDS = 0.05
"""The longest pause before another try; of random length, so that two do not meet again."""


def retried(work: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[object, object, T]]:
    """Let `work`, whose every effect is in one transaction, be tried up to `TRIES` times.

    Raises `TransactionBroken` if the last one was broken off as well.
    """

    @wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return await work(*args, **kwargs)
            except TransactionBroken:
                await asyncio.sleep(random.uniform(0, PAUSE_SECONDS))  # noqa: S311 - no secret
        return await work(*args, **kwargs)

    return run
