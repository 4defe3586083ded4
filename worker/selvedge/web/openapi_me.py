"""What the OpenAPI document says of `/v1/me`: a row for each operation."""

from __future__ import annotations

from typing import Any

import msgspec

from selvedge.web.me import Changed, Erasure, MyData, MyExport, Objected
from selvedge.web.my_consent import MyConsent
from selvedge.web.session import SessionState

Document = dict[str, Any]

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
)
"""All but the PUT of a consent, whose content `openapi` knows already."""
