"""`scripts/dev`: the Worker under `wrangler dev` and the origin, until Ctrl-C."""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import httpx

from development import host_build, host_config, jobs, paths, session, supervisor, worker_files, wrangler
from development.session import Session

_HOST = session.FOLDER / "host"
_STATE = session.FOLDER / "state"
_DEFAULT_PORT = 8787
_READY_SECONDS = 90.0


def write_host(current: Session, assets: Path | None) -> None:
    """Lay out the folder that `wrangler dev` runs: the host, the Worker's files, bindings and secrets."""
    without_testing = shutil.ignore_patterns(host_build.TESTING)
    shutil.copytree(paths.HOST, _HOST, ignore=without_testing, dirs_exist_ok=True)
    worker_files.pack(paths.WORKER, paths.PYTHON_MODULES, _HOST)
    production = host_config.read_production(paths.WRANGLER_TOML)
    config = host_config.wrangler_dev(production, jobs.worker_variables(current), assets)
    # A change of the Worker's source is packed again, and wrangler then reloads it.
    repack = f'"{sys.executable}" -m development.worker_files "{_HOST}"'
    # wrangler joins the folder to watch to that of its configuration, even an absolute one.
    watched = os.path.relpath(paths.WORKER, _HOST)
    config["build"] = {"command": repack, "cwd": str(paths.ROOT), "watch_dir": watched}
    (_HOST / "wrangler.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    secrets = {"HOST_KV_TOKEN": current.kv_token, **jobs.worker_secrets(current)}
    lines = "".join(f"{name}={json.dumps(value)}\n" for name, value in secrets.items())
    session.write_private(_HOST / ".dev.vars", lines)


def _wrangler_command(current: Session) -> list[str]:
    return wrangler.command(
        "dev", "--config", _HOST / "wrangler.json", "--persist-to", _STATE,
        "--show-interactive-dev-session=false",
        "--ip", "127.0.0.1", "--port", str(httpx.URL(current.worker_url).port),
        "--inspector-port", str(session.free_port()),
    )  # fmt: skip


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5.0).is_success
    except httpx.TransportError:
        return False


def serve(current: Session, assets: Path | None) -> None:
    """Run everything until Ctrl-C. Raises ChildDied or NotReady with the reason."""
    jobs.prepare()
    write_host(current, assets)
    with supervisor.Supervisor(paths.LOGS) as processes:
        if command := jobs.origin_command(current):
            with supervisor.announced("Starting the origin"):
                origin = processes.start("The origin", command, os.environ)
                processes.wait_until(origin, lambda: _answers(current.origin_url), _READY_SECONDS)
        with supervisor.announced("Starting the Worker"):
            worker = processes.start("The Worker", _wrangler_command(current), wrangler.environment())
            processes.wait_until(worker, lambda: _answers(current.worker_url), _READY_SECONDS)
        current.write()
        jobs.publish(current)
        print(f"\nSelvedge is at {current.worker_url}/ (Ctrl-C stops it; logs: {paths.LOGS})", flush=True)
        processes.wait_for_stop()
        print("\nStopping ...", flush=True)


def main() -> int:
    """Parse the options and serve."""
    parser = argparse.ArgumentParser(prog="scripts/dev", description=__doc__)
    parser.add_argument("--port", type=int, help=f"of the Worker (default: {_DEFAULT_PORT} if free)")
    parser.add_argument("--origin-port", type=int, default=0, help="of the origin (default: any free one)")
    parser.add_argument("--assets", type=Path, help="folder of static files served beside the Worker")
    options = parser.parse_args()
    port = options.port if options.port is not None else session.free_port(_DEFAULT_PORT)
    current = session.new(port, options.origin_port)
    try:
        serve(current, options.assets and options.assets.resolve())
    except (supervisor.ChildDied, supervisor.NotReady) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except supervisor.StopRequested:
        print("\nStopped.")
    finally:
        session.forget()
    return 0


if __name__ == "__main__":
    sys.exit(main())
