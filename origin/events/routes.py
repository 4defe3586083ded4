"""The events routes: messages in, each event once; and pages of what may serve a purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromQuery

from origin.events.ingest import Ingest, Overloaded
from origin.events.message_schema import message_schema
from origin.events.rows import Row, Unreadable, read_message, rows_of
from origin.events.store import EventStore, Kept
from origin.identity.principal import requires
from origin.problems import may_answer
from origin.profiles.wire import JSON, answered, read_body
from origin.storage.paging import Cursors, CursorText, Page, PageSize
from origin.telemetry.metrics import Metrics
from selvedge.events.receipt import Receipt, Refusal

MAX_BYTES = 16 * 1024 * 1024
"""A hundred messages of the greatest size that a queue takes, and room beside."""

_LIST = "events"
_messages = msgspec.json.Decoder(list[msgspec.Raw])

Wanted = Annotated[
    Literal["profile", "training", "measurement"],
    msgspec.Meta(description="What they are to serve: only events that may come."),
]


@dataclass
class MessagesOperation(Operation):
    """A message as the edge hands it on, or a list of them; docs/events.md has its fields."""

    def __post_init__(self) -> None:
        one = message_schema()
        many = Schema(type=OpenAPIType.ARRAY, items=one)
        self.request_body = RequestBody({JSON: OpenAPIMediaType(Schema(one_of=[one, many]))}, required=True)


@post(
    "/v1/events",
    guards=[requires("events:write")],
    operation_class=MessagesOperation,
    request_max_body_size=MAX_BYTES,
    status_code=202,
    responses=may_answer(413, 415),
)
async def take(
    request: Request[Any, Any, Any], ingest: NamedDependency[Ingest], metrics: NamedDependency[Metrics]
) -> Response[Receipt]:
    """Keep the events of messages. Answered when they are durable."""
    _, body = await read_body(request, [JSON])
    rows, refused, count = _read(body)
    metrics.messages.labels("refused").inc(len(refused))
    try:
        found = await ingest.take(rows)
    except Overloaded:
        metrics.messages.labels("turned_away").inc(count)
        raise
    metrics.messages.labels("taken").inc(count)
    receipt = Receipt(found["accepted"], found["duplicate"], found["dropped"], tuple(refused))
    return answered(receipt, 202)


@get("/v1/events", guards=[requires("events:read")], responses=may_answer())
async def show(
    events: NamedDependency[EventStore],
    cursors: NamedDependency[Cursors],
    purpose: FromQuery[Wanted],
    cursor: FromQuery[CursorText | None] = None,
    limit: FromQuery[PageSize] = 50,
) -> Response[Page[Kept]]:
    """List the events that may serve a purpose, in the order in which they were kept."""
    after = cursors.read(_LIST, cursor, int) if cursor else 0
    found = await events.page(after, limit + 1, purpose)
    shown = found[:limit]
    more = len(found) > limit
    return answered(Page(shown, cursors.write(_LIST, shown[-1].number) if more else None))


def _read(body: bytes) -> tuple[list[Row], list[Refusal], int]:
    """Return rows, what cannot be read, and the number of messages that can. Raises `Unreadable`."""
    if not body.lstrip(b" \t\r\n").startswith(b"["):
        return list(rows_of(read_message(body))), [], 1
    try:
        messages = _messages.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable("malformed at $") from error
    rows: list[Row] = []
    refused: list[Refusal] = []
    for index, message in enumerate(messages):
        try:
            rows += rows_of(read_message(message))
        except Unreadable as error:
            refused.append(Refusal(index, str(error)))
    return rows, refused, len(messages) - len(refused)


ROUTES = [take, show]
