"""Whatever is published, rolled back, pruned or broken off: every pointer names whole releases."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from origin.publishing.errors import PublishingError, RemoteUnavailable
from origin.publishing.pruning import Pruner
from tests.origin.publishing.conftest import Bench, build, with_delta

SHM = Path("/dev/shm")  # noqa: S108 - only a folder for a temporary folder
CHANNELS = st.sampled_from(["live", "preview"])


class Lifecycle(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        # In memory where that can be had: the ledger syncs every transaction.
        self.folder = tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None)
        self.bench = Bench(Path(self.folder.name))
        self.highest: dict[str, int] = {}

    @initialize()
    def start(self) -> None:
        self.bench.publisher().publish(build(0), "live")

    @rule(number=st.integers(0, 6), delta=st.integers(0, 2), channel=CHANNELS)
    def publish(self, number: int, delta: int, channel: str) -> None:
        built = with_delta(build(number), delta) if delta else build(number)
        self.bench.publisher().publish(built, channel, override="any order")
        assert self.bench.current(channel) == built.release.version

    @rule(number=st.integers(0, 6), channel=CHANNELS, operations=st.integers(0, 12))
    def publish_and_break(self, number: int, channel: str, operations: int) -> None:
        left = operations

        def before(_operation: str, _key: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise RemoteUnavailable("broken off")

        self.bench.kv.before = before
        try:
            self.bench.publisher().publish(build(number), channel, override="any order")
        except RemoteUnavailable:
            pass
        finally:
            self.bench.kv.before = lambda _operation, _key: None

    @rule(number=st.integers(0, 6), channel=CHANNELS)
    def roll_back(self, number: int, channel: str) -> None:
        version = build(number).release.version
        try:
            self.bench.publisher().rollback(channel, version)
        except PublishingError:
            return
        assert self.bench.current(channel) == version

    @rule(keep=st.integers(0, 3), grace=st.sampled_from([0, 100, 3_600]))
    def prune(self, keep: int, grace: int) -> None:
        Pruner(self.bench.kv, self.bench.ledger, self.bench.pointers(), "p").prune(keep=keep, grace=grace)

    @rule(seconds=st.sampled_from([1, 60, 4_000, 100_000]))
    def wait(self, seconds: int) -> None:
        self.bench.clock.sleep(seconds)

    @invariant()
    def pointers_name_whole_releases(self) -> None:
        for channel in ("live", "preview"):
            assert self.bench.is_whole(channel)

    @invariant()
    def sequences_only_grow(self) -> None:
        for channel in ("live", "preview"):
            sequence = self.bench.sequence(channel) or 0
            assert sequence >= self.highest.get(channel, 0)
            self.highest[channel] = sequence

    def teardown(self) -> None:
        self.folder.cleanup()


Lifecycle.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestLifecycle = Lifecycle.TestCase
