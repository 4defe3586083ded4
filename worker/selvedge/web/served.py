"""The base of everything that is served as JSON."""

from __future__ import annotations

import msgspec


class Served(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The base of what is served: camelCase names, absent instead of null."""
