"""Fills `python_modules/`, the packages that are shipped with the Worker, from the pins of requirements.txt.

`pywrangler` would do this, but refuses to work beside a requirements.txt; plain wrangler takes the folder as
it finds it.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

from development import paths

# The interpreter that Cloudflare runs from compatibility date 2026-09-08 on (PEP 783's platform tag).
_WASM_TARGET = (
    ("--platform", "pyemscripten_2026_0_wasm32"),
    ("--python-version", "3.14"),
    ("--implementation", "cp"),
    ("--abi", "cp314"),
)
COMPILED = ("msgspec",)
# MarkupSafe has no wasm wheel on PyPI; its Python files work without the compiled one.
PURE_PYTHON = ("jinja2", "markupsafe", "workers-runtime-sdk")
PACKAGES = (*COMPILED, *PURE_PYTHON)

# What no import needs. (`.so`: the ones installed here are compiled for this machine.)
_NOT_SHIPPED = {".pyc", ".pyi", ".c", ".so", ".typed"}


def pins(requirements: Path) -> dict[str, str]:
    """The `name==version` line of each vendored package.

    Raises LookupError when one of them is not pinned exactly.
    """
    lines = requirements.read_text(encoding="utf-8").splitlines()
    found = {match[1].lower(): line for line in lines if (match := re.match(r"([\w-]+)==\S+$", line))}
    if missing := [name for name in PACKAGES if name not in found]:
        raise LookupError(f"{requirements.name} pins no exact version of {', '.join(missing)}")
    return {name: found[name] for name in PACKAGES}


def vendor(requirements: Path, target: Path, downloads: Path) -> None:
    """Replace `target` with the pinned packages; run by the environment they are installed in."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, pin in pins(requirements).items():
        if name in COMPILED:
            _unpack_wasm_wheel(pin, target, downloads)
        else:
            _copy_installed(name, pin, target)


def _unpack_wasm_wheel(pin: str, target: Path, downloads: Path) -> None:
    shutil.rmtree(downloads, ignore_errors=True)
    options = [word for option in _WASM_TARGET for word in option]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    only_wheels = ["--no-deps", "--only-binary=:all:", "--dest", str(downloads)]
    subprocess.run([*pip, *only_wheels, *options, pin], check=True)
    (wheel,) = downloads.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if ".dist-info/" not in name and (name.endswith(".so") or _is_shipped(Path(name))):
                archive.extract(name, target)


def _copy_installed(name: str, pin: str, target: Path) -> None:
    distribution = metadata.distribution(name)
    if distribution.version != pin.partition("==")[2]:
        raise LookupError(f"{name} {distribution.version} is installed, but {pin} is wanted")
    for file in distribution.files or ():
        path = Path(file)
        if _is_shipped(path) and not path.is_relative_to(".."):
            destination = target / path
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(distribution.locate_file(path), destination)  # type: ignore[arg-type]


def _is_shipped(path: Path) -> bool:
    return path.suffix not in _NOT_SHIPPED and not path.parts[0].endswith(".dist-info")


if __name__ == "__main__":
    vendor(paths.ROOT / "requirements.txt", paths.PYTHON_MODULES, paths.GENERATED / "wheels")
