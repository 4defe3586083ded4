"""Calls a handler of the Worker's entry point, converting at the boundary as production's runtime does."""

import inspect
from typing import Any

from workers import python_from_rpc, python_to_rpc


async def handle(entrypoint: Any, ctx: Any, env: Any, handler: str, *args: Any) -> Any:
    """Make the instance that serves this one event, and let it."""
    method = getattr(entrypoint(ctx, env), handler)
    result = method(*[python_from_rpc(arg) for arg in args])
    if inspect.isawaitable(result):
        result = await result
    return python_to_rpc(result)
