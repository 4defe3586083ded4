"""`python -m origin`: the jobs of the origin. docs/cli.md lists them."""

import sys
from pathlib import Path

# What the origin shares with the Worker lies below the Worker's own import root.
sys.path.insert(1, str(Path(__file__).resolve().parent.parent / "worker"))

from origin.cli.commands import jobs

if __name__ == "__main__":
    jobs(prog_name="python -m origin")
