"""The peer: the two read routes written plainly in Starlette with msgspec.

It asks the same tables, opens the same seals and verifies the same tokens. It has no framework around that:
no guards, limits, problems, measurements or log.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from origin.composition import Kept
from origin.identity.servicekeys import ServiceVerifier
from origin.rehearsal import SystemClock
from origin.settings import read_settings
from origin.telemetry.logs import MemoryLog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

JSON = "application/json"


def create_app() -> Starlette:
    """Return the application; uvicorn calls this as its factory."""
    settings = read_settings(os.environ)
    kept = Kept(settings, MemoryLog())
    tokens = ServiceVerifier(settings.service_keys, SystemClock())
    encode = msgspec.json.Encoder().encode

    def allowed(request: Request, scope: str) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return scope in tokens.verify(token).scopes

    async def edge_profile(request: Request) -> Response:
        if not allowed(request, "edge-profile:read"):
            return Response(status_code=403)
        compact = await kept.profiles.compact(request.path_params["shopper"])
        headers = {"etag": compact.tag, "cache-control": f"private, max-age={kept.profiles.valid}"}
        return Response(compact.body, media_type=JSON, headers=headers)

    async def recommendations(request: Request) -> Response:
        if not allowed(request, "profiles:read"):
            return Response(status_code=403)
        page = await kept.outputs.page(request.path_params["shopper"], None, 50)
        return Response(encode(page), media_type=JSON, headers={"cache-control": "private, no-store"})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await kept.database.close()
        await kept.key_store.close()

    base = "/v1/shoppers/{shopper}"
    routes = [Route(f"{base}/edge-profile", edge_profile), Route(f"{base}/recommendations", recommendations)]
    return Starlette(routes=routes, lifespan=lifespan)
