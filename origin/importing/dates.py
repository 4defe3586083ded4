"""Dates of feeds and certificates, as aware UTC datetimes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_SECONDS = re.compile(r"\d{9,}", re.ASCII)
"""Longer than a date without hyphens."""


@lru_cache(maxsize=16384)
def parse_moment(text: str) -> datetime | None:
    """Parse ISO 8601, or seconds since 1970; what has no zone is UTC. None where it is neither."""
    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def parse_end(text: str) -> datetime | None:
    """Parse the end of a validity: a bare date is valid to the end of that day, or of time."""
    moment = parse_moment(text)
    if moment is None or _SECONDS.fullmatch(text) or "T" in text or ":" in text:
        return moment
    try:
        return moment + timedelta(days=1)
    except OverflowError:
        return datetime.max.replace(microsecond=0, tzinfo=UTC)


def parse_interval(text: str) -> tuple[datetime, datetime] | None:
    """Parse Google's `start/end`; None where it is not one."""
    start_text, _, end_text = text.partition("/")
    start, end = parse_moment(start_text.strip()), parse_end(end_text.strip())
    return (start, end) if start and end else None
