"""Cards and details: what a page shows of a product, decoded only for the products returned.

A card holds what a list needs in one locale; a detail adds what a product page needs in one market.
Both lie in pages of consecutive ordinals, so that most pages stay the same from version to version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.model import Component, DeclaredScore, FibreShare, Offer
from selvedge.snapshot.blobs import Blobs, encode_blobs
from selvedge.snapshot.container import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

CARDS_PER_PAGE = 4096
DETAILS_PER_PAGE = 512


class Card(msgspec.Struct, frozen=True, array_like=True):
    """A product in a list. `fibres` are those of the main component; texts are in the page's locale."""

    id: str
    group: str
    name: str
    brand: str
    category: str
    color: str
    color_name: str
    link: str
    image: str | None
    fibres: tuple[FibreShare, ...]
    recycled_content_percentage: float | None
    country_of_origin: str | None


class Detail(msgspec.Struct, frozen=True, array_like=True):
    """What a product page adds in one market. `description` is by locale of that market.

    Of `declared_score` and `passport`, a record leaves out the last ones that are empty.
    """

    description: dict[str, str]
    components: tuple[Component, ...]
    offers: tuple[Offer, ...]
    declared_score: DeclaredScore | None = None
    passport: str | None = None


_NEEDED = 3
"""How many values every detail has."""

_card_decoder = msgspec.msgpack.Decoder(Card)
_detail_decoder = msgspec.msgpack.Decoder(Detail)
_encoder = msgspec.msgpack.Encoder(order="sorted")


def decode_card(blob: memoryview) -> Card:
    """Return the card in `blob`."""
    return _card_decoder.decode(blob)


def decode_detail(blob: memoryview) -> Detail:
    """Return the detail in `blob`."""
    return _detail_decoder.decode(blob)


def encode_record(record: Card | Detail) -> bytes:
    """Return a card's or a detail's bytes."""
    if isinstance(record, Detail):
        values = list(msgspec.structs.astuple(record))
        while not values[-1] and len(values) > _NEEDED:
            values.pop()
        return _encoder.encode(values)
    return _encoder.encode(record)


def encode_page(blobs: Sequence[bytes]) -> bytes:
    """Return the part that holds a page; an ordinal that is not shown has an empty blob."""
    return pack(encode_blobs("page", blobs))


def open_page(part: bytes) -> Blobs:
    """Return the records of a page by ordinal within it."""
    return Blobs(unpack(part), "page")
