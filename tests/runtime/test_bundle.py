import tomllib

import pytest

from development import bundle_gate, paths, worker_files


@pytest.fixture(scope="module")
def bundle() -> bundle_gate.Bundle:
    return bundle_gate.build()


def test_the_host_runs_the_same_bytes_as_production_would(bundle: bundle_gate.Bundle) -> None:
    files = worker_files.worker_files(paths.WORKER, paths.PYTHON_MODULES)
    assert {name: path.read_bytes() for name, path in files} == bundle.modules


def test_a_missing_an_unexpected_and_an_altered_module_are_named(bundle: bundle_gate.Bundle) -> None:
    budget = tomllib.loads(bundle_gate.BUDGETS.read_text())["bundle"]
    modules = {
        **bundle.modules,
        "entry.py": b"altered",
        "tests/test_x.py": b"",
        "python_modules/httpx/a.py": b"",
    }
    del modules["python_modules/msgspec/json.py"]
    wrong = "\n".join(bundle_gate.complaints(bundle_gate.Bundle(modules, bundle.output), budget))
    for expected in (
        "missing: python_modules/msgspec/json.py",
        "unexpected: python_modules/httpx/a.py",
        "not the bytes of worker/entry.py",
        "a test: tests/test_x.py",
        "not in the budget's lists: python_modules/httpx",
    ):
        assert expected in wrong


def test_an_oversized_bundle_and_a_lost_binding_are_named(bundle: bundle_gate.Bundle) -> None:
    budget = {**tomllib.loads(bundle_gate.BUDGETS.read_text())["bundle"], "total_kib": 1}
    without = bundle_gate.Bundle(bundle.modules, bundle.output.replace("env.EVENTS", "env.OTHER"))
    wrong = list(bundle_gate.complaints(without, budget))
    assert "the Worker would have no binding EVENTS" in wrong
    assert [line for line in wrong if line.startswith("total_kib is")]
