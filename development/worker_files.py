"""Which files a production bundle takes, and how they are packed for the JavaScript host.

The host must run the same bytes that `wrangler deploy` would upload: tests/runtime compares the two.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from development import paths

# wrangler's default rules for a Python Worker; anything else below worker/ is silently left out.
BUNDLED_SUFFIXES = frozenset({".py", ".txt", ".html", ".sql", ".bin", ".wasm"})
VENDORED = "python_modules"


def worker_files(worker: Path, python_modules: Path) -> Iterator[tuple[str, Path]]:
    """Each bundled file with its path in the bundle, in a stable order."""
    for path in sorted(worker.rglob("*")):
        if path.is_file() and path.suffix in BUNDLED_SUFFIXES:
            yield path.relative_to(worker).as_posix(), path
    for path in sorted(python_modules.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            yield f"{VENDORED}/{path.relative_to(python_modules).as_posix()}", path


def pack(worker: Path, python_modules: Path, target: Path) -> None:
    """Write the files as two modules that `worker_files.mjs` of the host reads: an index and the bytes."""
    target.mkdir(parents=True, exist_ok=True)
    index: list[tuple[str, int]] = []
    contents: list[bytes] = []
    for name, path in worker_files(worker, python_modules):
        contents.append(path.read_bytes())
        index.append((name, len(contents[-1])))
    _write_if_changed(target / "worker_files.bin", b"".join(contents))
    index_module = f"export default {json.dumps(index)};\n"
    _write_if_changed(target / "worker_index.mjs", index_module.encode())


def _write_if_changed(path: Path, content: bytes) -> None:
    # wrangler dev reloads on every write, even of the same bytes.
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


if __name__ == "__main__":
    pack(paths.WORKER, paths.PYTHON_MODULES, Path(sys.argv[1]))
