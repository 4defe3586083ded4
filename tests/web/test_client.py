import gzip

import pytest

from selvedge.web.client import SCRIPT
from tests.stage import Stage

MAX_GZIP = 2048


@pytest.fixture(scope="module")
def stage() -> Stage:
    """A shop that has published nothing: the script does not depend on it."""
    return Stage()


def test_the_client_is_small() -> None:
    assert len(gzip.compress(SCRIPT, 9, mtime=0)) <= MAX_GZIP


def test_anyone_may_cache_it(stage: Stage) -> None:
    answer = stage.get("/v1/client.js")
    assert (answer.status, answer.body) == (200, SCRIPT)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"].startswith("public, max-age=")


def test_an_unchanged_one_is_not_sent_again(stage: Stage) -> None:
    etag = stage.get("/v1/client.js").headers["etag"]
    again = stage.get("/v1/client.js", {"if-none-match": f'"other", W/{etag}'})
    assert (again.status, again.body) == (304, b"")
    assert stage.get("/v1/client.js", {"if-none-match": '"other"'}).status == 200


@pytest.mark.parametrize(
    "forbidden", [b"document.cookie", b"localStorage", b"sessionStorage", b"eval", b".style"]
)
def test_it_stores_nothing_and_keeps_to_a_strict_policy(forbidden: bytes) -> None:
    assert forbidden not in SCRIPT
