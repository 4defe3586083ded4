"""Remembers which steps of the set-up are up to date, by a hash of what each was made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(inputs: Iterable[Path | str]) -> str:
    """A hash of texts and of the contents of files; a folder counts with every file below it."""
    digest = hashlib.sha256()
    for item in inputs:
        if isinstance(item, str):
            _add(digest, item.encode())
        else:
            for path in _files(item):
                _add(digest, str(path).encode())
                _add(digest, path.read_bytes())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".pyc")


def _add(digest: "hashlib._Hash", content: bytes) -> None:
    digest.update(len(content).to_bytes(8, "big"))
    digest.update(content)


def is_current(stamp: Path, inputs: str, outputs: Iterable[Path]) -> bool:
    """Whether the step that wrote `stamp` had the same inputs, and what it made is still there."""
    if not all(path.exists() for path in outputs):
        return False
    return stamp.exists() and stamp.read_text(encoding="utf-8") == inputs


def mark(stamp: Path, inputs: str) -> None:
    """Remember that the step is done."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs, encoding="utf-8")
