"""The routes of model outputs: batches in, pages out."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from origin.identity.principal import requires
from origin.problems import may_answer
from origin.profiles.model import LAST_SECOND
from origin.profiles.outputs import Outputs, Receipt, Recommendations, parse_scores
from origin.profiles.routes import PATH, Shopper
from origin.profiles.wire import JSON, NDJSON, ScoresOperation, answered, read_body
from origin.storage.paging import CursorText, PageSize

Name = Annotated[str, PathParameter(min_length=1, max_length=128, pattern=r"^[\w.:-]+$")]
At = Annotated[int | None, QueryParameter(ge=0, le=LAST_SECOND, description="When; now, if left out.")]


@get(f"{PATH}/recommendations", guards=[requires("profiles:read")], responses=may_answer(404, 410))
async def recommendations(
    outputs: NamedDependency[Outputs],
    shopper: Shopper,
    cursor: CursorText = None,
    limit: PageSize = 50,
) -> Response[Recommendations]:
    """Return what a model said of a shopper, the best first."""
    return answered(await outputs.page(shopper, cursor, limit))


@put(
    "/v1/model-outputs/{model:str}/{version:str}",
    guards=[requires("outputs:write")],
    operation_class=ScoresOperation,
    responses=may_answer(413, 415),
)
async def keep(
    request: Request[Any, Any, Any],
    outputs: NamedDependency[Outputs],
    model: Name,
    version: Name,
    time: At = None,
) -> Response[Receipt]:
    """Keep what a model said of many shoppers at `time` (epoch seconds; now, if it is left out)."""
    kind, body = await read_body(request, [JSON, NDJSON])
    scores = parse_scores(body, lines=kind == NDJSON)
    return answered(await outputs.keep(model, version, scores, time))


ROUTES = [recommendations, keep]
