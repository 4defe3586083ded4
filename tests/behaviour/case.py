"""What a behaviour case is: requests as data, and what their answers must be.

A step's target and header values may use what earlier steps of its case were answered, in the syntax of
`str.format`: `{0.headers[etag]}`, `{1.json[next]}`. Expectations of a header or a JSON value are a plain
value, `ABSENT`, a compiled pattern, or a predicate. JSON paths join names by dots; `*` stands for every
item of a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from selvedge.shopper.context import Context

ABSENT = object()
Expectation = Any
_NOTHING: Mapping[str, Expectation] = MappingProxyType({})


class Answer(msgspec.Struct, frozen=True):
    """A response with its header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `same_as` numbers the earlier step whose whole answer this one must equal.

    `shows` are the products of a fragment, in order.
    """

    target: str
    method: str = "GET"
    headers: dict[str, str] = {}
    consent: str | None = None
    context: Context | None = None
    status: int = 200
    expect_headers: Mapping[str, Expectation] = msgspec.field(default_factory=dict)
    expect: Mapping[str, Expectation] = msgspec.field(default_factory=dict)
    empty: bool = False
    shows: tuple[str, ...] | None = None
    same_as: int | None = None


class Case(msgspec.Struct, frozen=True):
    """A named behaviour."""

    name: str
    steps: tuple[Step, ...]


class Client(Protocol):
    """A way to reach a Worker that serves `tests.behaviour.catalogue.snapshot`."""

    async def send(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """Send one request; no redirect is followed, nothing in `target` is re-encoded."""
        ...

    async def cookie(self, consent: str | None, context: Context | None) -> str:
        """The `Cookie` field of a person with that choice and that context."""
        ...


def case(name: str, *steps: Step) -> Case:
    return Case(name, steps)


def get(target: str, status: int = 200, **more: Any) -> Step:
    return Step(target=target, status=status, **more)


async def run(case: Case, client: Client) -> None:
    """Play the steps of `case`; raises `AssertionError` with the step that went wrong."""
    answers: list[Answer] = []
    for number, step in enumerate(case.steps):
        headers = {name: value.format(*answers) for name, value in step.headers.items()}
        if step.consent is not None or step.context is not None:
            headers["Cookie"] = await client.cookie(step.consent, step.context)
        answer = await client.send(step.method, step.target.format(*answers), headers)
        asked = f"step {number}, {step.method} {step.target.format(*answers)}"
        told = f"{asked}: {answer.status} {answer.body[:400]!r}"
        _check(step, answer, answers, told)
        answers.append(answer)


def _check(step: Step, answer: Answer, before: list[Answer], told: str) -> None:
    assert answer.status == step.status, told
    assert "set-cookie" not in answer.headers, told
    for name, expected in step.expect_headers.items():
        _meet(expected, answer.headers.get(name.lower(), ABSENT), before, f"{name} of {told}")
    for path, expected in step.expect.items():
        _meet(expected, look(answer.json, path), before, f"{path} of {told}")
    if step.empty:
        assert answer.body == b"", told
    if step.shows is not None:
        assert tuple(re.findall(r'data-product="([^"]+)"', answer.body.decode())) == step.shows, told
    if step.same_as is not None:
        assert (answer.body, stable(answer)) == (before[step.same_as].body, stable(before[step.same_as])), (
            told
        )


def stable(answer: Answer) -> dict[str, str]:
    """The headers that the Worker decides about."""
    transport = {"date", "connection", "keep-alive", "transfer-encoding", "content-length", "server"}
    return {name: value for name, value in answer.headers.items() if name not in transport}


def _meet(expected: Expectation, value: Any, before: list[Answer], told: str) -> None:
    if expected is ABSENT:
        assert value is ABSENT, told
    elif isinstance(expected, re.Pattern):
        assert isinstance(value, str), told
        assert expected.fullmatch(value), f"{value!r}: {told}"
    elif callable(expected):
        assert expected(value), f"{value!r}: {told}"
    elif isinstance(expected, str):
        assert value == expected.format(*before), f"{value!r}: {told}"
    else:
        assert value == expected, f"{value!r}: {told}"


def look(json: Any, path: str) -> Any:
    """The value at `path`, or `ABSENT`."""
    name, _, rest = path.partition(".")
    if name == "*":
        return [look(one, rest) if rest else one for one in json]
    if isinstance(json, list):
        found = json[int(name)] if int(name) < len(json) else ABSENT
    else:
        found = json.get(name, ABSENT)
    return look(found, rest) if rest and found is not ABSENT else found


Predicate = Callable[[Any], bool]


def holds(*wanted: object) -> Predicate:
    """Met by a list that contains all of `wanted`."""
    return lambda value: set(wanted) <= set(value)


def only(*wanted: object) -> Predicate:
    """Met by a list of exactly `wanted`, in any order."""
    return lambda value: sorted(value) == sorted(wanted)  # type: ignore[type-var] # strings
