"""Runs a snippet that a test or a benchmark sent, in the interpreter that serves the requests."""

import json
from typing import Any

from pyodide.code import eval_code_async


async def run(source: str, env: Any, ctx: Any) -> str:
    """The value of the snippet's last expression, as JSON; top-level await is allowed.

    The snippet sees `env` as a handler does, and `ctx`.
    """
    from workers import _EnvWrapper  # noqa: PLC0415 - not at import: the guard watches that

    namespace = {"env": _EnvWrapper(env), "ctx": ctx, "__name__": "snippet"}
    return json.dumps({"value": await eval_code_async(source, namespace)})
