"""Little-endian number arrays, as sections hold them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def u16(numbers: Sequence[int]) -> bytes:
    """Return `numbers`, each below 2**16, as two bytes each."""
    return struct.pack(f"<{len(numbers)}H", *numbers)


def u32(numbers: Sequence[int]) -> bytes:
    """Return `numbers`, each below 2**32, as four bytes each."""
    return struct.pack(f"<{len(numbers)}I", *numbers)


def u64(numbers: Sequence[int]) -> bytes:
    """Return `numbers`, each below 2**64, as eight bytes each."""
    return struct.pack(f"<{len(numbers)}Q", *numbers)
