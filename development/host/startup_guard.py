"""The Python half of the start-up guard: the generators of `random` raise until the first request.

`random` seeds itself when it is imported, which production allows with poor entropy and makes good at the
first request. Whatever draws from it before then would draw the same numbers in every isolate.
"""

import random
from collections.abc import Callable
from functools import wraps
from typing import Any

_METHODS = [name for name in random.__all__ if not name.endswith("Random")]
_originals = {name: getattr(random, name) for name in _METHODS}
_importing = True


def _refusing(name: str, original: Callable[..., Any], record: Callable[[str], object]) -> Any:
    # A module may have kept the refusing function (`from random import choice`): once the import is over
    # it must work.
    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not _importing:
            return original(*args, **kwargs)
        record(f"random.{name}")
        message = f"random.{name} is not allowed while the Worker is imported"
        raise OSError(message)

    return call


def forbid(record: Callable[[str], object]) -> None:
    """Make `random`'s functions raise, each call reported to `record`."""
    for name in _METHODS:
        setattr(random, name, _refusing(name, _originals[name], record))


def allow() -> None:
    """Undo, and reseed from real entropy; call it inside the first request."""
    global _importing  # noqa: PLW0603
    _importing = False
    for name in _METHODS:
        setattr(random, name, _originals[name])
    random.seed()
