"""Settings of the session model: how it is made from counts. docs/recommendation.md explains each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from origin.training.tally import TallySettings
from selvedge.errors import SelvedgeError

FITTED = Path(__file__).with_name("settings.toml")
"""Settings by name, as `scripts/tune` found them."""

DEFAULT = "default"

Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0)]


class UnusableSettings(SelvedgeError):
    """Settings of the session model make no sense; the message names the key."""

    reason = "unusable-settings"


class RowSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How counts become rows and priors. The letters are those of the formula."""

    fading_days: Positive = 30.0
    distance: Share = 1.5
    backward_distance: Share = 1.8
    backward: Share = 0.9
    row_shrinkage: Positive = 1.4
    row_power: Share = 0.85
    popularity_power: Share = 0.2
    hop: Share = 1.3
    hop_row_power: Share = 1.2
    hop_popularity_power: Share = 0.2
    hop_reach: Annotated[int, Meta(ge=1, le=200)] = 40
    sharpness: Positive = 1.3
    position_scale: Share = 1.4
    position_power: Share = 1.5
    positions: Annotated[int, Meta(ge=1, le=12)] = 6
    reach: Annotated[int, Meta(ge=1, le=128)] = 45
    repeat_shrinkage: Positive = 8.0
    repeat: Share = 1.7
    returning: Share = 1.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that makes a model of sessions. `found` says how the values were found."""

    rows: RowSettings = RowSettings()
    tally: TallySettings = TallySettings()
    found: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    settings: dict[str, Settings]


def read_settings(name: str = DEFAULT, path: Path = FITTED) -> Settings:
    """Return the settings called `name` in a file. Raises `UnusableSettings`."""
    named = read_all(path)
    if name not in named:
        raise UnusableSettings(f"{path.name} has no settings {name!r}; there are {', '.join(sorted(named))}")
    return named[name]


def read_all(path: Path = FITTED) -> dict[str, Settings]:
    """Return all settings in a file by name. Raises `UnusableSettings`."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).settings
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UnusableSettings(f"{path.name}: {error}") from error
