from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import MemoryQueue
from selvedge.errors import QueueUnavailable
from selvedge.events.delivery import DONE, LONGEST_DELAY_SECONDS, Arrived, Said, Verdict, again, deliver
from selvedge.events.receipt import Receipt, Refusal

if TYPE_CHECKING:
    import pytest


class Origin:
    """Keeps what it takes. Bodies with `bad` it refuses; of more than `most` at once it takes none."""

    def __init__(self, most: int = 100, trouble: Said | None = None) -> None:
        self.kept: list[Any] = []
        self.posts = 0
        self.most = most
        self.trouble = trouble

    async def post(self, body: bytes) -> Said:
        self.posts += 1
        if self.trouble:
            return self.trouble
        messages = json.loads(body)
        if len(messages) > self.most:
            return Said(413)
        refused = [at for at, one in enumerate(messages) if one.get("bad")]
        self.kept += [one for at, one in enumerate(messages) if at not in refused]
        receipt = Receipt(len(messages), 0, 0, tuple(Refusal(at, "bad") for at in refused))
        return Said(202, msgspec.json.encode(receipt))


class Nobody:
    """Never answers."""

    async def post(self, _body: bytes) -> Said:
        raise QueueUnavailable("nobody is there")


def messages(*bodies: dict[str, Any], attempts: int = 1) -> list[Arrived]:
    return [Arrived(json.dumps(body).encode(), attempts) for body in bodies]


def run(arrived: list[Arrived], sink: Any, dead: MemoryQueue | None = None) -> list[Verdict]:
    return asyncio.run(deliver(arrived, sink, dead or MemoryQueue()))


def test_what_the_origin_took_is_done_with() -> None:
    origin = Origin()
    assert run(messages({"n": 1}, {"n": 2}), origin) == [DONE, DONE]
    assert (origin.kept, origin.posts) == ([{"n": 1}, {"n": 2}], 1)


def test_what_the_origin_cannot_read_is_among_the_dead_letters() -> None:
    origin, dead = Origin(), MemoryQueue()
    assert run(messages({"n": 1}, {"bad": 1}, {"n": 3}), origin, dead) == [DONE, DONE, DONE]
    assert [json.loads(one) for one in dead.messages] == [{"bad": 1}]
    assert origin.kept == [{"n": 1}, {"n": 3}]


def test_what_not_even_the_dead_letters_take_comes_again() -> None:
    assert run(messages({"bad": 1}, {"n": 2}), Origin(), MemoryQueue(broken=True)) == [Verdict(2), DONE]


def test_an_origin_that_does_not_answer_gets_everything_again() -> None:
    assert run(messages({"n": 1}, {"n": 2}), Nobody()) == [Verdict(2), Verdict(2)]


class Stumbling(Origin):
    """Fails over every batch with a body that is `bad`."""

    async def post(self, body: bytes) -> Said:
        self.posts += 1
        found = json.loads(body)
        if any(one.get("bad") for one in found):
            return Said(500)
        self.kept += found
        return Said(202, msgspec.json.encode(Receipt(len(found), 0, 0)))


def test_what_the_origin_fails_over_keeps_nobody_else_for_long() -> None:
    several = ({"n": 1}, {"bad": 1}, {"n": 3}, {"n": 4})
    patient, origin, fresh = Stumbling(), Stumbling(), Stumbling()
    assert run(messages(*several, attempts=2), patient) == [Verdict(4)] * 4
    assert (patient.kept, patient.posts) == ([], 1)
    assert run(messages(*several, attempts=3), origin) == [DONE, Verdict(8), DONE, DONE]
    assert origin.kept == [{"n": 1}, {"n": 3}, {"n": 4}]
    among_others = messages({"n": 1}) + messages({"bad": 1}, attempts=3)
    assert run(among_others, fresh) == [DONE, Verdict(8)]


def test_a_dead_letter_says_why_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    run(messages({"bad": "a secret"}), Origin())
    assert "among the dead letters: bad" in caplog.text
    assert "secret" not in caplog.text


@given(st.integers(-5, 10**9), st.integers(0, 10**9))
def test_every_delay_is_bounded(attempts: int, asked: int) -> None:
    delay = again(Arrived(b"{}", attempts), asked).delay
    assert delay is not None
    assert 1 <= delay <= LONGEST_DELAY_SECONDS


def test_each_attempt_is_twice_as_late_up_to_an_hour() -> None:
    delays = [run(messages({}, attempts=one), Nobody())[0].delay for one in (1, 2, 3, 11, 12, 100)]
    assert delays == [2, 4, 8, 2048, LONGEST_DELAY_SECONDS, LONGEST_DELAY_SECONDS]


def test_the_origin_says_how_long_to_wait() -> None:
    assert run(messages({}), Origin(trouble=Said(503, retry_after=30))) == [Verdict(30)]
    assert run(messages({}), Origin(trouble=Said(429, retry_after=86_400))) == [
        Verdict(LONGEST_DELAY_SECONDS)
    ]


def test_an_answer_that_is_no_receipt_acknowledges_nothing() -> None:
    for said in (Said(200, b"<html>"), Said(204), Said(202, b"{}"), Said(302), Said(404), Said(500)):
        assert run(messages({}, {}), Origin(trouble=said)) == [Verdict(2), Verdict(2)]


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 40))
def test_however_little_it_takes_at_once_nothing_is_lost(bad: list[bool], most: int) -> None:
    origin, dead = Origin(most), MemoryQueue()
    bodies = [{"n": at, **({"bad": 1} if one else {})} for at, one in enumerate(bad)]
    assert set(run(messages(*bodies), origin, dead)) == {DONE}
    buried = [json.loads(one) for one in dead.messages]
    assert sorted(one["n"] for one in origin.kept + buried) == list(range(len(bad)))
    assert all("bad" in one for one in buried)
