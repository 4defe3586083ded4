from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from origin.app import create_app
from origin.problems import problem_types
from origin.settings import read_settings
from tests.origin.profiles.conftest import environment

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "origin-api.md").read_text(encoding="utf-8")


def test_every_route_is_on_the_page(tmp_path: Path, subtests: pytest.Subtests) -> None:
    urls = [f"sqlite+aiosqlite:///{tmp_path}/{name}.sqlite" for name in ("data", "keys")]
    app = create_app(read_settings(environment(tmp_path, *urls)))
    for path, item in app.openapi_schema.to_schema()["paths"].items():
        for method in item:
            with subtests.test(path):
                assert f"`{method.upper()} {path}`" in PAGE


def test_every_problem_is_on_the_page() -> None:
    assert [kind for kind in problem_types() if f"| `{kind}` |" not in PAGE] == []
