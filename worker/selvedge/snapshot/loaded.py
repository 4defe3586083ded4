"""A release in memory: its index at once, a market, labels or a page when a request needs it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from selvedge.errors import DamagedPart, MissingPart, SnapshotError, StorageUnavailable
from selvedge.ranking.rulebook import Rulebook
from selvedge.ranking.rules import decode_rules
from selvedge.sessions.part import SessionRows
from selvedge.sessions.predictor import SessionPredictor
from selvedge.snapshot import alternatives
from selvedge.snapshot.blobs import Blobs
from selvedge.snapshot.cards import Card, Detail, decode_card, decode_detail
from selvedge.snapshot.container import unpack
from selvedge.snapshot.index import Index, MarketIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selvedge.snapshot.manifest import PartRef, Release
    from selvedge.snapshot.parts import PartReader


class Labels(msgspec.Struct, frozen=True):
    """Words for fields, and for values by field, in one locale."""

    fields: dict[str, str]
    values: dict[str, dict[str, str]]

    def value(self, field: str, value: str) -> str:
        """The label of a value; a value without one stands for itself."""
        return self.values.get(field, {}).get(value, value)


SESSIONS = "sessions"
"""The group that holds the session model's part, in versions that have one."""

MODEL_RETRY_SECONDS = 30.0
"""How long a session model that could not be read or used is left alone."""

_labels_decoder = msgspec.msgpack.Decoder(Labels)


class LoadedRelease:
    """One release. Sections of its delta stand in for those of its base version, `base_groups`.

    `trouble` names why it is served although it is not the newest, where it stands in for another.
    """

    def __init__(
        self,
        release: Release,
        reader: PartReader,
        base_groups: dict[str, dict[str, memoryview]],
        overlay: Mapping[str, Mapping[str, memoryview]],
        published: int,
    ) -> None:
        self.release = release
        self.published = published
        self.trouble: str | None = None
        self.base_groups = base_groups
        self.index = Index({**base_groups["index"], **overlay.get("index", {})})
        self.rulebook = _rulebook(self.index, {**base_groups.get("rules", {}), **overlay.get("rules", {})})
        self.weights_revision = _weights_revision(overlay.get("index", {}))
        self._reader = reader
        self._overlay = overlay
        self._markets: dict[str, MarketIndex] = {}
        self._labels: dict[str, Labels] = {}
        self._predictor: SessionPredictor | None = None
        self._predictor_due = 0.0
        self.model_trouble: str | None = None
        self.markets = {market.code: market for market in release.manifest.markets}

    @classmethod
    async def load(
        cls, release: Release, reader: PartReader, published: int, base: LoadedRelease | None = None
    ) -> LoadedRelease:
        """Read what every answer needs. `base`, where it is of the same version, lends its sections.

        `published` (epoch seconds) is when the pointer named this release.

        Raises `StorageUnavailable` or one of the `SnapshotError`s.
        """
        overlay: dict[str, dict[str, memoryview]] = defaultdict(dict)
        if release.delta is not None:
            for name, section in (await reader.sections([release.delta])).items():
                group, _, inner = name.partition(":")
                overlay[group][inner] = section
        same = base is not None and base.release.version == release.version
        groups = dict(base.base_groups) if base is not None and same else {}
        if "index" not in groups:
            groups["index"] = await reader.sections(release.manifest.groups["index"])
        if "rules" not in groups and "rules" in release.manifest.groups:
            groups["rules"] = await reader.sections(release.manifest.groups["rules"])
        return cls(release, reader, groups, overlay, published)

    async def warm(self, before: LoadedRelease) -> None:
        """Read what `before` holds, so that whatever it could answer this can answer before it takes over.

        Raises `StorageUnavailable` or one of the `SnapshotError`s.
        """
        for code in list(before._markets):  # other requests may add to it meanwhile
            if code in self.markets:
                await self.market(code)
        for locale in list(before._labels):
            if f"labels/{locale}" in self.release.manifest.groups:
                await self.labels(locale)
        # A new model is read when it is first asked: two of them beside two indexes are too much memory.
        if self._model_parts() == before._model_parts():
            self._predictor = before._predictor
        for name, pages in self.release.manifest.pages.items():
            held = before.held_pages(name)
            for number in range(len(pages)):
                if number in held:
                    await self._pages(name, [number])

    def held_pages(self, name: str) -> set[int]:
        """The numbers of the pages of a set that are in memory."""
        pages = self.release.manifest.pages.get(name, ())
        return {number for number, digest in enumerate(pages) if self._reader.holds(digest)}

    async def market(self, code: str) -> MarketIndex:
        """The index of a market that is among `markets`."""
        if code not in self._markets:
            name = f"market/{code}"
            sections = await self._group(name)
            base = self.base_groups[name] if name in self._overlay else None
            self._markets[code] = MarketIndex(sections, self.index.size, base)
        return self._markets[code]

    async def labels(self, locale: str) -> Labels:
        """The labels in a locale that some market has."""
        if locale not in self._labels:
            self._labels[locale] = _labels(await self._group(f"labels/{locale}"))
        return self._labels[locale]

    async def predictor(self, now: float) -> SessionPredictor | None:
        """The session model; None where this version has none, or where it cannot be read or used at `now`.

        It only ever adds to an order, so that no trouble with it is an error: `model_trouble` names it.
        """
        if (
            self._predictor is None
            and SESSIONS in self.release.manifest.groups
            and now >= self._predictor_due
        ):
            try:
                sections = await self._reader.sections(self.release.manifest.groups[SESSIONS])
                self._predictor = SessionPredictor(SessionRows(sections))
                self.model_trouble = None
            except (SnapshotError, StorageUnavailable) as error:
                self._predictor_due = now + MODEL_RETRY_SECONDS
                self.model_trouble = error.reason
        return self._predictor

    def _model_parts(self) -> tuple[PartRef, ...]:
        return self.release.manifest.groups.get(SESSIONS, ())

    async def cards(self, locale: str, ranks: Sequence[int]) -> list[Card]:
        """The cards of the products at `ranks`, in that order."""
        name = f"cards/{locale}"
        size = self.release.manifest.pages[name].products_per_page
        places = [divmod(self.index.ordinals[rank], size) for rank in ranks]
        pages = await self._pages(name, sorted({number for number, _ in places}))
        return [decode_card(pages[number][position]) for number, position in places]

    async def detail(self, market: str, rank: int) -> Detail:
        """The detail of the product at `rank`."""
        ordinal = self.index.ordinals[rank]
        changed = self._overlay.get(f"details/{market}")
        if changed is not None:
            ordinals = changed["changed/ordinals"].cast("I").tolist()
            if ordinal in ordinals:
                return decode_detail(Blobs(changed, "changed")[ordinals.index(ordinal)])
        name = f"details/{market}"
        number, position = divmod(ordinal, self.release.manifest.pages[name].products_per_page)
        return decode_detail((await self._pages(name, [number]))[number][position])

    async def alternatives(self, rank: int) -> alternatives.Row:
        """What may stand in for the product at `rank`, as the version was built."""
        page_set = self.release.manifest.pages.get(alternatives.PAGES)
        if page_set is None:
            return alternatives.NOTHING
        number, position = divmod(self.index.ordinals[rank], page_set.products_per_page)
        pages = await self._pages(alternatives.PAGES, [number])
        return alternatives.decode_row(pages[number][position])

    async def _group(self, name: str) -> dict[str, memoryview]:
        if name not in self.base_groups:
            self.base_groups[name] = await self._reader.sections(self.release.manifest.groups[name])
        return {**self.base_groups[name], **self._overlay.get(name, {})}

    async def _pages(self, name: str, numbers: Sequence[int]) -> dict[int, Blobs]:
        page_set = self.release.manifest.pages[name]
        digests = [page_set.digest(number) for number in numbers]
        if None in digests:
            raise MissingPart(f"{name} has no page for some of {numbers}")
        found = await self._reader.pages([digest for digest in digests if digest is not None])
        return dict(zip(numbers, found, strict=True))


class Starter:
    """The head of one market's plain order in one locale: a first page before the rest has arrived."""

    def __init__(self, part: Mapping[str, memoryview]) -> None:
        self.index = Index(_prefixed(part, "index:"))
        self.market = MarketIndex(_prefixed(part, "market:"), self.index.size)
        self.labels = _labels(part)
        self._cards = Blobs(part, "cards")

    @classmethod
    async def load(cls, release: Release, reader: PartReader, market: str, locale: str) -> Starter | None:
        """Read the starter, or return None where the release has none that is up to date."""
        refs = release.manifest.groups.get(f"starter/{market}/{locale}")
        if refs is None or release.delta is not None:
            return None
        return cls(unpack(await reader.read(refs[0].digest, refs[0].size)))

    async def cards(self, _locale: str, ranks: Sequence[int]) -> list[Card]:
        """The cards of the products at `ranks`, in that order and in the starter's locale."""
        return [decode_card(self._cards[rank]) for rank in ranks]


def _labels(sections: Mapping[str, memoryview]) -> Labels:
    try:
        return _labels_decoder.decode(sections["labels"])
    except (KeyError, msgspec.MsgspecError) as error:
        raise DamagedPart(f"unreadable labels: {error}") from error


def _rulebook(index: Index, sections: Mapping[str, memoryview]) -> Rulebook:
    if "rules" not in sections:
        return Rulebook(index)
    section = sections["rules"]
    return Rulebook(index, decode_rules(section), hashlib.sha256(section).hexdigest()[:8])


def _weights_revision(overlay: Mapping[str, memoryview]) -> str:
    """Return the name of the weights that a delta brought, or an empty text."""
    return hashlib.sha256(overlay["weights"]).hexdigest()[:8] if "weights" in overlay else ""


def _prefixed(sections: Mapping[str, memoryview], prefix: str) -> dict[str, memoryview]:
    return {name[len(prefix) :]: view for name, view in sections.items() if name.startswith(prefix)}
