"""What is timed inside the wasm interpreter: `wasm.mjs` runs this file there with a job's folder at /job."""

from __future__ import annotations

import json
import time
from pathlib import Path

from selvedge.sessions.part import SessionRows
from selvedge.sessions.predictor import SessionPredictor

JOB = Path("/job")


def run() -> None:
    """Answer every question of the job once to warm up and once timed; write milliseconds and answers."""
    part = (JOB / "part.bin").read_bytes()
    questions = json.loads((JOB / "questions.json").read_text())
    started = time.perf_counter()
    predictor = SessionPredictor(SessionRows.decode(part))
    opened = time.perf_counter() - started
    answers, times = [], []
    for seen in questions:
        predictor.predict(seen, 20)
        started = time.perf_counter()
        prediction = predictor.predict(seen, 20)
        times.append((time.perf_counter() - started) * 1e3)
        answers.append([] if prediction is None else prediction.scores)
    result = {"opened": opened * 1e3, "times": times, "answers": answers}
    (JOB / "result.json").write_text(json.dumps(result))


run()
