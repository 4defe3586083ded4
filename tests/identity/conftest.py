from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.openid.session import OpenIdProvider, running_provider

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    """A real OpenID provider; each test logs in anew, because another may have changed its keys."""
    with running_provider(tmp_path_factory.mktemp("openid") / "log") as provider:
        yield provider
