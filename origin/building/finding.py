"""What a check of rules found."""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """Something wrong with a rule or an experiment, or with two. Errors stop a build, warnings do not."""

    level: Level
    subject: str
    detail: str

    def __str__(self) -> str:
        return f"{self.level}: {self.subject}: {self.detail}"
