"""Metrics: what Prometheus reads. Each application has a registry of its own, so that two do not mix.

Label values come from closed sets: methods, templates of routes, statuses, outcomes. None names a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.metrics_core import Metric

CONTENT_TYPE = CONTENT_TYPE_LATEST

LATENCY_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.08, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""0.08 is the edge's deadline: what took longer came too late for a page."""

LAG_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400, 345_600)
BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Metrics:
    """All of an application's measurements; docs/operations.md lists them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Histogram(
            "selvedge_request_seconds",
            "Time to answer, by the route's template.",
            ["method", "route", "status"],
            buckets=LATENCY_SECONDS,
            registry=self.registry,
        )
        self.events = Counter(
            "selvedge_events",
            "Events that came, by what became of them: accepted, duplicate, dropped.",
            ["outcome"],
            registry=self.registry,
        )
        self.messages = Counter(
            "selvedge_messages",
            "Messages that came, by what became of them: taken, refused, turned away.",
            ["outcome"],
            registry=self.registry,
        )
        self.lag = Histogram(
            "selvedge_queue_lag_seconds",
            "From when the edge received events to when they were durable.",
            buckets=LAG_SECONDS,
            registry=self.registry,
        )
        self.commits = Histogram(
            "selvedge_ingest_commit_rows",
            "Events made durable by one transaction.",
            buckets=BATCH_SIZES,
            registry=self.registry,
        )
        self.waiting = Gauge(
            "selvedge_ingest_waiting", "Events that wait to be made durable.", registry=self.registry
        )
        self.lost = Counter(
            "selvedge_rows_lost",
            "Times that something was sealed under a destroyed key, and left out.",
            registry=self.registry,
        )
        self.unreadable = Counter(
            "selvedge_rows_unreadable",
            "Times that something could not be read though its key was not destroyed.",
            ["why"],
            registry=self.registry,
        )
        self.erasures = Gauge(
            "selvedge_erasures_unfinished", "Erasures with steps left to do.", registry=self.registry
        )

    def watch_publications(self, ages: Callable[[], Iterable[tuple[str, float]]]) -> None:
        """Tell the age of each channel's publication in seconds, read when somebody asks."""
        self.registry.register(_PublishAge(ages))

    def exposition(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self.registry)


class _PublishAge(Collector):
    """Reads the ledger at every scrape; a copy would be wrong when a job publishes."""

    def __init__(self, ages: Callable[[], Iterable[tuple[str, float]]]) -> None:
        self._ages = ages

    def collect(self) -> Iterable[Metric]:
        """Return the gauge."""
        gauge = GaugeMetricFamily(
            "selvedge_publish_age_seconds", "Since a channel's last publication.", labels=["channel"]
        )
        for channel, age in self._ages():
            gauge.add_metric([channel], age)
        return [gauge]
