"""The routes of profiles. What they ask of a caller stands in their guards."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter

from origin.identity.principal import PUBLIC, requires
from origin.problems import may_answer
from origin.profiles.model import Kept, Merged, Profile, Revision
from origin.profiles.preconditions import etag, is_current
from origin.profiles.questionnaire import Answered, Questionnaire, apply_answers, questionnaire
from origin.profiles.store import Profiles
from origin.profiles.wire import (
    ETAG,
    MERGE_PATCH,
    MergePatchOperation,
    answered,
    documented_pattern,
    pattern_of,
    read_body,
)
from origin.storage.paging import Cursors, CursorText, Page, PageSize
from selvedge.shopper.identity import AccountId, ShopperId, VisitorId
from selvedge.shopper.profile import EdgeProfile

PATH = "/v1/shoppers/{shopper:str}"

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match", description="The ETag that was seen.")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match", description="The ETag at hand.")]
Locale = Annotated[str, QueryParameter(max_length=35, description="Language of the texts.")]
Shopper = Annotated[
    str,
    PathParameter(
        pattern=pattern_of(ShopperId),
        schema_extra=documented_pattern(ShopperId),
        description="Who it is about.",
    ),
]
Account = Annotated[
    str,
    PathParameter(
        pattern=pattern_of(AccountId),
        schema_extra=documented_pattern(AccountId),
        description="Who logged in.",
    ),
]


class Merging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The visitor who turned out to be the owner of the account."""

    visitor: VisitorId


@get("/v1/shoppers", guards=[requires("profiles:read")], responses=may_answer())
async def shoppers(
    profiles: NamedDependency[Profiles],
    cursors: NamedDependency[Cursors],
    cursor: CursorText = None,
    limit: PageSize = 50,
) -> Response[Page[Profile]]:
    """List the profiles in the order of their ids."""
    return answered(await profiles.page(cursors, cursor, limit))


@get(PATH, guards=[requires("profiles:read")], responses=may_answer(404, 410), response_headers=[ETAG])
async def read(profiles: NamedDependency[Profiles], shopper: Shopper) -> Response[Profile]:
    """Return a profile; its revision is the ETag."""
    return _profile(await profiles.read(shopper))


@put(
    PATH,
    guards=[requires("profiles:write")],
    response_headers=[ETAG],
    responses=may_answer(412, 413, 428)
    | {201: ResponseSpec(Profile, generate_examples=False, description="It is new.")},
)
async def replace(
    profiles: NamedDependency[Profiles],
    shopper: Shopper,
    data: JSONBody[Kept],
    if_match: IfMatch = None,
) -> Response[Profile]:
    """Keep this instead of what was declared and allowed before; where there was any, with If-Match."""
    profile, new = await profiles.replace(shopper, data, if_match)
    return _profile(profile, 201 if new else 200)


@patch(
    PATH,
    guards=[requires("profiles:write")],
    operation_class=MergePatchOperation,
    response_headers=[ETAG],
    responses=may_answer(404, 410, 412, 413, 415, 428),
)
async def change(
    request: Request[Any, Any, Any],
    profiles: NamedDependency[Profiles],
    shopper: Shopper,
    if_match: IfMatch = None,
) -> Response[Profile]:
    """Apply a JSON Merge Patch to what is declared and allowed."""
    _, body = await read_body(request, [MERGE_PATCH])
    return _profile(await profiles.patch(shopper, body, if_match))


@delete(PATH, guards=[requires("profiles:write")], responses=may_answer(404, 410, 412, 428))
async def remove(profiles: NamedDependency[Profiles], shopper: Shopper, if_match: IfMatch = None) -> None:
    """Delete the profile, with what was derived and what models said."""
    await profiles.delete(shopper, if_match)


@get(
    f"{PATH}/edge-profile",
    guards=[requires("edge-profile:read")],
    response_headers=[ETAG],
    responses=may_answer(404, 410)
    | {304: ResponseSpec(None, description="What is at hand is current, and valid anew for `max-age`.")},
)
async def edge_profile(
    profiles: NamedDependency[Profiles], shopper: Shopper, if_none_match: IfNoneMatch = None
) -> Response[EdgeProfile]:
    """Return the compact form that the Worker reads."""
    compact = await profiles.compact(shopper, lambda tag: is_current(if_none_match, tag))
    headers = {"etag": compact.tag, "cache-control": f"private, max-age={profiles.valid}"}
    status = 200 if compact.body else 304
    return Response(compact.body, status_code=status, media_type="application/json", headers=headers)  # type: ignore[arg-type] # already encoded


@get("/v1/questionnaire", opt=PUBLIC, sync_to_thread=False, responses=may_answer())
def questions(locale: Locale = "en") -> Questionnaire:
    """Return what persons are asked."""
    return questionnaire(locale)


@post(
    f"{PATH}/questionnaire",
    status_code=200,
    guards=[requires("profiles:write")],
    responses=may_answer(413),
)
async def answer(
    profiles: NamedDependency[Profiles], shopper: Shopper, data: JSONBody[Answered]
) -> Response[Revision]:
    """Set what is declared by answers. Whoever shows the revision to the edge gets no older profile."""
    revision = await profiles.set_kept(shopper, lambda kept: apply_answers(kept, data))
    return answered(Revision(revision))


@post(
    f"{PATH}/merge",
    status_code=200,
    # Not for shoppers' own tokens: only the edge knows which browser is theirs.
    guards=[requires("profiles:merge")],
    responses=may_answer(409, 413),
)
async def merge(
    profiles: NamedDependency[Profiles], shopper: Account, data: JSONBody[Merging]
) -> Response[Merged]:
    """Move all of a visitor into an account; done again it changes nothing."""
    return answered(await profiles.merge(shopper, data.visitor))


ROUTES = [shoppers, read, replace, change, remove, edge_profile, questions, answer, merge]


def _profile(profile: Profile, status: int = 200) -> Response[Profile]:
    return answered(profile, status, etag=etag(profile.revision))
