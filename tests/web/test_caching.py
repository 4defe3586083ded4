from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import Headers
from selvedge.settings import Settings
from selvedge.web.caching import Edition, not_modified, public_headers
from selvedge.web.http import Request

SETTINGS = Settings(shop="acme", snapshot_keys={}, sealing_keys={})
FIELDS = {
    "worker_version": "w",
    "snapshot_version": "0123456789abcdef",
    "delta_number": 1,
    "evidence_epoch": 2,
    "modified": 1_000_000_000,
    "next_change": None,
}


def edition(**changed: object) -> Edition:
    return Edition(**{**FIELDS, **changed})  # type: ignore[arg-type] # by name


def request(**headers: str) -> Request:
    return Request(
        "GET", "/p", "q=1", Headers({name.replace("_", "-"): value for name, value in headers.items()})
    )


def headers(one: Edition, now: int = 1_000_000_100) -> dict[str, str]:
    return public_headers(one, SETTINGS, request(), now=now)


@pytest.mark.parametrize(
    "changed",
    [{"worker_version": "x"}, {"snapshot_version": "f" * 16}, {"delta_number": 2}, {"evidence_epoch": 3}],
)
def test_whatever_an_answer_depends_on_is_in_its_tag(changed: dict[str, object]) -> None:
    assert edition(**changed).etag("/p", "q=1") != edition().etag("/p", "q=1")


def test_path_and_query_are_in_the_tag_and_do_not_run_into_each_other() -> None:
    tags = {edition().etag(path, query) for path, query in (("/p", "q=1"), ("/p?", "q=1"), ("/pq", "=1"))}
    assert len(tags) == 3


@given(st.integers(1, 1000))
def test_no_cache_outlives_the_next_change_of_evidence(left: int) -> None:
    now = 1_000_000_100
    fields = headers(edition(next_change=now + left), now)["Cache-Control"].split(", ")
    ages = [int(field.partition("=")[2]) for field in fields[1:]]
    assert sum(ages) == min(left, 360)
    assert ages[0] == min(left, 60)


def test_nothing_was_modified_in_the_future() -> None:
    assert headers(edition(modified=2_000_000_000), now=0)["Last-Modified"].endswith("1970 00:00:00 GMT")


def test_a_tag_is_told_from_others_in_a_list() -> None:
    tag = headers(edition())["ETag"]
    assert not_modified(request(if_none_match=f'"a", {tag}'), headers(edition()))
    assert not not_modified(request(if_none_match=tag.strip('"')), headers(edition()))


@given(
    st.text(string.printable, max_size=40)
    | st.from_regex(r"[0-9]{1,2} (Jan|Feb)? [0-9]{1,5} [0-9:]*", fullmatch=True)
)
def test_no_date_breaks_a_request(since: str) -> None:
    response = not_modified(request(if_modified_since=since), headers(edition()))
    assert response is None or response.status == 304


@given(st.text(max_size=40))
def test_no_tag_breaks_a_request(tag: str) -> None:
    response = not_modified(request(if_none_match=tag), headers(edition()))
    assert response is None or tag.strip() == "*"


def test_a_304_has_the_headers_that_the_answer_would_have_had() -> None:
    fields = headers(edition())
    response = not_modified(request(if_none_match="*"), fields)
    assert response is not None
    assert (response.status, response.headers, response.body) == (304, fields, b"")
