import shutil
from pathlib import Path
from typing import Any

from development import paths, workerd

IMPORTS = "from workers import Response, WorkerEntrypoint, env\nimport js, os, random, secrets, uuid\n"
HANDLER = """
class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("served")
"""


def started_with(top_level: str, folder: Path) -> dict[str, Any]:
    (folder / "entry.py").write_text(IMPORTS + top_level + HANDLER)
    with workerd.running(worker=folder) as instance:
        return instance.startup()


def test_importing_the_worker_does_no_io_and_asks_for_no_entropy(runtime: workerd.Workerd) -> None:
    assert runtime.startup() == {"error": None, "attempts": []}


FORBIDDEN = {
    "os.urandom(8)": "getRandomValues",
    "uuid.uuid4()": "getRandomValues",
    "secrets.token_bytes(8)": "getRandomValues",
    "random.random()": "random.random",
    "js.Math.random()": "random",
    "js.fetch('https://example.com')": "fetch",
    "js.setTimeout(print, 1)": "setTimeout",
    "env.CATALOGUE": "env.CATALOGUE",
}


def test_a_worker_that_does_so_cannot_be_imported(tmp_path: Path) -> None:
    startup = started_with("SALT = os.urandom(8)", tmp_path)
    assert startup["attempts"] == ["getRandomValues"]
    assert "entry.py" in startup["error"]


def test_each_attempt_counts_even_when_its_error_is_caught(tmp_path: Path) -> None:
    caught = (f"try: {call}\nexcept Exception: refused += 1\n" for call in FORBIDDEN)
    startup = started_with(
        "refused = 0\n" + "".join(caught) + f"assert refused == {len(FORBIDDEN)}", tmp_path
    )
    assert startup == {"error": None, "attempts": list(FORBIDDEN.values())}


def test_a_module_that_only_imports_random_is_served(tmp_path: Path) -> None:
    assert started_with("RANDOM = random.Random(7).random()", tmp_path)["error"] is None


def test_random_numbers_differ_between_starts(tmp_path: Path) -> None:
    (tmp_path / "entry.py").write_text(IMPORTS + "from random import random as kept" + HANDLER)
    drawn = set()
    for _ in range(2):
        with workerd.running(worker=tmp_path) as instance:
            drawn.add(instance.run("import entry; (entry.kept(), entry.uuid.uuid4().hex)")[0])
    assert len(drawn) == 2


def test_every_module_of_the_package_can_be_imported_like_that(tmp_path: Path) -> None:
    folder = shutil.copytree(paths.WORKER, tmp_path / "worker")
    names = [path.relative_to(folder).with_suffix("").parts for path in folder.glob("selvedge/**/*.py")]
    imports = "\n".join(f"import {'.'.join(name).removesuffix('.__init__')}" for name in names)
    (folder / "entry.py").write_text(f"{imports}\n{IMPORTS}{HANDLER}")
    with workerd.running(worker=folder) as instance:
        assert instance.startup() == {"error": None, "attempts": []}
