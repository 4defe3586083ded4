"""`If-Match` and `If-None-Match` (RFC 9110, sections 13.1 and 8.8.3): writers say which revision they saw."""

from __future__ import annotations

import re

from origin.profiles.errors import RevisionRequired, StaleRevision

_TAG = re.compile(r'(W/)?"([^"]*)"')


def etag(revision: int) -> str:
    """Return the entity tag of a revision."""
    return f'"{revision}"'


def demand_match(if_match: str | None, revision: int, *, exists: bool) -> None:
    """Check `If-Match` before what `exists` in `revision` is changed.

    Raises `RevisionRequired` where nothing is said, and `StaleRevision` where another revision was seen.
    """
    if if_match is None:
        if exists:
            raise RevisionRequired("send If-Match with the ETag of what you saw")
        return
    if not exists:
        raise StaleRevision("there is nothing yet, or nothing any more")
    if if_match.strip() == "*":
        return
    # The comparison is the strong one: a weak tag never matches.
    if str(revision) not in {value for weak, value in _TAG.findall(if_match) if not weak}:
        raise StaleRevision(f"the current revision is {revision}")


def is_current(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller already holds what `tag` names, by the weak comparison."""
    if if_none_match is None:
        return False
    opaque = tag.removeprefix("W/").strip('"')
    return if_none_match.strip() == "*" or opaque in {value for _, value in _TAG.findall(if_none_match)}
