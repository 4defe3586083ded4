from __future__ import annotations

import pytest

from selvedge.web.content import MAX_DEPTH, nests_deeper


@pytest.mark.parametrize("closed", [0, 1])
def test_content_is_as_deep_as_its_brackets_and_no_deeper_than_allowed(closed: int) -> None:
    assert not nests_deeper(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH * closed, MAX_DEPTH)
    assert nests_deeper(b"[" * (MAX_DEPTH + 1) + b"]" * MAX_DEPTH * closed, MAX_DEPTH)


def test_many_brackets_beside_each_other_or_in_texts_are_not_deep() -> None:
    assert not nests_deeper(b"[" + b"{}," * 500 + b"{}]", MAX_DEPTH)
    assert not nests_deeper(b'["' + b"[" * 500 + rb"\"" + b"{" * 500 + b'"]', MAX_DEPTH)
