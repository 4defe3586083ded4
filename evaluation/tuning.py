"""The search for settings: seeded, one small step after another from the best so far, and resumable.

Every trial is decided by its number and the trials before it, so that a search that was broken off and goes
on ends where it would have ended.
"""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import msgspec

from evaluation.choice import score_part
from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions
from origin.training.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evaluation.split import Split

SPACE: dict[str, tuple[float, float]] = {
    "fading_days": (1, 365),
    "distance": (0.05, 3),
    "backward_distance": (0.05, 3),
    "backward": (0.02, 1.5),
    "row_shrinkage": (0.1, 20),
    "row_power": (0.2, 1.2),
    "popularity_power": (0, 0.8),
    "hop": (0.02, 30),
    "hop_row_power": (0.3, 2.5),
    "hop_popularity_power": (0, 0.8),
    "hop_reach": (15, 100),
    "sharpness": (0.3, 2.5),
    "position_scale": (0.2, 3),
    "position_power": (0.3, 4),
    "repeat_shrinkage": (2, 80),
    "repeat": (0.3, 12),
    "returning": (0.1, 6),
}
"""What is searched, and within which bounds."""

_WHOLE = {"hop_reach"}
_STEP = 0.4
_SHARE = 0.03
_AT_ONCE = 3
_DIGITS = 4


class Trial(msgspec.Struct, frozen=True):
    """One point of the search and what it reached."""

    number: int
    values: dict[str, float]
    reached: float


class Start(msgspec.Struct, frozen=True):
    """What a search is of; a state of another one is not gone on with."""

    data: str
    settings: Settings
    seed: int


class Search:
    """A search on one split from `settings`; the state lies in `path`, a JSON line a trial."""

    def __init__(self, split: Split, settings: Settings, seed: int, path: Path) -> None:
        self._split, self._settings, self._seed, self._path = split, settings, seed, path
        self._counts = Counts(None, settings.tally)
        self._counts.update(GivenSessions(split.sessions))
        self._reading = self._counts.reading()

    def run(self, trials: int, progress: Callable[[str, int, int], None]) -> Trial:
        """Return the best of so many trials, those of the state included."""
        done = self._resume()
        best = max(done, key=_merit, default=None)
        for number in range(len(done), trials):
            trial = self._try(number, self._values(number, best))
            self._append(trial)
            if best is None or trial.reached > best.reached:
                best = trial
            progress(f"trials, best {best.reached:.4f}", number + 1, trials)
        if best is None:
            raise ValueError("a search needs a trial")
        return best

    def settings_of(self, trial: Trial) -> Settings:
        """The settings that a trial stands for."""
        values = {name: int(value) if name in _WHOLE else value for name, value in trial.values.items()}
        return msgspec.structs.replace(
            self._settings, rows=msgspec.structs.replace(self._settings.rows, **values)
        )

    def _try(self, number: int, values: dict[str, float]) -> Trial:
        trial = Trial(number, values, 0.0)
        built = build_model(self._reading, self._split.ordinals, self.settings_of(trial))
        return Trial(number, values, score_part(self._split, built.part))

    def _values(self, number: int, best: Trial | None) -> dict[str, float]:
        """The start at first, then one to three values of the best moved."""
        if best is None:
            return {name: float(getattr(self._settings.rows, name)) for name in SPACE}
        chance = random.Random(f"{self._seed}/{number}")  # noqa: S311 - nothing depends on nobody guessing it
        values = dict(best.values)
        for name in chance.sample(list(SPACE), chance.randint(1, _AT_ONCE)):
            low, high = SPACE[name]
            moved = values[name] * 2.718281828 ** (chance.gauss(0, 1) * _STEP)
            moved += chance.gauss(0, 1) * _SHARE * _STEP * (high - low)
            values[name] = round(float(min(max(moved, low), high)), 0 if name in _WHOLE else _DIGITS)
        return values

    def _resume(self) -> list[Trial]:
        start = Start(self._fingerprint(), msgspec.structs.replace(self._settings, found=""), self._seed)
        line = msgspec.json.encode(start, order="deterministic")
        if self._path.exists():
            first, *rest = self._path.read_bytes().splitlines()
            if first == line:
                return [msgspec.json.decode(one, type=Trial) for one in rest if one.endswith(b"}")]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(line + b"\n")
        return []

    def _append(self, trial: Trial) -> None:
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(trial) + b"\n")

    def _fingerprint(self) -> str:
        shape = (self._split.sessions, [question.target for question in self._split.questions])
        return hashlib.sha256(msgspec.msgpack.encode(shape)).hexdigest()[:16]


def _merit(trial: Trial) -> float:
    return trial.reached
