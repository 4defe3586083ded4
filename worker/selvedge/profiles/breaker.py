"""The circuit breaker: who fails again and again is left alone for a while.

A state machine without a clock of its own. Closed, it lets all through and counts outcomes in a sliding
window; open, nobody; after a pause half-open: one probe at a time, whose outcome decides. An outcome counts
only for the state that the request was let through in: stragglers from before change nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

import msgspec

State = Literal["closed", "open", "half-open"]


class BreakerRules(msgspec.Struct, frozen=True, kw_only=True):
    """When to open: `failures` within `window` seconds, and at least that `share` of the outcomes there.

    `pause` is how long it stays open, `patience` how long a probe is waited for before another may go:
    whoever sent it may have gone away. All in seconds.
    """

    failures: int = 5
    share: float = 0.5
    window: float = 10.0
    pause: float = 5.0
    patience: float = 2.0


class Breaker:
    """One per isolate."""

    def __init__(self, rules: BreakerRules | None = None) -> None:
        self._rules = rules or BreakerRules()
        self._outcomes: deque[tuple[float, bool]] = deque()
        self._failed = 0
        self._opened: float | None = None
        self._probed: float | None = None
        self._permit = 0

    def state(self, now: float) -> State:
        """Return the state at `now`."""
        if self._opened is None:
            return "closed"
        return "open" if now - self._opened < self._rules.pause else "half-open"

    def ask(self, now: float) -> int | None:
        """Return a permit to try, to be reported on, or None: leave it."""
        state = self.state(now)
        if state == "open" or (state == "half-open" and self._is_probing(now)):
            return None
        if state == "half-open":
            self._permit += 1
            self._probed = now
        return self._permit

    def report(self, permit: int, now: float, *, succeeded: bool) -> None:
        """Say what came of a try."""
        if permit != self._permit:
            return
        if self._opened is not None:
            self._conclude(now, succeeded=succeeded)
            return
        self._count(now, succeeded=succeeded)
        enough = max(self._rules.failures, self._rules.share * len(self._outcomes))
        if not succeeded and self._failed >= enough:
            self._open(now)

    def _count(self, now: float, *, succeeded: bool) -> None:
        self._outcomes.append((now, succeeded))
        self._failed += not succeeded
        while now - self._outcomes[0][0] > self._rules.window:
            _, old = self._outcomes.popleft()
            self._failed -= not old

    def _is_probing(self, now: float) -> bool:
        return self._probed is not None and now - self._probed < self._rules.patience

    def _conclude(self, now: float, *, succeeded: bool) -> None:
        """End the half-open state by the outcome of its probe."""
        if not succeeded:
            self._open(now)
            return
        self._opened = self._probed = None
        self._permit += 1

    def _open(self, now: float) -> None:
        self._opened, self._probed = now, None
        self._permit += 1
        self._outcomes.clear()
        self._failed = 0
