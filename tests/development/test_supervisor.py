import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from development.supervisor import ChildDied, NotReady, StopRequested, Supervisor

# Starts a process of its own that ignores SIGTERM, prints its id, and waits: as wrangler and workerd do.
FAMILY = """
import subprocess, sys, time
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
grandchild = subprocess.Popen([sys.executable, "-c", stubborn])
print(grandchild.pid, flush=True)
time.sleep(60)
"""


def python(source: str) -> list[str]:
    return [sys.executable, "-c", source]


def lives(process_id: int) -> bool:
    state = Path(f"/proc/{process_id}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_leaving_stops_what_a_child_started_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("development.supervisor._GRACE_SECONDS", 0.5)
    with Supervisor(tmp_path) as processes:
        child = processes.start("Family", python(FAMILY), os.environ)
        processes.wait_until(child, lambda: child.log.read_text().endswith("\n"), 10)
        grandchild = int(child.log.read_text())
        assert lives(grandchild)
    assert child.process.poll() is not None
    assert not lives(grandchild)


def test_a_child_that_dies_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as processes:
        processes.start("Short lived", python("print('the reason'); raise SystemExit(3)"), os.environ)
        with pytest.raises(ChildDied, match=r"(?s)Short lived .*\(3\).*the reason"):
            processes.wait_for_stop()


def test_a_child_that_is_never_ready_is_reported(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as processes:
        child = processes.start("Slow", python("import time; time.sleep(60)"), os.environ)
        with pytest.raises(NotReady, match="Slow"):
            processes.wait_until(child, lambda: False, 0.3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait(number: int, tmp_path: Path) -> None:
    with Supervisor(tmp_path) as processes:
        child = processes.start("Long lived", python("import time; time.sleep(60)"), os.environ)
        threading.Timer(0.2, os.kill, (os.getpid(), number)).start()
        processes.wait_for_stop()
        with pytest.raises(StopRequested):
            processes.wait_until(child, lambda: False, 5)


def test_the_previous_signal_handlers_come_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Supervisor(tmp_path):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
