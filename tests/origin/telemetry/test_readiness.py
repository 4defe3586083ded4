from __future__ import annotations

import asyncio

from origin.telemetry.logs import MemoryLog
from origin.telemetry.readiness import Readiness


async def fine() -> None:
    """Answer."""


async def broken() -> None:
    raise ConnectionError("postgresql://user:secret@db")


async def hanging() -> None:
    await asyncio.Event().wait()


def test_each_part_is_asked_by_itself() -> None:
    log = MemoryLog()
    checks = Readiness({"store": fine, "keys": broken, "ledger": hanging}, log, patience=0.05)
    assert asyncio.run(checks.check()) == {"store": True, "keys": False, "ledger": False}
    assert [line["part"] for line in log.lines] == ["keys", "ledger"]
    assert "secret" not in str(log.lines)
