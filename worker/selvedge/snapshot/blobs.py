"""Blobs: a list of byte strings that are decoded one by one, only when asked for.

prefix/starts   start of each blob, and the end of the last, u32
prefix/data     the blobs, end to end
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from selvedge.errors import DamagedPart
from selvedge.snapshot.numbers import u32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Blobs:
    """A sequence of memoryviews over one part."""

    __slots__ = ("_data", "_starts")

    def __init__(self, sections: Mapping[str, memoryview], prefix: str) -> None:
        try:
            self._starts = sections[f"{prefix}/starts"].cast("I")
            self._data = sections[f"{prefix}/data"]
        except (KeyError, TypeError) as error:
            raise DamagedPart(f"no blobs under {prefix!r}: {error}") from error
        if not len(self._starts) or self._starts[-1] != len(self._data):
            raise DamagedPart(f"blobs under {prefix!r} are cut short")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, index: int) -> memoryview:
        return self._data[self._starts[index] : self._starts[index + 1]]


def encode_blobs(prefix: str, blobs: Sequence[bytes]) -> dict[str, bytes]:
    """Return the two sections that hold `blobs`."""
    starts = list(accumulate((len(blob) for blob in blobs), initial=0))
    return {
        f"{prefix}/starts": u32(starts),
        f"{prefix}/data": b"".join(blobs),
    }
