"""How this project calls wrangler: its own pinned one, quiet, with nothing sent and nothing left behind."""

import os
from pathlib import Path

from development import paths

_WRANGLER = paths.NODE_MODULES / "wrangler" / "bin" / "wrangler.js"
_HOME = paths.GENERATED / "home"
_SETTINGS = {
    "WRANGLER_SEND_METRICS": "false",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
    "CLOUDFLARE_CF_FETCH_ENABLED": "false",
    "CI": "1",
    "NO_COLOR": "1",
    "FORCE_COLOR": "0",
    "HOME": str(_HOME),
    "XDG_CONFIG_HOME": str(_HOME / ".config"),
}


def command(*arguments: str | Path) -> list[str]:
    """The command line, with the Node of the virtual environment."""
    return [str(paths.NODE), str(_WRANGLER), *map(str, arguments)]


def environment() -> dict[str, str]:
    """The environment for it, with a home of its own."""
    _HOME.mkdir(parents=True, exist_ok=True)
    return {**os.environ, **_SETTINGS}
