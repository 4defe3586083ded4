"""What a local session does besides running the Worker: import, build and publish, and serve the origin.

All of it runs as `python -m origin ...`, the commands that a shop's own jobs would run.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from development import origin_process, paths, session, stamps
from development.catalogues import REPORT, Choice
from development.session import Session

_KEYS = session.FOLDER / "keys.json"
_MASTER_KEYS = session.FOLDER / "master-keys.json"
SERVICES = ("edge", "jobs")
_STORE_FRONT = paths.ROOT / "demo" / "shop"


class JobFailed(Exception):
    """A job of the origin ended with an error, which it has printed."""


def folder(choice: Choice) -> Path:
    """Where everything of a catalogue lies: feeds, catalogue file, snapshots, ledger, pictures."""
    return session.FOLDER / choice.folder


def assets(choice: Choice) -> Path:
    """The folder that is served beside the Worker: the demo storefront and the pictures."""
    return folder(choice) / "assets"


def prepare(choice: Choice) -> None:
    """Import the catalogue and build a snapshot, unless nothing has changed. Raises JobFailed, NoData."""
    choice.check()
    place = folder(choice)
    shutil.copytree(_STORE_FRONT, assets(choice), dirs_exist_ok=True)
    if not (place / "signing.key").exists():
        _run(choice, ["keys", "new"], quiet=True)
    commands = [*choice.commands(place), ["snapshot", "build", str(place / "catalogue.selvedge")]]
    code = stamps.fingerprint(
        [paths.ROOT / "origin", paths.WORKER / "selvedge", paths.ROOT / "requirements.txt"]
    )
    if not stamps.is_current(place / "code", code, []):
        _forget(place)
        stamps.mark(place / "code", code)
    made_from = stamps.fingerprint([json.dumps(commands), code, *choice.sources()])
    if stamps.is_current(place / "stamp", made_from, [place / "snapshots"]):
        return
    for arguments in commands:
        _run(choice, arguments)
    print(f"What the import found, row by row: {place / REPORT}", flush=True)
    stamps.mark(place / "stamp", made_from)


def _forget(place: Path) -> None:
    """Remove what other code has built and published: it need not be readable to this one."""
    for name in ("snapshots", "state"):
        shutil.rmtree(place / name, ignore_errors=True)
    for path in place.glob("ledger.sqlite*"):
        path.unlink()


def publish(choice: Choice, current: Session) -> None:
    """Publish the snapshot into the running Worker's KV, through the same code as remotely."""
    _run(choice, ["snapshot", "publish", "--same-feed", "--no-purge"], origin_environment(choice, current))


def origin_command(current: Session) -> list[str]:
    """The command that serves the origin."""
    return origin_process.command(int(current.origin_url.rpartition(":")[2]))


def origin_environment(choice: Choice, current: Session) -> dict[str, str]:
    """The environment that the origin serves in."""
    return _environment(choice) | {
        "SELVEDGE_KV_URL": current.kv_base_url,
        "SELVEDGE_KV_ACCOUNT": current.kv_account,
        "SELVEDGE_KV_NAMESPACE": current.kv_namespace,
        "SELVEDGE_KV_PROFILES": current.kv_profiles,
        "SELVEDGE_KV_TOKEN": current.kv_token,
        "SELVEDGE_SEALING_KEYS": sealing_keys(),
        "SELVEDGE_SERVICE_KEYS": trusted_keys(),
        "SELVEDGE_SERVICE_KEY": service_keys("jobs")["private"],
        **origin_process.databases(folder(choice), _kept_private(_MASTER_KEYS, origin_process.random_keys)),
    }


def _local() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(paths.ROOT)}


def _environment(choice: Choice) -> dict[str, str]:
    place = folder(choice)
    return {
        **_local(),
        "SELVEDGE_SHOP": choice.shop,
        "SELVEDGE_SNAPSHOTS": str(place / "snapshots"),
        "SELVEDGE_LEDGER": str(place / "ledger.sqlite"),
        "SELVEDGE_SIGNING_KEY_FILE": str(place / "signing.key"),
    }


def worker_variables(choice: Choice, current: Session) -> dict[str, str]:
    """The Worker's variables that differ from wrangler.toml's: which shop, whose signature, which origin."""
    shown = subprocess.run(
        _command(["keys", "show", "--json"]),
        env=_environment(choice),
        capture_output=True,
        check=True,
    )
    key = json.loads(shown.stdout)
    trusted = {key["key_id"]: key["public_key"]}
    return {
        "SELVEDGE_SHOP": choice.shop,
        "SELVEDGE_SNAPSHOT_KEYS": json.dumps(trusted),
        "SELVEDGE_ORIGIN_URL": current.origin_url,
    }


def worker_secrets() -> dict[str, str]:
    """The Worker's secrets, made up once and kept where only their owner can read them."""
    return {
        "SELVEDGE_SEALING_KEYS": sealing_keys(),
        "SELVEDGE_SERVICE_KEY": service_keys("edge")["private"],
    }


def sealing_keys() -> str:
    """The keys of cookies, cursors and records: the edge's, and the origin's where it writes records."""
    return _kept_private(_KEYS, origin_process.random_keys)


def service_keys(service: str) -> dict[str, str]:
    """The settings of a service's key, `private` and `trusted`; made up once and kept private."""
    path = session.FOLDER / f"service-{service}.json"
    made = _kept_private(path, lambda: json.dumps(origin_process.new_keys(service)))
    return dict(json.loads(made))


def _kept_private(path: Path, make: Callable[[], str]) -> str:
    """What `path` holds; what `make` returns, made up once and readable by its owner only."""
    if not path.exists():
        session.FOLDER.mkdir(parents=True, exist_ok=True)
        session.write_private(path, make())
    return path.read_text(encoding="utf-8")


def trusted_keys() -> str:
    """The origin's setting that trusts the edge and the jobs."""
    trusted = [json.loads(service_keys(service)["trusted"]) for service in SERVICES]
    return json.dumps({kid: key for keys in trusted for kid, key in keys.items()})


def _run(
    choice: Choice, arguments: Sequence[str], more: Mapping[str, str] | None = None, *, quiet: bool = False
) -> None:
    """Run `python -m origin`; it shows its own progress, unless `quiet`. Raises JobFailed."""
    done = subprocess.run(
        _command(arguments),
        env=_environment(choice) | dict(more or {}),
        check=False,
        capture_output=quiet,
        text=True,
    )
    if done.returncode and quiet:
        print(done.stderr, file=sys.stderr)
    if done.returncode:
        raise JobFailed(f"`python -m origin {' '.join(arguments)}` ended with {done.returncode}")


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "origin", *arguments]
