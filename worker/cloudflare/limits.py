"""The platform's rate limits, which never keep anybody out by failing."""

from __future__ import annotations

import asyncio
from typing import Any

from pyodide.ffi import JsException

DEADLINE_SECONDS = 0.25


class BindingLimiter:
    """A rate limit binding: counts per location, approximately."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def allows(self, key: str) -> bool:
        """Count one more under `key`; whether that is within the limit, or nobody can say."""
        try:
            outcome = await asyncio.wait_for(self._binding.limit({"key": key}), DEADLINE_SECONDS)
        except (JsException, TimeoutError, AttributeError, TypeError):
            return True
        return not isinstance(outcome, dict) or outcome.get("success") is not False


def limiter(env: Any, name: str) -> BindingLimiter | None:
    """Return the binding called `name`, or None where there is none."""
    binding = getattr(env, name, None)
    return None if binding is None else BindingLimiter(binding)
