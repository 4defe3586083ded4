"""`scripts/dev`: the Worker under `wrangler dev` and the origin, until Ctrl-C."""

import argparse
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import httpx

from development import host_build, host_config, jobs, paths, session, supervisor, worker_files, wrangler
from development.catalogues import DATA_VARIABLE, NAMES, OWN, Choice, NoData
from development.session import Session

_DEFAULT_PORT = 8787
_READY_SECONDS = 90.0


def write_host(host: Path, choice: Choice, current: Session) -> None:
    """Lay out the folder that `wrangler dev` runs: the host, the Worker's files, bindings and secrets."""
    without_testing = shutil.ignore_patterns(host_build.TESTING)
    shutil.copytree(paths.HOST, host, ignore=without_testing, dirs_exist_ok=True)
    worker_files.pack(paths.WORKER, paths.PYTHON_MODULES, host)
    production = host_config.read_production(paths.WRANGLER_TOML)
    config = host_config.wrangler_dev(production, jobs.worker_variables(choice, current), jobs.assets(choice))
    # A change of the Worker's source is packed again, and wrangler then reloads it.
    repack = f'"{sys.executable}" -m development.worker_files "{host}"'
    # wrangler joins the folder to watch to that of its configuration, even an absolute one.
    watched = os.path.relpath(paths.WORKER, host)
    config["build"] = {"command": repack, "cwd": str(paths.ROOT), "watch_dir": watched}
    (host / "wrangler.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    secrets = {"HOST_KV_TOKEN": current.kv_token, **jobs.worker_secrets()}
    # In single quotes nothing is an escape: the values are JSON or base64.
    lines = "".join(f"{name}='{value}'\n" for name, value in secrets.items())
    session.write_private(host / ".dev.vars", lines)


def _wrangler_command(host: Path, choice: Choice, current: Session) -> list[str]:
    return wrangler.command(
        "dev", "--config", host / "wrangler.json", "--persist-to", jobs.folder(choice) / "state",
        "--show-interactive-dev-session=false",
        "--ip", "127.0.0.1", "--port", str(httpx.URL(current.worker_url).port),
        "--inspector-port", str(session.free_port()),
    )  # fmt: skip


_DESCRIPTION = (
    "Runs Selvedge on this machine until Ctrl-C: sets up what is missing, imports a catalogue, builds and "
    "signs a snapshot of it, publishes that into a local store, and starts the origin and the Worker in "
    "Cloudflare's own runtime. It prints the address of a small shop to look at. Everything it makes lies "
    "in .selvedge/."
)


class Unhealthy(Exception):
    """Something was started, but answers that it cannot work; the message is its answer."""


FAILURES = (session.PortTaken, supervisor.ChildDied, supervisor.NotReady, Unhealthy, jobs.JobFailed, NoData)


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
    # Of its own: another session may be running.
    name = f"dev-{httpx.URL(current.worker_url).port}"
    host, logs = session.FOLDER / name, paths.LOGS / name
    write_host(host, choice, current)
    with supervisor.Supervisor(logs) as processes:
        with supervisor.announced("Starting the origin"):
            environment = jobs.origin_environment(choice, current)
            origin = processes.start("The origin", jobs.origin_command(current), environment)
            processes.wait_until(origin, lambda: _answers(current.origin_url), _READY_SECONDS)
        with supervisor.announced("Starting the Worker"):
            worker = processes.start(
                "The Worker", _wrangler_command(host, choice, current), wrangler.environment()
            )
            processes.wait_until(worker, lambda: _answers(current.worker_url), _READY_SECONDS)
        current.write()
        try:
            jobs.publish(choice, current)
            print(f"\nSelvedge is at {current.worker_url}/ (Ctrl-C stops it; logs: {logs})", flush=True)
            processes.wait_for_stop()
            print("\nStopping ...", flush=True)
        finally:
            session.forget()
    shutil.rmtree(host, ignore_errors=True)
    print("Stopped.")


def main() -> int:
    """Parse the options and serve."""
    parser = argparse.ArgumentParser(prog="scripts/dev", description=_DESCRIPTION)
    parser.add_argument(
        "--port", type=int, help=f"of the shop (default: {_DEFAULT_PORT}, or another where that is taken)"
    )
    parser.add_argument("--origin-port", type=int, default=0, help="of the origin (default: any free one)")
    parser.add_argument(
        "--catalogue",
        choices=NAMES,
        default="demo",
        help="the generated shop, or a real data set (default: demo); hm and zara are not included: "
        f"{DATA_VARIABLE} names the folder where they lie",
    )
    parser.add_argument(
        "--shop",
        type=Path,
        metavar="SHOP.TOML",
        help="show the shop of this file instead, with your own feeds; docs/importing.md explains it",
    )
    parser.add_argument("--products", type=int, default=1000, help="of the generated shop (default: 1000)")
    options = parser.parse_args()
    # Until the supervisor takes over, SIGTERM ends a job as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = options.port if options.port is not None else session.free_port(_DEFAULT_PORT)
    choice = Choice(options.catalogue, options.products)
    if options.shop:
        choice = Choice(OWN, shop_file=options.shop)
    try:
        choice.check()
        serve(choice, session.new(port, options.origin_port))
    except FAILURES as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (supervisor.StopRequested, KeyboardInterrupt):
        print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
