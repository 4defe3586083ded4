"""docs/security.md names every scope, every reason and every setting that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from selvedge.identity.service import SCOPES
from tests.identity.hostile import CASES

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
REASONS = {case.reason for case in CASES if case.reason}
SETTINGS = (
    "SERVICE_KEY",
    "SERVICE_KEYS",
    "OIDC",
    "LIMITS",
    "LIMIT_LISTS",
    "PLAIN_HTTP",
    "ORIGIN_URL",
    "KV_URL",
)


@pytest.mark.parametrize("name", sorted(SCOPES | REASONS | {f"SELVEDGE_{one}" for one in SETTINGS}))
def test_what_security_rests_on_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE
