"""The training job: fold in what is new, build, and put the model file in place, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from origin.training.counts import Folded
from origin.training.model import build_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from origin.training.counts import Counts
    from origin.training.sessions import SessionSource
    from origin.training.settings import Settings


class Trained(msgspec.Struct, frozen=True):
    """What a run did, and the model that it wrote. `missing` counts products that have no ordinal."""

    folded: Folded
    version: str
    items: int
    missing: int
    neighbours: int
    clicks: int
    bytes: int
    bytes_a_click: float


def train(
    counts: Counts,
    source: SessionSource,
    model_path: Path,
    number: Callable[[list[str]], Mapping[str, int]],
    settings: Settings,
    *,
    keep_days: int | None,
    progress: Callable[[str, int, int], None],
) -> Trained:
    """Bring the counts up to date and write the model made of them.

    `number` gives products their stable ordinals; those that it leaves out are not in the model. Days that
    are `keep_days` or more before the newest are forgotten. An interrupted run leaves the model as it was,
    and the counts either as they were or whole.
    """
    folded = counts.update(
        source, keep_days=keep_days, progress=lambda done: progress(f"sessions folded in: {done:,}", 0, 0)
    )
    products = [product for _, product in counts.products()]
    numbered = number(products)
    built = build_model(counts, numbered, settings, progress)
    write_whole(model_path, built.part)
    return Trained(
        folded=folded,
        version=built.version,
        items=built.items,
        missing=sum(product not in numbered for product in products),
        neighbours=built.entries,
        clicks=built.clicks,
        bytes=len(built.part),
        bytes_a_click=round(built.bytes_a_click, 2),
    )


def number_by_name(products: list[str]) -> dict[str, int]:
    """Return a number for each product in the order of their names, decimal ones by value and first."""
    return {name: number for number, name in enumerate(sorted(set(products), key=_by_name))}


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path` at one stroke."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _by_name(name: str) -> tuple[int, int, str]:
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)
