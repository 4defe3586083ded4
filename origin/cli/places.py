"""Where snapshots lie: the folder that a command was given, or the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from origin.publishing import folder as folders
from selvedge.errors import MissingPart

if TYPE_CHECKING:
    from origin.cli.workshop import Workshop

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def newest(root: Path) -> Path | None:
    """The newest snapshot below `root`."""
    return next(folders.folders(root), None)


def snapshot_folder(workshop: Workshop, given: Path | None) -> Path:
    """`given`, or else the newest snapshot; raises `MissingPart` where there is none."""
    root = workshop.settings.snapshots
    found = given or newest(root)
    if found is None:
        raise MissingPart(f"no snapshot in {root}; `snapshot build` makes one")
    return found
