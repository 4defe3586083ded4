from pathlib import Path

import pytest

from development import workerd

IMPORTS = "from workers import Response, WorkerEntrypoint\nimport js, os, random, secrets, uuid\n"
HANDLER = """
class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("served")
"""


def started_with(top_level: str, folder: Path) -> dict[str, object]:
    (folder / "entry.py").write_text(IMPORTS + top_level + HANDLER)
    with workerd.running(worker=folder) as instance:
        return instance.startup()


def test_importing_the_worker_does_no_io_and_asks_for_no_entropy(runtime: workerd.Workerd) -> None:
    assert runtime.startup() == {"error": None, "attempts": []}


@pytest.mark.parametrize(
    ("top_level", "attempt"),
    [
        ("SALT = os.urandom(8)", "getRandomValues"),
        ("ID = uuid.uuid4()", "getRandomValues"),
        ("KEY = secrets.token_bytes(8)", "getRandomValues"),
        ("DRAW = random.random()", "random.random"),
        ("js.fetch('https://example.com')", "fetch"),
        ("js.setTimeout(print, 1)", "setTimeout"),
        ("from workers import env; env.CATALOGUE", "env.CATALOGUE"),
    ],
)
def test_a_worker_that_does_so_is_caught(top_level: str, attempt: str, tmp_path: Path) -> None:
    startup = started_with(top_level, tmp_path)
    assert attempt in startup["attempts"]
    assert "entry.py" in str(startup["error"])


def test_a_caught_refusal_still_counts(tmp_path: Path) -> None:
    swallowed = "try: os.urandom(8)\nexcept OSError: pass"
    assert started_with(swallowed, tmp_path) == {"error": None, "attempts": ["getRandomValues"]}


def test_a_module_that_only_imports_random_is_served(tmp_path: Path) -> None:
    assert started_with("RANDOM = random.Random(7).random()", tmp_path)["error"] is None


def test_random_numbers_differ_between_starts(tmp_path: Path) -> None:
    (tmp_path / "entry.py").write_text(IMPORTS + "from random import random as kept" + HANDLER)
    drawn = set()
    for _ in range(2):
        with workerd.running(worker=tmp_path) as instance:
            drawn.add(instance.run("import entry; (entry.kept(), entry.uuid.uuid4().hex)")[0])
    assert len(drawn) == 2
