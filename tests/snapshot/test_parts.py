from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build
from origin.rehearsal import MemoryKeyValue
from selvedge.errors import DamagedPart, MissingPart, OversizedPart, SnapshotError, TruncatedPart
from selvedge.snapshot.cards import encode_page
from selvedge.snapshot.manifest import part_key, refer
from selvedge.snapshot.parts import PartReader
from tests.stage import run
from tests.wardrobe import garment, shop

BUILT = build(shop(garment("a"), garment("b")), shop="acme")


def stored() -> dict[str, bytes]:
    return {part_key(digest): part for digest, part in BUILT.parts.items()}


@settings(max_examples=200)
@given(st.sampled_from(sorted(BUILT.parts)), st.data())
def test_no_byte_of_any_part_can_be_changed(digest: bytes, data: st.DataObject) -> None:
    values = stored()
    part = bytearray(values[part_key(digest)])
    part[data.draw(st.integers(0, len(part) - 1))] ^= data.draw(st.integers(1, 255))
    values[part_key(digest)] = bytes(part)
    with pytest.raises(DamagedPart):
        run(PartReader(MemoryKeyValue(values), 0).read(digest))


@settings(max_examples=100)
@given(st.sampled_from(sorted(BUILT.release.manifest.groups)), st.data())
def test_no_group_can_be_cut_or_extended(name: str, data: st.DataObject) -> None:
    (ref,) = BUILT.release.manifest.groups[name]
    values = stored()
    part = values[ref.key]
    cut = data.draw(st.integers(0, len(part) - 1))
    for changed, error in ((part[:cut], TruncatedPart), (part + bytes(1 + cut % 9), OversizedPart)):
        values[ref.key] = changed
        with pytest.raises(error):
            run(PartReader(MemoryKeyValue(values), 0).sections([ref]))


@given(st.data())
def test_no_page_can_be_cut_or_extended(data: st.DataObject) -> None:
    digest = BUILT.release.manifest.pages["cards/en"].digest(0)
    assert digest
    values = stored()
    part = values[part_key(digest)]
    changed = data.draw(st.sampled_from([part[: data.draw(st.integers(0, len(part) - 1))], part + b"\0"]))
    values[part_key(digest)] = changed
    with pytest.raises(SnapshotError):
        run(PartReader(MemoryKeyValue(values), 0).pages([digest]))


def test_a_part_that_is_not_there_is_missing_by_its_key() -> None:
    with pytest.raises(MissingPart, match="part/0000"):
        run(PartReader(MemoryKeyValue(), 0).read(bytes(32)))


def test_sections_of_a_group_are_read_wherever_they_lie() -> None:
    refs = [ref for refs in BUILT.release.manifest.groups.values() for ref in refs]
    sections = run(PartReader(MemoryKeyValue(stored()), 0).sections(refs))
    assert {"base/scores", "available", "labels"} <= set(sections)


def pages(*texts: bytes) -> tuple[MemoryKeyValue, list[bytes]]:
    made = [encode_page([text]) for text in texts]
    kv = MemoryKeyValue({part_key(refer(page).digest): page for page in made})
    return kv, [refer(page).digest for page in made]


def test_a_page_is_read_once() -> None:
    kv, digests = pages(b"one", b"two")
    reader = PartReader(kv, 1_000_000)
    for _ in range(3):
        assert [bytes(page[0]) for page in run(reader.pages(digests))] == [b"one", b"two"]
    assert len(kv.reads) == 2


def test_the_page_that_was_asked_for_longest_ago_goes_first() -> None:
    kv, (one, two, three) = pages(b"one", b"two", b"six")
    reader = PartReader(kv, 2 * len(encode_page([b"one"])))
    for digest in (one, two, one, three, one):
        run(reader.pages([digest]))
    assert len(kv.reads) == 3
    run(reader.pages([two]))
    assert len(kv.reads) == 4


def test_pages_beyond_the_bound_are_still_answered() -> None:
    kv, digests = pages(*(b"%d" % number for number in range(9)))
    assert len(run(PartReader(kv, 0).pages(digests))) == 9
