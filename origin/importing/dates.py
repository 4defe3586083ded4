"""Dates of feeds and certificates, as aware UTC datetimes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache


@lru_cache(maxsize=16384)
def parse_moment(text: str) -> datetime | None:
    """Parse ISO 8601, or seconds since 1970; what has no zone is UTC. None where it is neither."""
    try:
        if text.isdigit() and len(text) > len("20261231"):
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_end(text: str) -> datetime | None:
    """Parse the end of a validity: a bare date is valid to the end of that day."""
    moment = parse_moment(text)
    bare_date = "T" not in text and ":" not in text
    return moment + timedelta(days=1) if moment and bare_date else moment


def parse_interval(text: str) -> tuple[datetime, datetime] | None:
    """Parse Google's `start/end`; None where it is not one."""
    start_text, _, end_text = text.partition("/")
    start, end = parse_moment(start_text.strip()), parse_end(end_text.strip())
    return (start, end) if start and end else None
