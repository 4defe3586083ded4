"""Readiness: whether everything that answers need is there, each asked by itself and within a limit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from origin.telemetry.logs import place_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from origin.telemetry.logs import Log

PATIENCE_SECONDS = 2.0


class Readiness:
    """The parts that must answer, by name; what one does must raise when it cannot."""

    def __init__(
        self,
        probes: Mapping[str, Callable[[], Awaitable[object]]],
        log: Log,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._probes = probes
        self._log = log
        self._patience = patience

    async def check(self) -> dict[str, bool]:
        """Return for each part whether it answers."""
        found = await asyncio.gather(*(self._ask(name) for name in self._probes))
        return dict(zip(self._probes, found, strict=True))

    async def _ask(self, name: str) -> bool:
        try:
            async with asyncio.timeout(self._patience):
                await self._probes[name]()
        except Exception as error:  # noqa: BLE001 - whatever it is, this part is not ready
            self._log.write("warning", "unready", part=name, fault=place_of(error))
            return False
        return True
