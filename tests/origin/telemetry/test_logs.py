from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import pytest

from origin.telemetry.logs import JsonLog, Line, place_of, request_id
from tests.origin.identity.tokens import Clock

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


def test_a_line_is_one_json_object() -> None:
    stream = io.StringIO()
    token = request_id.set("0123456789abcdef")
    JsonLog(Clock(1_790_000_000.5), stream=stream).write("info", "request", route="/a\n", status=200)
    request_id.reset(token)
    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue()) == {
        "time": "2026-09-21T14:13:20.500+00:00",
        "level": "info",
        "event": "request",
        "requestId": "0123456789abcdef",
        "route": "/a\n",
        "status": 200,
    }


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    log = JsonLog(Clock(), "warning", stream)
    log.write("info", "request")
    log.write("error", "request")
    assert [json.loads(line)["level"] for line in stream.getvalue().splitlines()] == ["error"]


def test_a_field_that_lines_do_not_have_cannot_be_logged() -> None:
    with pytest.raises(TypeError, match="path"):
        JsonLog(Clock(), stream=io.StringIO()).write("info", "request", path="/v1/shoppers/me")


def test_an_error_is_told_without_its_message() -> None:
    with pytest.raises(KeyError) as caught:
        raise KeyError("anna@example.org")
    assert place_of(caught.value).startswith("KeyError at test_logs.py:")


@pytest.mark.parametrize("field", [one.encode_name for one in msgspec.structs.fields(Line)])
def test_every_field_is_documented(field: str) -> None:
    assert f"| `{field}` |" in PAGE.read_text(encoding="utf-8")
