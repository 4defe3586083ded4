"""Evidence in the index: a record for each thing that is said, shared by all products of which it is said.

evidence/texts              MessagePack array of the texts that records point to; the first is empty: none
evidence/starts, /data      blobs: the records
evidence/by_rank/starts     where each product's references begin, and the end of the last, u32
evidence/by_rank/refs       numbers of the records that speak about the product, u32
evidence/rules              what derived facts look up (`catalogue/derivation`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.derivation import RuleTables
from selvedge.catalogue.model import Evidence
from selvedge.snapshot.blobs import Blobs, encode_blobs
from selvedge.snapshot.numbers import u32

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TEXTS = ("scheme", "level", "source", "issuer", "component")
_OTHERS = ("identification", "share", "valid_to", "valid_from", "bound")
_encoder = msgspec.msgpack.Encoder(order="sorted")
_texts_decoder = msgspec.msgpack.Decoder(tuple[str, ...])
_record_decoder = msgspec.msgpack.Decoder(list)
_tables_decoder = msgspec.msgpack.Decoder(RuleTables)


def encode_evidence(by_rank: Iterable[Sequence[Evidence]], tables: RuleTables) -> dict[str, bytes]:
    """Return the sections of what is known about the products, by rank."""
    texts, records = {"": 0}, dict[bytes, int]()
    starts, refs = [0], list[int]()
    for of_product in by_rank:
        refs += [records.setdefault(_encode(one, texts), len(records)) for one in of_product]
        starts.append(len(refs))
    return {
        "evidence/texts": _encoder.encode(list(texts)),
        **encode_blobs("evidence", list(records)),
        "evidence/by_rank/starts": u32(starts),
        "evidence/by_rank/refs": u32(refs),
        "evidence/rules": _encoder.encode(tables),
    }


class EvidenceTable:
    """What is known about the products of an index."""

    def __init__(self, sections: Mapping[str, memoryview]) -> None:
        self._texts = _texts_decoder.decode(sections["evidence/texts"])
        self._records = Blobs(sections, "evidence")
        self._starts = sections["evidence/by_rank/starts"].cast("I")
        self._refs = sections["evidence/by_rank/refs"].cast("I")
        self.tables = _tables_decoder.decode(sections["evidence/rules"])

    def refs(self, rank: int) -> Sequence[int]:
        """The numbers of the evidence about the product at `rank`, whatever its dates."""
        return self._refs[self._starts[rank] : self._starts[rank + 1]]

    def __getitem__(self, ref: int) -> Evidence:
        """The evidence of that number; a snapshot does not carry its `id`."""
        values = _record_decoder.decode(self._records[ref])
        texts = [self._texts[at] or None for at in values[: len(_TEXTS)]]
        known = zip((*_TEXTS, *_OTHERS), (*texts, *values[len(_TEXTS) :]), strict=False)
        return msgspec.convert({"id": "", **dict(known)}, Evidence)


def _encode(evidence: Evidence, texts: dict[str, int]) -> bytes:
    """Return a record without the values at its end that are not there."""
    numbers = [texts.setdefault(getattr(evidence, name) or "", len(texts)) for name in _TEXTS]
    others = [getattr(evidence, name) for name in _OTHERS]
    while others and others[-1] is None:
        others.pop()
    return _encoder.encode([*numbers, *others])
