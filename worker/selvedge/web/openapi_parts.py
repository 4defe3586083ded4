"""What every description of an operation is made of: answers, header fields, parameters."""

from __future__ import annotations

from typing import Any

from selvedge.shopper.policy import PURPOSES
from selvedge.web.http import HTML, JAVASCRIPT, JSON, JSON_LD
from selvedge.web.problems import CONTENT_TYPE

Document = dict[str, Any]

REF = "#/components/schemas/{name}"


def make_operation(
    name: str,
    summary: str,
    parameters: list[Document],
    responses: dict[int, Document],
    content: Document | None = None,
) -> Document:
    """Return an operation; `content` is the schema of its JSON content."""
    body = (
        {} if content is None else {"requestBody": {"required": True, "content": {JSON: {"schema": content}}}}
    )
    return body | {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {str(status): response for status, response in responses.items()},
    }


def make_answer(schema: Document, description: str = "As asked", *headers: str) -> Document:
    """Return an answer in JSON, with the header fields that all have and those named."""
    content = {JSON: {"schema": schema}}
    return {"description": description, "headers": header_refs("Cache-Control", *headers), "content": content}


def public_answer(schema: Document) -> Document:
    """Return an answer that depends on path and query alone."""
    return make_answer(
        schema, "As asked; any cache may keep it", *EDITION, "Selvedge-Snapshot", "Selvedge-Degraded"
    )


def product_answer(schema: Document) -> Document:
    """Return a public answer that says where the same is in JSON-LD."""
    answer = public_answer(schema)
    return {**answer, "headers": {**answer["headers"], **header_refs("Link")}}


def garment_answer(schema: Document) -> Document:
    """Return an answer about a garment that may be in a personal order."""
    told = ("Selvedge-Snapshot", "Selvedge-Degraded", "Selvedge-Profile")
    return make_answer(schema, "As asked. Any cache may keep it, unless a personal order is asked for", *told)


def linked_answer() -> Document:
    """Return a public answer in JSON-LD."""
    schema: Document = {"type": "object"}
    return {**public_answer(schema), "content": {JSON_LD: {"schema": schema}}}


def private_answer(schema: Document) -> Document:
    """Return an answer that may depend on a person."""
    told = ("Selvedge-Snapshot", "Selvedge-Degraded", "Selvedge-Profile")
    return make_answer(schema, "As asked; for this person alone", *told)


def own_answer(schema: Document) -> Document:
    """Return an answer about a person that no snapshot has a part in."""
    return make_answer(schema, "As asked; for this person alone")


def fragment_answer() -> Document:
    """Return the answer that is a part of a page."""
    description = (
        "As asked. Any cache may keep `similar`, and `alternatives` unless a personal order is asked for; "
        "the other slots are for this person alone"
    )
    headers = header_refs("Cache-Control", "Selvedge-Snapshot", "Selvedge-Degraded", "Selvedge-Profile")
    return {
        "description": description,
        "headers": headers,
        "content": {HTML: {"schema": {"type": "string"}}},
    }


def script_answer() -> Document:
    """Return the answer that is the client."""
    content = {JAVASCRIPT: {"schema": {"type": "string"}}}
    return {
        "description": "The same for everyone",
        "headers": header_refs("Cache-Control", "ETag"),
        "content": content,
    }


def header_refs(*names: str) -> Document:
    """Return references to header fields by name."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def problem_answer(description: str, *headers: str) -> Document:
    """Return an answer that is a problem (RFC 9457)."""
    schema = {"$ref": REF.format(name="Problem")}
    content = {CONTENT_TYPE: {"schema": schema}}
    return {"description": description, "headers": header_refs("Cache-Control", *headers), "content": content}


def other_answers(*statuses: int) -> dict[int, Document]:
    """Return the usual answers with these statuses."""
    return {status: OTHER_RESPONSES[status] for status in statuses}


def path_parameter(name: str, description: str, **more: Any) -> Document:
    """Return a parameter that is a segment of the path."""
    schema = {"type": "string", "minLength": 1, **more}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def query_parameter(name: str, schema: Document, description: str) -> Document:
    """Return a parameter of the query; a text unless `schema` says otherwise."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", **schema}}


def make_header(description: str, *, required: bool = True, **schema: str) -> Document:
    """Return a header field that answers have."""
    return {"description": description, "required": required, "schema": {"type": "string", **schema}}


EDITION = ("Cache-Tag", "ETag", "Last-Modified")
HEADERS: Document = {
    "Cache-Control": make_header("RFC 9111 and 5861. Ends before evidence that is shown may expire."),
    "Cache-Tag": make_header("What a publication purges."),
    "ETag": make_header(
        "Changes with snapshot, delta, evidence and Worker version.", pattern='^"[0-9a-f]{24}"$'
    ),
    "Last-Modified": make_header("When the snapshot was published, or evidence began or ended since."),
    "Link": make_header("The same as JSON-LD (RFC 8288)."),
    "Location": make_header("The canonical form of the request."),
    "Retry-After": make_header("Seconds."),
    "WWW-Authenticate": make_header("RFC 6750, section 3."),
    "Selvedge-Snapshot": make_header(
        "Version and delta of the snapshot that was used.", pattern=r"^[0-9a-f]{16}\.[0-9]+$"
    ),
    "Selvedge-Degraded": make_header(
        "Why the answer is not the newest or not personal: a stable name.", required=False
    ),
    "Selvedge-Profile": make_header(
        "Where the person's profile was found, or why it was not; absent where none was looked for.",
        required=False,
        pattern="^(memory|kv|origin|none|timeout|open)$",
    ),
}

OTHER_RESPONSES: dict[int, Document] = {
    304: {"description": "Not modified (RFC 9110)", "headers": header_refs("Cache-Control", *EDITION)},
    308: {
        "description": "The query is not in canonical form, which lists share",
        "headers": header_refs("Cache-Control", "Location"),
    },
    400: problem_answer("A parameter makes no sense; the problem names it and what is allowed"),
    403: problem_answer("The page's origin is not allowed"),
    404: problem_answer("No such market, locale or product"),
    410: problem_answer("The product is no longer sold, or the cursor is of a list that has changed"),
    413: problem_answer("The content is too large"),
    415: problem_answer("The content is of another media type"),
    429: problem_answer("More than an address, token or shopper may ask", "Retry-After"),
    503: problem_answer("No catalogue can be served yet", "Retry-After"),
}
CHOICE: Document = {
    "type": "object",
    "required": ["purposes"],
    "additionalProperties": False,
    "properties": {
        "purposes": {
            "type": "array",
            "description": "What is allowed; all other purposes are refused.",
            "items": {"enum": sorted(PURPOSES)},
        }
    },
}
"""The content that says which purposes a person allows."""
