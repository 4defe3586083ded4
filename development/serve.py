"""`scripts/dev`: the Worker under `wrangler dev` and the origin, until Ctrl-C."""

import argparse
import json
import os
import shutil
import signal
import sys

import httpx

from development import host_build, host_config, jobs, paths, session, supervisor, worker_files, wrangler
from development.catalogues import NAMES, Choice, NoData
from development.session import Session

_HOST = session.FOLDER / "host"
_DEFAULT_PORT = 8787
_READY_SECONDS = 90.0


def write_host(choice: Choice, current: Session) -> None:
    """Lay out the folder that `wrangler dev` runs: the host, the Worker's files, bindings and secrets."""
    without_testing = shutil.ignore_patterns(host_build.TESTING)
    shutil.copytree(paths.HOST, _HOST, ignore=without_testing, dirs_exist_ok=True)
    worker_files.pack(paths.WORKER, paths.PYTHON_MODULES, _HOST)
    production = host_config.read_production(paths.WRANGLER_TOML)
    config = host_config.wrangler_dev(production, jobs.worker_variables(choice), jobs.assets(choice))
    # A change of the Worker's source is packed again, and wrangler then reloads it.
    repack = f'"{sys.executable}" -m development.worker_files "{_HOST}"'
    # wrangler joins the folder to watch to that of its configuration, even an absolute one.
    watched = os.path.relpath(paths.WORKER, _HOST)
    config["build"] = {"command": repack, "cwd": str(paths.ROOT), "watch_dir": watched}
    (_HOST / "wrangler.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    secrets = {"HOST_KV_TOKEN": current.kv_token, **jobs.worker_secrets()}
    # In single quotes nothing is an escape: the values are JSON or base64.
    lines = "".join(f"{name}='{value}'\n" for name, value in secrets.items())
    session.write_private(_HOST / ".dev.vars", lines)


def _wrangler_command(choice: Choice, current: Session) -> list[str]:
    return wrangler.command(
        "dev", "--config", _HOST / "wrangler.json", "--persist-to", jobs.folder(choice) / "state",
        "--show-interactive-dev-session=false",
        "--ip", "127.0.0.1", "--port", str(httpx.URL(current.worker_url).port),
        "--inspector-port", str(session.free_port()),
    )  # fmt: skip


class Unhealthy(Exception):
    """Something was started, but answers that it cannot work; the message is its answer."""


FAILURES = (supervisor.ChildDied, supervisor.NotReady, Unhealthy, jobs.JobFailed, NoData)


def _answers(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/healthz", timeout=10.0)
    except httpx.TransportError:
        return False
    if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
        # Waiting would not help: its source or its settings are wrong.
        raise Unhealthy(f"{url}/healthz answers:\n{answer.text}")
    return answer.is_success


def serve(choice: Choice, current: Session) -> None:
    """Run everything until Ctrl-C. Raises one of FAILURES, with the reason."""
    jobs.prepare(choice)
    write_host(choice, current)
    with supervisor.Supervisor(paths.LOGS) as processes:
        with supervisor.announced("Starting the origin"):
            environment = jobs.origin_environment(choice, current)
            origin = processes.start("The origin", jobs.origin_command(current), environment)
            processes.wait_until(origin, lambda: _answers(current.origin_url), _READY_SECONDS)
        with supervisor.announced("Starting the Worker"):
            worker = processes.start("The Worker", _wrangler_command(choice, current), wrangler.environment())
            processes.wait_until(worker, lambda: _answers(current.worker_url), _READY_SECONDS)
        current.write()
        jobs.publish(choice, current)
        print(f"\nSelvedge is at {current.worker_url}/ (Ctrl-C stops it; logs: {paths.LOGS})", flush=True)
        processes.wait_for_stop()
        print("\nStopping ...", flush=True)


def main() -> int:
    """Parse the options and serve."""
    parser = argparse.ArgumentParser(prog="scripts/dev", description=__doc__)
    parser.add_argument("--port", type=int, help=f"of the Worker (default: {_DEFAULT_PORT} if free)")
    parser.add_argument("--origin-port", type=int, default=0, help="of the origin (default: any free one)")
    parser.add_argument(
        "--catalogue",
        choices=NAMES,
        default="demo",
        help="the generated shop, or a real data set (default: demo)",
    )
    parser.add_argument("--products", type=int, default=1000, help="of the generated shop (default: 1000)")
    options = parser.parse_args()
    # Until the supervisor takes over, SIGTERM ends a job as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = options.port if options.port is not None else session.free_port(_DEFAULT_PORT)
    current = session.new(port, options.origin_port)
    try:
        serve(Choice(options.catalogue, options.products), current)
    except FAILURES as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (supervisor.StopRequested, KeyboardInterrupt):
        print("\nStopped.")
    finally:
        session.forget()
    return 0


if __name__ == "__main__":
    sys.exit(main())
