"""`scripts/check-bundle`: what `wrangler deploy` would upload, compared with what it should."""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from development import host_config, paths, worker_files, wrangler

BUDGETS = paths.ROOT / "scripts" / "budgets.toml"
_UPLOAD = re.compile(r"Total Upload: ([\d.]+) KiB / gzip: ([\d.]+) KiB")
# wrangler writes this beside the modules.
_NOT_A_MODULE = "README.md"
_NOT_CODE = {".pyc"}


@dataclass(frozen=True)
class Bundle:
    """A dry run's result: modules by their path, and what wrangler said."""

    modules: Mapping[str, bytes]
    output: str

    @property
    def sizes_kib(self) -> tuple[float, float]:
        """Uncompressed and gzipped. Raises LookupError when wrangler no longer prints them."""
        if not (match := _UPLOAD.search(self.output)):
            raise LookupError(f"wrangler printed no upload size:\n{self.output}")
        return float(match[1]), float(match[2])


def build() -> Bundle:
    """Bundle for production without a network. Raises CalledProcessError when wrangler refuses."""
    with tempfile.TemporaryDirectory(prefix="selvedge-bundle-") as folder:
        done = subprocess.run(
            wrangler.command("deploy", "--dry-run", "--outdir", folder),
            cwd=paths.ROOT,
            env=wrangler.environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        files = (path for path in Path(folder).rglob("*") if path.is_file())
        modules = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    modules.pop(_NOT_A_MODULE, None)
    return Bundle(modules, done.stdout)


def complaints(bundle: Bundle, budget: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is wrong with it, in words."""
    expected = dict(worker_files.worker_files(paths.WORKER, paths.PYTHON_MODULES))
    yield from (f"missing: {name}" for name in sorted(expected.keys() - bundle.modules.keys()))
    yield from (f"unexpected: {name}" for name in sorted(bundle.modules.keys() - expected.keys()))
    for name, path in expected.items():
        if bundle.modules.get(name, b"") != path.read_bytes():
            yield f"not the bytes of {path.relative_to(paths.ROOT)}: {name}"
    yield from _strangers(bundle, budget)
    yield from _left_out()
    yield from _missing_bindings(bundle.output)
    for kind, size in zip(("total_kib", "gzip_kib"), bundle.sizes_kib, strict=True):
        if size > budget[kind]:
            yield f"{kind} is {size:.0f}, over the budget of {budget[kind]}"


def _strangers(bundle: Bundle, budget: Mapping[str, Any]) -> Iterator[str]:
    parts = [Path(name).parts for name in bundle.modules]
    allowed: set[tuple[str, ...]] = {(name,) for name in budget["top_level"]}
    allowed |= {(worker_files.VENDORED, name) for name in budget["vendored"]}
    found = {part[:2] if part[0] == worker_files.VENDORED else part[:1] for part in parts}
    yield from (f"not in the budget's lists: {'/'.join(name)}" for name in sorted(found - allowed))
    for part in parts:
        if part[0] != worker_files.VENDORED and (part[-1].startswith("test_") or part[-1] == "conftest.py"):
            yield f"a test: {'/'.join(part)}"


def _left_out() -> Iterator[str]:
    for path in sorted(paths.WORKER.rglob("*")):
        known = worker_files.BUNDLED_SUFFIXES | _NOT_CODE
        if path.is_file() and path.suffix not in known:
            yield f"wrangler would silently leave out {path.relative_to(paths.ROOT)}"


def _missing_bindings(output: str) -> Iterator[str]:
    production = host_config.read_production(paths.WRANGLER_TOML)
    named = host_config.miniflare_worker(production, {})["env"]
    for name in named:
        if not name.startswith("HOST_") and f"env.{name} " not in output:
            yield f"the Worker would have no binding {name}"


def main() -> int:
    """Print the sizes and what is wrong; 1 when something is."""
    budget = tomllib.loads(BUDGETS.read_text(encoding="utf-8"))["bundle"]
    try:
        bundle = build()
    except subprocess.CalledProcessError as error:
        print(f"wrangler refused the bundle:\n{error.stdout}{error.stderr}", file=sys.stderr)
        return 1
    total, gzipped = bundle.sizes_kib
    print(
        f"{len(bundle.modules)} modules, {total:.0f} KiB of {budget['total_kib']}, "
        f"gzipped {gzipped:.0f} KiB of {budget['gzip_kib']}"
    )
    wrong = list(complaints(bundle, budget))
    for complaint in wrong:
        print(complaint, file=sys.stderr)
    print(
        "The production bundle is not as it should be."
        if wrong
        else "The production bundle is as it should be."
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
