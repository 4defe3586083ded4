"""Starts workerd through launch.mjs, and makes sure that it ends with whoever started it."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from development import paths

_STOP_SECONDS = 10.0


class WorkerdFailed(Exception):
    """workerd did not start, or refused what it was asked to run; the message is its output."""


@dataclass(frozen=True)
class Order:
    """What to run: modules from `folders` (a later one's file wins), and where local storage is kept."""

    folders: Sequence[str]
    main: str
    config: Mapping[str, Any]
    persist: str
    port: int = 0


@dataclass(frozen=True)
class Addresses:
    """Where it answers: directly, and through Miniflare's entry (for scheduled events)."""

    url: str
    trigger_url: str


@contextmanager
def launched(order: Order, log: Path) -> Iterator[Addresses]:
    """A running workerd. Raises WorkerdFailed with the log when it does not start."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [paths.NODE, paths.ROOT / "development" / "launch.mjs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        yield Addresses(**_first_line(process, order, log))
    finally:
        _stop(process)


def _first_line(process: "subprocess.Popen[str]", order: Order, log: Path) -> dict[str, str]:
    if process.stdin is None or process.stdout is None:
        raise TypeError("the launcher's pipes are missing")
    process.stdin.write(json.dumps(asdict(order)) + "\n")
    process.stdin.flush()
    # The launcher gives up by itself when workerd does not become ready.
    if not (line := process.stdout.readline()):
        process.wait(_STOP_SECONDS)
        raise WorkerdFailed(log.read_text(encoding="utf-8", errors="replace"))
    addresses: dict[str, str] = json.loads(line)
    return addresses


def _stop(process: "subprocess.Popen[str]") -> None:
    # The launcher ends, and takes workerd with it, when its input does.
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
