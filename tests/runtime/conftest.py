"""The running workerd that the tests of this folder share."""

import base64
import json
import secrets
from collections.abc import Iterator

import pytest

from development import workerd


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is in this folder needs the real runtime."""
    for item in items:
        if "tests/runtime/" in item.path.as_posix():
            item.add_marker(pytest.mark.runtime)


@pytest.fixture(scope="session")
def worker_variables() -> dict[str, str]:
    """Variables and secrets of the shared Worker, over those of wrangler.toml."""
    sealing_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {"SELVEDGE_SEALING_KEYS": json.dumps({"test": sealing_key})}


@pytest.fixture(scope="session")
def shared_workerd(worker_variables: dict[str, str]) -> Iterator[workerd.Workerd]:
    """Started once; its KV is shared by every test."""
    with workerd.running(worker_variables) as instance:
        yield instance


@pytest.fixture
def runtime(shared_workerd: workerd.Workerd) -> Iterator[workerd.Workerd]:
    """The shared workerd, undisturbed again after each test."""
    yield shared_workerd
    shared_workerd.set_kv_faults()
