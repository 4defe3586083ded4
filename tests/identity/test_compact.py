from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.identity.compact import (
    InvalidToken,
    bearer_token,
    decode_base64url,
    encode_base64url,
    parse_compact,
    parse_object,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_an_object_that_is_written_is_read(members: dict[str, object]) -> None:
    assert parse_object(json.dumps(members).encode(), 1000) == members


@given(st.dictionaries(st.text(), st.integers(), min_size=1, max_size=5), st.data())
def test_a_member_that_occurs_twice_is_found_wherever_it_is(
    members: dict[str, int], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(members)))
    twice = f"{json.dumps(members)[:-1]}, {json.dumps(name)}: 0}}"
    for text in (twice, f'{{"in": [{twice}]}}'):
        with pytest.raises(InvalidToken, match="duplicated-member"):
            parse_object(text.encode())


@given(st.binary())
def test_base64url_is_read_as_it_is_written(data: bytes) -> None:
    assert decode_base64url(encode_base64url(data)) == data


@given(st.text())
def test_no_text_at_all_makes_the_reader_stumble(text: str) -> None:
    with pytest.raises(InvalidToken):
        parse_compact(text)


@pytest.mark.parametrize("field", ["", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_another_authorization_is_no_token(field: str) -> None:
    with pytest.raises(InvalidToken):
        bearer_token(field)


def test_the_name_of_the_scheme_is_in_any_case() -> None:
    assert bearer_token("bEARER abc") == "abc"
