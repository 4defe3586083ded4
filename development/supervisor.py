"""Starts long-running processes, watches them, and stops every one of them, with all that they started."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from development import progress

_POLL_SECONDS = 0.1
_GRACE_SECONDS = 5.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildDied(Exception):
    """A process ended that should have gone on; the message holds the end of its log."""


class NotReady(Exception):
    """A process did not become ready in time; the message holds the end of its log."""


class StopRequested(Exception):
    """Ctrl-C or SIGTERM arrived while something was being started."""


@dataclass(frozen=True)
class Child:
    """One process, the leader of a process group of its own."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path


class Supervisor:
    """The processes of one session. Leaving the `with` block stops them, the last one first."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        self._previous = {number: signal.signal(number, self._request_stop) for number in _STOP_SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        try:
            while self._children:
                _stop_group(self._children.pop().process)
        finally:
            for number, handler in self._previous.items():
                signal.signal(number, handler)

    def _request_stop(self, *_: object) -> None:
        self._stop.set()

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str]) -> Child:
        """Start a process; its output goes to a log of that name."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name.lower().replace(' ', '-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in the terminal must reach this process only, and killing a launcher must reach
                # what it launched: wrangler alone would leave workerd listening.
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def wait_until(self, child: Child, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for `ready`.

        Raises ChildDied, NotReady, or StopRequested on Ctrl-C.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if self._stop.wait(_POLL_SECONDS):
                raise StopRequested
            if time.monotonic() > deadline:
                raise NotReady(f"{child.name} was not ready in {seconds:.0f} s.\n{progress.tail(child.log)}")

    def check(self) -> None:
        """Raise ChildDied when one of the processes has ended."""
        for child in self._children:
            code = child.process.poll()
            if code is not None:
                raise ChildDied(f"{child.name} ended unexpectedly ({code}).\n{progress.tail(child.log)}")

    def wait_for_stop(self) -> None:
        """Return on Ctrl-C or SIGTERM. Raises ChildDied when a process ends first."""
        while not self._stop.wait(_POLL_SECONDS):
            self.check()


def _stop_group(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group, politely first; the leader may be gone while others live on."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _signal_group(process.pid, number):
            break
        deadline = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < deadline and _group_lives(process):
            time.sleep(_POLL_SECONDS / 2)
    process.wait()


def _group_lives(process: "subprocess.Popen[bytes]") -> bool:
    process.poll()  # reaps the leader, which counts as a member until then
    return _signal_group(process.pid, 0)


def _signal_group(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def announced(text: str) -> Iterator[None]:
    """Say what is being waited for, and afterwards how long that took."""
    started = time.monotonic()
    print(f"{text} ...", end=" ", flush=True)
    yield
    print(f"{time.monotonic() - started:.1f} s", flush=True)
