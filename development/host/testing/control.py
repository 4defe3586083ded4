"""Runs a snippet that a test or a benchmark sent, in the interpreter that serves the requests."""

import json
from typing import Any

import workers
from pyodide.code import eval_code_async


async def run(source: str, ctx: Any) -> str:
    """The value of the snippet's last expression, as JSON; top-level await is allowed.

    The snippet sees `env` as a handler does, and `ctx`.
    """
    namespace = {"env": workers.env, "ctx": ctx, "__name__": "snippet"}
    return json.dumps({"value": await eval_code_async(source, namespace)})
