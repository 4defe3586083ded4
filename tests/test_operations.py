"""The commands in docs/operations.md are ones that the command line knows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from origin.cli.commands import jobs

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"python -m origin ([^`#\n]+)", PAGE)))


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_exists_with_its_options(line: str) -> None:
    words = shlex.split(line)
    command: click.Command = jobs
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    options = {name for one in command.params for name in one.opts}
    assert [word for word in words if word.startswith("-") and word not in options] == []
    arguments = [one for one in command.params if isinstance(one, click.Argument) and one.required]
    assert len(words) >= len(arguments)
