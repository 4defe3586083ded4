"""The questionnaire: what a person declares at once, which the very next order knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from selvedge.profiles.origin import OriginRequest
from selvedge.shopper.context import new_context
from selvedge.web.content import read_content
from selvedge.web.me import MAX_BODY, answered, changed
from selvedge.web.myself import Myself, ask, ask_origin, consent_of, identify, read_object
from selvedge.web.origins import require_origin
from selvedge.web.problems import ConsentNeeded

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request, Response


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers by question."""

    answers: dict[str, Any]


_decoder = msgspec.json.Decoder(Answers)


async def show_questions(edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /v1/me/questionnaire`."""
    consent_of(edge, request)
    asked = OriginRequest(path="/v1/questionnaire", deadline_ms=edge.settings.rights_deadline_ms)
    return answered(read_object(await ask_origin(edge, asked)))


async def answer_questions(edge: Edge, request: Request, _background: Background) -> Response:
    """`POST /v1/me/questionnaire`: under the purposes `session` and `profile`; a visitor gets a name."""
    require_origin(request, edge.settings.allowed_origins)
    consent = consent_of(edge, request)
    if not (consent.allows("session") and consent.allows("profile")):
        raise ConsentNeeded("answers are kept for the purpose profile, under a name that session allows")
    answers = await read_content(request, MAX_BODY, _decoder)
    myself = await identify(edge, request)
    if myself.context is None:
        visitor = msgspec.structs.replace(
            new_context(consent.since), account=myself.shopper if myself.token else ""
        )
        myself = Myself(myself.shopper or visitor.shopper, myself.token, visitor)
    answer = await ask(edge, myself, "/questionnaire", method="POST", content=answers)
    return await changed(edge, myself, read_object(answer).get("revision"))
