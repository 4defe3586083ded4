"""Runs a command that may take long: says what it does, that it still does it, and how it ended."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_TICK_SECONDS = 0.2
_LOGGED_EVERY_SECONDS = 5.0
_TAIL_LINES = 25


class StepFailedError(Exception):
    """A step's command ended with an error; the message holds the end of its output."""


def run_step(title: str, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
    """Run `command`, its output in `log`."""
    started = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"{title} ...", end=" " if sys.stdout.isatty() else "\n", flush=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            _wait(title, process, started)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        raise StepFailedError(f"{title} failed ({process.returncode}).\n{tail(log)}")
    print(f"{_line_start()}{title}: done in {time.monotonic() - started:.1f} s", flush=True)


def tail(log: Path) -> str:
    """The end of a log, indented, with where the rest is."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
    return "\n".join([*(f"    {line}" for line in lines), f"  The whole log: {log}"])


def _wait(title: str, process: subprocess.Popen[bytes], started: float) -> None:
    next_line = _LOGGED_EVERY_SECONDS
    while True:
        try:
            process.wait(_TICK_SECONDS)
        except subprocess.TimeoutExpired:
            elapsed = time.monotonic() - started
            if sys.stdout.isatty():
                print(f"{_line_start()}{title} ... {elapsed:.0f} s", end="", flush=True)
            elif elapsed >= next_line:
                print(f"  {elapsed:.0f} s", flush=True)
                next_line += _LOGGED_EVERY_SECONDS
        else:
            return


def _line_start() -> str:
    return "\r\033[K" if sys.stdout.isatty() else ""
