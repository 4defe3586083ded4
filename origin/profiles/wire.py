"""Answers as bytes, and what the OpenAPI document says where a body is read as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from origin.profiles.errors import WrongMediaType

if TYPE_CHECKING:
    from collections.abc import Collection

    from litestar import Request

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
NDJSON = "application/x-ndjson"

ETAG = ResponseHeader(name="ETag", description="The revision.", documentation_only=True)

_encode = msgspec.json.Encoder().encode


def answered(value: object, status: int = 200, **headers: str) -> Response[Any]:
    """Return `value` as JSON; nothing between here and the caller may keep it."""
    fields = {"cache-control": "private, no-store", **headers}
    return Response(_encode(value), status_code=status, media_type=JSON, headers=fields)


async def read_body(request: Request[Any, Any, Any], kinds: Collection[str]) -> tuple[str, bytes]:
    """Return the media type, one of `kinds`, and the body. Raises `WrongMediaType`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        raise WrongMediaType(f"send {' or '.join(kinds)}")
    return kind, await request.body()


def pattern_of(annotation: Any) -> str:
    """Return the pattern of a text that is annotated with one."""
    return next(str(one.pattern) for one in get_args(annotation) if getattr(one, "pattern", None))


def documented_pattern(annotation: Any) -> dict[str, str]:
    """Return the same pattern as ECMA-262 writes it, which is what OpenAPI documents hold."""
    return {"pattern": pattern_of(annotation).replace(r"\Z", "$")}


@dataclass
class MergePatchOperation(Operation):
    """A body of RFC 7396: what is null is removed."""

    def __post_init__(self) -> None:
        said = "What is to change of `declared` and `consent` (RFC 7396)."
        schema = Schema(type=OpenAPIType.OBJECT, description=said)
        self.request_body = RequestBody({MERGE_PATCH: OpenAPIMediaType(schema)}, required=True)


@dataclass
class ScoresOperation(Operation):
    """A batch: an array, or a line for each shopper."""

    def __post_init__(self) -> None:
        pair = Schema(type=OpenAPIType.ARRAY, description="Product id and score.", min_items=2, max_items=2)
        pair.items = Schema(type=[OpenAPIType.STRING, OpenAPIType.NUMBER])
        scores = Schema(type=OpenAPIType.ARRAY, items=pair, max_items=1000)
        name = Schema(type=OpenAPIType.STRING, pattern=r"^(?:v[0-9a-f]{24}|a[A-Za-z0-9_-]{43})$")
        one = Schema(type=OpenAPIType.OBJECT, properties={"shopper": name, "scores": scores})
        one.required = ["shopper", "scores"]
        every = Schema(type=OpenAPIType.ARRAY, items=one)
        lines = Schema(type=OpenAPIType.STRING, description="The array's elements, each on a line.")
        content = {JSON: OpenAPIMediaType(every), NDJSON: OpenAPIMediaType(lines)}
        self.request_body = RequestBody(content, required=True)
