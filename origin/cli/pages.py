"""`python -m origin.cli.pages`: writes the generated parts of docs/; `scripts/docs` calls it."""

from __future__ import annotations

from pathlib import Path

import origin.settings
import selvedge.settings
from origin.cli.reference import help_pages, insert, settings_table

DOCS = Path(__file__).resolve().parents[2] / "docs"


def current() -> dict[Path, str]:
    """The pages as they should be."""
    commands, settings = DOCS / "cli.md", DOCS / "configuration.md"
    page = settings.read_text(encoding="utf-8")
    for name, struct in (("worker", selvedge.settings.Settings), ("origin", origin.settings.Settings)):
        page = insert(page, name, settings_table(struct))
    return {
        commands: insert(commands.read_text(encoding="utf-8"), "commands", help_pages()),
        settings: page,
    }


def write() -> None:
    """Bring the pages up to date."""
    for path, text in current().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
