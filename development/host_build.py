"""Generates the JavaScript host, from the pinned npm package `pyodide` and development/host/."""

import json
import shutil
import subprocess
from pathlib import Path

from development import paths, wasm_modules

SOURCES = Path(__file__).parent / "host"
# Below this folder is what only tests and benchmarks may load.
TESTING = "testing"
# Names as they are imported: workerd's module rules know `.bin` as data.
_FROM_PYODIDE = {
    "pyodide.mjs": "pyodide.mjs",
    "pyodide.asm.mjs": "pyodide.asm.mjs",
    "pyodide.asm.wasm": "pyodide.asm.wasm",
    "python_stdlib.zip": "python_stdlib.bin",
}


def build_interpreter(pyodide: Path, python_modules: Path, host: Path) -> None:
    """Write what only changes with the pins: the interpreter and its precompiled modules."""
    shutil.rmtree(host, ignore_errors=True)
    host.mkdir(parents=True)
    for name, target in _FROM_PYODIDE.items():
        shutil.copyfile(pyodide / name, host / target)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    no_packages = {"info": lock["info"], "packages": {}}
    (host / "pyodide_lock.mjs").write_text(f"export default {json.dumps(no_packages)};\n")
    source = (pyodide / "pyodide.asm.mjs").read_text(encoding="utf-8")
    _run_node("snapshot_interpreter.mjs", host / "interpreter_memory.bin")
    extensions = sorted(python_modules.rglob("*.so"))
    wasm_modules.write_table(wasm_modules.needed_modules(source, extensions), host)


def _run_node(script: str, *arguments: Path) -> None:
    subprocess.run([paths.NODE, paths.ROOT / "development" / script, *arguments], check=True)


def copy_sources(host: Path) -> None:
    """Write the host's own modules; Python ones as data, since it is the host that runs them."""
    for source in sorted(SOURCES.rglob("*")):
        target = host / source.relative_to(SOURCES)
        target.parent.mkdir(exist_ok=True)
        if source.suffix == ".mjs":
            shutil.copyfile(source, target)
        elif source.suffix == ".py":
            shutil.copyfile(source, target.with_suffix(".bin"))


if __name__ == "__main__":
    build_interpreter(paths.NODE_MODULES / "pyodide", paths.PYTHON_MODULES, paths.HOST)
    copy_sources(paths.HOST)
