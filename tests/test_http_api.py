"""docs/http-api.md names everything that is served, and its `curl` lines show what the demo answers."""

from __future__ import annotations

import asyncio
import re
import shlex
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from development.readme import demo_application
from origin.rehearsal import Content, Headers, Tasks
from selvedge.errors import SnapshotError, StorageUnavailable
from selvedge.web import problems
from selvedge.web.app import SERVICE_ROUTES
from selvedge.web.http import Request
from selvedge.web.openapi import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selvedge.web.app import Application
    from selvedge.web.http import Response

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = ("http-api.md", "consent.md", "events.md", "me.md")
PAGE = "\n".join((DOCS / name).read_text(encoding="utf-8") for name in PAGES)
CUT = "..."
WORKER = "http://127.0.0.1:8787/"
DOCUMENT = document()


def sessions() -> list[tuple[str, str]]:
    """Each `curl` line with the output shown below it."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", PAGE, flags=re.DOTALL):
        for part in block.split("$ ")[1:]:
            command, _, output = part.partition("\n")
            if WORKER in command:  # other lines ask the origin
                found.append((command, output))
    return found


def text(response: Response) -> str:
    """The response as `curl -i` shows it."""
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return "\n".join([*lines, "", response.body.decode()])


async def ask(application: Application, request: Request) -> Response:
    background = Tasks()
    response = await application.handle(request, background)
    await background.finish()
    return response


@pytest.fixture(scope="module")
def demo() -> Application:
    return demo_application()


@pytest.mark.parametrize(("command", "output"), sessions())
def test_every_curl_line_gives_what_the_page_shows(demo: Application, command: str, output: str) -> None:
    words = shlex.split(command)
    url = urlsplit(words[-1])
    after = list(pairwise(words))
    fields = dict(value.split(": ", 1) for option, value in after if option == "-H")
    given = dict(after)
    request = Request(
        given.get("-X", "GET"),
        url.path,
        url.query,
        Headers(fields),
        origin=f"{url.scheme}://{url.netloc}",
        body=Content(given.get("-d", "").encode()),
    )
    answer = text(asyncio.run(ask(demo, request)))
    # Of headers, runtimes choose the order; a body is one line.
    for line in output.splitlines():
        position = 0
        for piece in line.split(CUT):
            assert piece in answer[position:], f"{command} gives no {piece!r} there, but {answer}"
            position = answer.index(piece, position) + len(piece)


@pytest.mark.parametrize("path", [*DOCUMENT["paths"], *SERVICE_ROUTES])
def test_every_route_is_documented_with_a_curl_line(path: str) -> None:
    assert f"`{path}`" in PAGE
    pattern = re.sub(r"\\\{\w+\\\}", "[^/?']+", re.escape(path))
    assert any(re.search(rf"127\.0\.0\.1:8787{pattern}(\?|')", command) for command, _ in sessions()), path


def parameters() -> Iterator[str]:
    described = [one for path in DOCUMENT["paths"].values() for one in path.values()]
    for operation in described:
        for parameter in operation["parameters"]:
            if parameter["in"] == "query":
                yield parameter["name"].removesuffix(".all").removesuffix(".not")


@pytest.mark.parametrize("name", sorted(set(parameters())))
def test_every_query_parameter_is_documented(name: str) -> None:
    assert re.search(rf"^\|[^|\n]*`{name}(\.<fibre>)?`", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "field",
    sorted({name for schema in DOCUMENT["components"]["schemas"].values() for name in schema["properties"]}),
)
def test_every_served_field_is_documented(field: str) -> None:
    assert f"`{field}`" in PAGE


@pytest.mark.parametrize(
    "kind", sorted(set(re.findall(r"/problems/[a-z-]+", Path(problems.__file__).read_text(encoding="utf-8"))))
)
def test_every_problem_is_documented_with_its_status(kind: str) -> None:
    assert re.search(rf"^\| `{kind}` \| \d{{3}} \|", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "reason",
    [*(error.reason for error in SnapshotError.__subclasses__()), StorageUnavailable.reason, "internal"],
)
def test_every_reason_for_trouble_is_explained(reason: str) -> None:
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|[^|\n]*`{reason}`[^|\n]*\|[^|\n]+\|[^|\n]+\|$", page, flags=re.MULTILINE)
