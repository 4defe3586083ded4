"""The shelf: list items made ready to be served, kept while what they say stays true."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selvedge.web.certifications import Claim
    from selvedge.web.items import Item

HALF = 1024
"""Items in either half of the shelf: two full ones are about 2 MB."""

MAX_CLAIMS = 1024
"""Evidence kept ready at most, in each locale: about 1 MB."""


class Shelf:
    """Items and evidence of one release in one evidence epoch, in its markets and locales.

    Items are known by market, locale and rank. What was not asked for while a whole half filled up goes.
    """

    def __init__(self) -> None:
        self._newer: dict[tuple[str, str, int], Item] = {}
        self._older: dict[tuple[str, str, int], Item] = {}
        self._claims: dict[str, dict[int, Claim]] = {}

    def item(self, key: tuple[str, str, int]) -> Item | None:
        """The item of that market, locale and rank, if it is ready."""
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            if found is not None:
                self.keep_item(key, found)
        return found

    def keep_item(self, key: tuple[str, str, int], item: Item) -> None:
        """Have `item` ready from now on."""
        if len(self._newer) >= HALF:
            self._older, self._newer = self._newer, {}
        self._newer[key] = item

    def claims(self, locale: str) -> dict[int, Claim]:
        """The evidence that is ready in the words of `locale`, by number."""
        return self._claims.setdefault(locale, {})
