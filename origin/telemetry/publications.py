"""How long ago each channel was published to, as the ledger says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from origin.publishing.ledger import Ledger


def publish_ages(ledger: Ledger) -> Iterator[tuple[str, float]]:
    """Yield each channel with the seconds since its last publication was done."""
    now = ledger.clock.now()
    for channel in ledger.channels():
        done = [one.finished for one in ledger.log(channel) if one.state == "done" and one.finished]
        if done:
            yield channel, max(0.0, now - max(done))
