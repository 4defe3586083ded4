"""The lint over many texts: each text is read once, however often it stands in a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.claims.lint import Finding, lint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from origin.claims.texts import Text


class Found(msgspec.Struct, frozen=True):
    """A finding and where it was made. `start` and `end` count code points of the text at `place`."""

    place: str
    text: str
    finding: Finding


def look(texts: Iterable[Text]) -> Iterator[Found]:
    """Yield what the lint finds in `texts`."""
    known: dict[tuple[str, str | None, bool], tuple[Finding, ...]] = {}
    for one in texts:
        key = (one.text, one.locale, one.organic)
        if key not in known:
            known[key] = lint(one.text, one.locale, organic=one.organic)
        yield from (Found(one.place, one.text, finding) for finding in known[key])
