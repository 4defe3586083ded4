from __future__ import annotations

from typing import TYPE_CHECKING

from origin.telemetry.logs import MemoryLog
from origin.telemetry.metrics import Metrics
from origin.telemetry.unread import QUIET_SECONDS, UnreadRows
from tests.origin.identity.tokens import Clock

if TYPE_CHECKING:
    from origin.encryption.cipher import Why


def test_what_cannot_be_read_is_counted_by_why_and_logged_once_a_minute() -> None:
    metrics, log, clock = Metrics(), MemoryLog(), Clock(1_000)
    tell = UnreadRows(metrics, log, clock)
    whys: tuple[Why, ...] = ("destroyed", "broken", "broken", "missing")
    for why in whys:
        tell(why)
    said = metrics.exposition().decode()
    assert 'selvedge_rows_unreadable_total{why="broken"} 2.0' in said
    assert 'selvedge_rows_unreadable_total{why="missing"} 1.0' in said
    assert "selvedge_rows_lost_total 1.0" in said
    assert [(one["event"], one["part"]) for one in log.lines] == [("unreadable", "broken")]
    clock.time += QUIET_SECONDS
    tell("missing")
    assert [one["part"] for one in log.lines] == ["broken", "missing"]
