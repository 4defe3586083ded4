"""How long one prediction takes, on CPython and in the wasm interpreter, by the same questions."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from development import paths
from evaluation.metrics import LONGEST
from selvedge.errors import SelvedgeError
from selvedge.sessions.part import SessionRows
from selvedge.sessions.predictor import SessionPredictor

if TYPE_CHECKING:
    from collections.abc import Sequence

QUESTIONS = 2_000
"""At most so many questions are timed, evenly spread over all."""


class WasmFailed(SelvedgeError):
    """The wasm interpreter did not do the job; the message is what it said."""

    reason = "wasm-failed"


class Timing(msgspec.Struct, frozen=True):
    """Milliseconds of one prediction at the median and the 90th percentile, and of opening the part."""

    where: str
    p50: float
    p90: float
    opening: float


class WasmResult(msgspec.Struct, frozen=True):
    """What `inside.py` writes."""

    opened: float
    times: list[float]
    answers: list[list[tuple[int, float]]]


def spread(seen: Sequence[Sequence[int]], count: int = QUESTIONS) -> list[Sequence[int]]:
    """Return at most `count` of the questions, evenly spread."""
    step = max(len(seen) // count, 1)
    return list(seen[::step])[:count]


def time_here(part: bytes, seen: Sequence[Sequence[int]]) -> Timing:
    """Time the predictor on this interpreter."""
    started = time.perf_counter()
    predictor = SessionPredictor(SessionRows.decode(part))
    opening = time.perf_counter() - started
    times = []
    for one in seen:
        predictor.predict(one, LONGEST)
        started = time.perf_counter()
        predictor.predict(one, LONGEST)
        times.append((time.perf_counter() - started) * 1e3)
    return _timing("cpython", times, opening * 1e3)


def time_in_wasm(part: bytes, seen: Sequence[Sequence[int]]) -> Timing:
    """Time the predictor in wasm. Raises `WasmFailed`."""
    result = run_in_wasm(part, seen)
    return _timing("wasm", result.times, result.opened)


def run_in_wasm(part: bytes, seen: Sequence[Sequence[int]]) -> WasmResult:
    """Let the wasm interpreter predict. Raises `WasmFailed`."""
    with tempfile.TemporaryDirectory() as name:
        job = Path(name)
        (job / "part.bin").write_bytes(part)
        (job / "questions.json").write_bytes(msgspec.json.encode(seen))
        done = _node(str(paths.ROOT / "evaluation" / "wasm.mjs"), str(paths.ROOT), name)
        if done.returncode:
            raise WasmFailed(done.stderr[-2_000:])
        return msgspec.json.decode((job / "result.json").read_bytes(), type=WasmResult)


def _node(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(paths.NODE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=paths.ROOT)  # noqa: S603


def _timing(where: str, times: Sequence[float], opening: float) -> Timing:
    p50, p90 = np.quantile(times, (0.5, 0.9))
    return Timing(where, float(p50), float(p90), opening)
