"""Processor time of a server process: what a request costs where other programs keep the machine busy.

Read from /proc, so on Linux only; elsewhere there is none.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

_PROC = Path("/proc")
_LISTENING = "0A"


class ProcessorTime:
    """The process that listens where `url` says."""

    def __init__(self, url: str) -> None:
        self._tasks = _process_of(urlsplit(url).port or 0)

    def milliseconds(self) -> float | None:
        """What all its threads have used so far (nanosecond clock of the scheduler)."""
        if self._tasks is None:
            return None
        return sum(int(path.read_text().split()[0]) for path in self._tasks.glob("*/schedstat")) / 1e6


def _process_of(port: int) -> Path | None:
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    if not sockets:
        return None
    for folder in _PROC.glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in sockets for link in (folder / "fd").iterdir()):
                return folder / "task"
        except OSError:  # another's process, or one that has ended
            continue
    return None


def _listening(port: int) -> list[str]:
    """Inodes of the sockets that listen on `port` (proc(5), /proc/net/tcp)."""
    try:
        rows = [line.split() for line in (_PROC / "net" / "tcp").read_text().splitlines()[1:]]
    except OSError:
        return []
    return [row[9] for row in rows if row[3] == _LISTENING and int(row[1].rpartition(":")[2], 16) == port]
