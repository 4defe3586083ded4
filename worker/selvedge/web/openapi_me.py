"""What the OpenAPI document says of `/v1/me`: a row for each operation."""

from __future__ import annotations

import msgspec

from selvedge.web.me import Changed, Erasure, MyData, MyExport, Objected
from selvedge.web.my_consent import MyConsent
from selvedge.web.myself import MAX_MARKET
from selvedge.web.openapi_parameters import PERSONALISE_NOTHING
from selvedge.web.openapi_parts import (
    CHOICE,
    OTHER_RESPONSES,
    Document,
    header_refs,
    make_header,
    make_operation,
    own_answer,
    path_parameter,
    problem_answer,
    query_parameter,
)
from selvedge.web.session import SessionState

SERVED = (Changed, Erasure, MyConsent, MyData, MyExport, Objected, SessionState)
"""The structs that these operations answer with."""


class Operation(msgspec.Struct, frozen=True):
    """An operation; `answer` is a struct's name, `object` for what the origin alone describes, or nothing.

    `failures` are statuses beside those that every operation may answer.
    """

    path: str
    method: str
    name: str
    summary: str
    answer: str
    failures: tuple[int, ...]
    content: Document | None = None
    media_type: str = "application/json"
    status: int = 200
    tagged: bool = False
    market: bool = False
    if_match: bool = False
    receipt: bool = False


def _content(**properties: Document) -> Document:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


_OBJECTION = _content(objected={"type": "boolean", "description": "Whether the profile may not be used."})
_ANSWERS = _content(answers={"type": "object", "description": "By question, as the questions say."})
_CORRECTION = _content(
    declared={"type": "object", "description": "A merge patch (RFC 7396): null takes a member away."}
)
_FROM_ORIGIN = (404, 410, 422)
_SENT = (403, 413, 415)

OPERATIONS = (
    Operation("/v1/me", "get", "showMe", "What is kept about whoever asks", "MyData", (422,), tagged=True),
    Operation(
        "/v1/me",
        "patch",
        "correctMe",
        "Correct what was declared",
        "Changed",
        (*_SENT, *_FROM_ORIGIN, 412, 428),
        _CORRECTION,
        "application/merge-patch+json",
        tagged=True,
        if_match=True,
    ),
    Operation(
        "/v1/me/consent",
        "get",
        "showMyConsent",
        "What this browser allows, and what is on record",
        "MyConsent",
        (422,),
        market=True,
    ),
    Operation(
        "/v1/me/export",
        "get",
        "exportMe",
        "Everything that is held, of the cookies and of the origin",
        "MyExport",
        (422,),
    ),
    Operation(
        "/v1/me/objection",
        "put",
        "objectMe",
        "Object to the use of the profile, or take that back",
        "Objected",
        (*_SENT, *_FROM_ORIGIN),
        _OBJECTION,
    ),
    Operation(
        "/v1/me/erasure",
        "post",
        "eraseMe",
        "Erase all that is kept, the cookie too",
        "Erasure",
        (403, *_FROM_ORIGIN),
        status=202,
    ),
    Operation(
        "/v1/me/erasures/{receipt}",
        "get",
        "showErasure",
        "What an erasure has done so far",
        "object",
        _FROM_ORIGIN,
        receipt=True,
    ),
    Operation(
        "/v1/me/questionnaire",
        "get",
        "showQuestions",
        "What a person may be asked",
        "object",
        _FROM_ORIGIN,
        market=True,
    ),
    Operation(
        "/v1/me/questionnaire",
        "post",
        "answerQuestions",
        "Declare preferences, which the very next order knows",
        "Changed",
        (*_SENT, *_FROM_ORIGIN),
        _ANSWERS,
        tagged=True,
        market=True,
    ),
    Operation(
        "/v1/me/session",
        "put",
        "logIn",
        "Let the context be the account's, where that is allowed",
        "SessionState",
        (403,),
        market=True,
    ),
    Operation(
        "/v1/me/session",
        "delete",
        "logOut",
        "Drop the context",
        "",
        (403,),
        status=204,
    ),
    Operation(
        "/v1/me/consent",
        "put",
        "chooseMine",
        "Remember a choice, and put it on record",
        "MyConsent",
        (403, 413, 415),
        CHOICE,
        market=True,
    ),
)

_RESPONSES: dict[int, Document] = {
    400: problem_answer("A parameter or the content makes no sense"),
    401: problem_answer("No token where one is needed, or one that proves nothing", "WWW-Authenticate"),
    403: problem_answer("The page's origin is not allowed, or a consent is missing"),
    404: problem_answer("Nothing is kept under this name"),
    410: problem_answer("It was erased"),
    412: problem_answer("It has been changed meanwhile"),
    413: problem_answer("The content is too large"),
    415: problem_answer("The content is of another media type"),
    422: problem_answer("The origin cannot take the content as it is"),
    428: problem_answer("`If-Match` is missing"),
    429: OTHER_RESPONSES[429],
    503: problem_answer("The origin or the provider does not answer; nothing was done", "Retry-After"),
}
_MARKET = query_parameter(
    "market", {"minLength": 1, "maxLength": MAX_MARKET}, "Whose policy of consent holds"
)
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The entity tag of the profile that was seen",
    "schema": {"type": "string"},
}
_PROFILE_TAG = make_header("The profile's revision.", pattern='^"[0-9]+"$')


def my_paths(schemas: Document) -> Document:
    """Return the paths; `schemas` are those of `SERVED` by name."""
    paths: Document = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = _operation_of(one, schemas)
    return paths


def _operation_of(one: Operation, schemas: Document) -> Document:
    parameters = [
        *([_MARKET] if one.market else []),
        *([_IF_MATCH] if one.if_match else []),
        *([path_parameter("receipt", "A receipt's id")] if one.receipt else []),
        PERSONALISE_NOTHING,
    ]
    answer = own_answer(schemas.get(one.answer, {"type": "object"}))
    if one.tagged:
        answer = {**answer, "headers": answer["headers"] | {"ETag": _PROFILE_TAG}}
    if not one.answer:
        answer = {"description": "Done", "headers": header_refs("Cache-Control")}
    failures = {status: _RESPONSES[status] for status in (400, 401, *one.failures, 429, 503)}
    operation = make_operation(one.name, one.summary, parameters, {one.status: answer, **failures})
    if one.content is not None:
        content = {one.media_type: {"schema": one.content}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation | {"security": [{}, {"account": []}]}
