"""The routes of a person's rights. docs/privacy.md says what each does."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from origin.identity.principal import requires
from origin.privacy.erasure import Erasures
from origin.privacy.export import Export, Exporter
from origin.privacy.objection import Objected, Objection, Objections
from origin.privacy.receipts import Receipt
from origin.problems import may_answer
from origin.profiles.routes import PATH
from origin.profiles.wire import JSON, answered
from selvedge.shopper.identity import ShopperId

Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$", description="`id` of the receipt.")]


@get(
    f"{PATH}/export",
    guards=[requires("privacy")],
    responses=may_answer()
    | {200: ResponseSpec(Export, generate_examples=False, description="Everything that is held.")},
)
async def export(exporter: NamedDependency[Exporter], shopper: FromPath[ShopperId]) -> Stream:
    """Return everything that is held about a person, as it is held, as it is read."""
    headers = {"cache-control": "private, no-store"}
    return Stream(await exporter.stream(shopper), media_type=JSON, headers=headers)


@put(f"{PATH}/objection", guards=[requires("privacy")], responses=may_answer())
async def objection(
    objections: NamedDependency[Objections],
    shopper: FromPath[ShopperId],
    data: JSONBody[Objection],
) -> Response[Objected]:
    """Note that a person objects to being ordered for and learnt from, or does so no more."""
    return answered(await objections.note(shopper, objected=data.objected))


@post(
    f"{PATH}/erasure",
    guards=[requires("privacy")],
    status_code=202,
    responses=may_answer()
    | {202: ResponseSpec(Receipt, generate_examples=False, description="Erased, or soon.")},
)
async def erase(erasures: NamedDependency[Erasures], shopper: FromPath[ShopperId]) -> Response[Any]:
    """Erase a person; the receipt can be read again later."""
    receipt = await erasures.request(shopper)
    return answered(receipt, 202, location=f"/v1/erasures/{receipt.id}")


@get("/v1/erasures/{number:str}", guards=[requires("privacy", anyone=True)], responses=may_answer(404))
async def receipt(erasures: NamedDependency[Erasures], number: FromPath[Number]) -> Response[Receipt]:
    """Return the receipt of an erasure; its number is all that is needed to know it."""
    return answered(await erasures.receipt(number))


ROUTES = [export, objection, erase, receipt]
