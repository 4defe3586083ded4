"""Measuring: many exchanges of several scenarios in turn, so that whatever else the machine does hits all alike."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.client import Connection, count_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.client import Answer

BURST = 10
"""Exchanges of one scenario before it is the next one's turn."""

CONNECTIONS = 4


class WrongAnswer(Exception):  # noqa: N818 - named for what happened
    """A scenario was answered with another status than it is about; the message says which."""


@dataclass
class Scenario:
    """Requests to one Worker, all of the same kind, and how long each took."""

    name: str
    url: str
    requests: Sequence[bytes]
    status: int = 200
    milliseconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Half of the exchanges took at most this, in milliseconds."""
        return median(self.milliseconds)

    @property
    def p90(self) -> float:
        """Nine of ten took at most this."""
        return percentile(self.milliseconds, 90)

    @property
    def per_second(self) -> float:
        """Answers a second over several connections."""
        return median(self.rates)

    def check(self, answer: Answer) -> None:
        """Raise WrongAnswer unless `answer` is what the scenario is about."""
        if answer.status != self.status:
            shown = answer.body[:300].decode(errors="replace")
            raise WrongAnswer(f"{self.name}: {answer.status} instead of {self.status}: {shown}")


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def measure_latency(scenarios: Sequence[Scenario], rounds: int, tell: Callable[[int], None]) -> None:
    """Time `rounds` bursts of each scenario in turn, each over one connection of its own."""
    connections = {scenario.name: Connection(scenario.url) for scenario in scenarios}
    following = {scenario.name: cycle(scenario.requests) for scenario in scenarios}
    for number in range(rounds + 1):
        for scenario in scenarios:
            requests = islice(following[scenario.name], BURST)
            times = list(_timed(scenario, connections[scenario.name], requests))
            if number:  # the first round warms up
                scenario.milliseconds += times
        tell(number)
    for connection in connections.values():
        with connection:
            pass


def measure_throughput(scenarios: Sequence[Scenario], rounds: int, seconds: float) -> None:
    """Count answers of each scenario in turn over `CONNECTIONS` connections, `seconds` each time."""
    for _ in range(rounds):
        for scenario in scenarios:
            rate = count_answers(
                scenario.url, scenario.requests, connections=CONNECTIONS, seconds=seconds
            )
            scenario.rates.append(rate)


def _timed(scenario: Scenario, connection: Connection, requests: Iterator[bytes]) -> Iterator[float]:
    for request in requests:
        started = time.perf_counter()
        answer = connection.exchange(request)
        yield (time.perf_counter() - started) * 1e3
        scenario.check(answer)
