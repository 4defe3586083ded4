"""Workers KV."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pyodide.ffi import JsException

from selvedge.errors import StorageUnavailable

if TYPE_CHECKING:
    from workers import Env

DEADLINE_SECONDS = 3.0
"""How long one read may take: past its worst days a read that hangs would hang the shopper."""

CACHE_SECONDS = 30
"""How long a location may answer from its cache: the least that KV allows."""


class WorkersKeyValue:
    """One namespace."""

    def __init__(self, namespace: Any) -> None:
        self._namespace = namespace

    async def get(self, key: str) -> bytes | None:
        """Return the value under `key`, or None. Raises `StorageUnavailable`."""
        reading = self._namespace.get(key, type="arrayBuffer", cacheTtl=CACHE_SECONDS)
        try:
            value = await asyncio.wait_for(reading, DEADLINE_SECONDS)
        except (JsException, TimeoutError) as error:
            raise StorageUnavailable(key) from error
        return None if value is None else bytes(value)

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep `value` for so many seconds. Raises `StorageUnavailable`."""
        try:
            await asyncio.wait_for(self._namespace.put(key, value, expirationTtl=seconds), DEADLINE_SECONDS)
        except (JsException, TimeoutError) as error:
            raise StorageUnavailable(key) from error


def catalogue(env: Env) -> WorkersKeyValue:
    """Return the namespace that holds the snapshots."""
    return WorkersKeyValue(env.CATALOGUE)


def profiles(env: Env) -> WorkersKeyValue:
    """Return the namespace that holds shoppers' records."""
    return WorkersKeyValue(env.PROFILES)
