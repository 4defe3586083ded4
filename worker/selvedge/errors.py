"""Everything Selvedge raises on purpose; `web.problems` maps it to HTTP in one place."""

from __future__ import annotations

import msgspec

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for content that makes no sense: wrong, not UTF-8, nested without end."""


class SelvedgeError(Exception):
    """The base of all errors that Selvedge raises on purpose."""


class SnapshotError(SelvedgeError):
    """A snapshot cannot be used. `reason` is a stable, machine-readable name of the cause."""

    reason = "snapshot-unusable"


class UnsupportedFormat(SnapshotError):
    """The bytes speak another format or version of it than this reader knows."""

    reason = "unsupported-format"


class DamagedPart(SnapshotError):
    """A part's bytes do not have the digest, or the inner structure, that they must have."""

    reason = "damaged-part"


class TruncatedPart(SnapshotError):
    """A part is shorter than its manifest entry or its own header says."""

    reason = "truncated-part"


class OversizedPart(SnapshotError):
    """A part is longer than its manifest entry says, or than any part may be."""

    reason = "oversized-part"


class MissingPart(SnapshotError):
    """KV does not hold a part that the manifest names (yet: KV is eventually consistent)."""

    reason = "missing-part"


class MissingPointer(SnapshotError):
    """KV holds no pointer for the channel: nothing was ever published there."""

    reason = "missing-pointer"


class DamagedPointer(SnapshotError):
    """The pointer's bytes are not a pointer."""

    reason = "damaged-pointer"


class UnknownKey(SnapshotError):
    """The pointer is signed with a key id that this reader does not trust."""

    reason = "unknown-key"


class BadSignature(SnapshotError):
    """The pointer's signature does not fit its bytes."""

    reason = "bad-signature"


class ForeignPointer(SnapshotError):
    """The pointer was signed for another shop or channel."""

    reason = "foreign-pointer"


class ReplayedPointer(SnapshotError):
    """The pointer's sequence is lower than one already seen: an old pointer was put back."""

    reason = "replayed-pointer"


class StorageUnavailable(SelvedgeError):
    """The key-value store failed to answer; `__cause__` holds what it said."""

    reason = "storage-unavailable"


class DocumentUnavailable(SelvedgeError):
    """Another service did not answer with a document of bearable size; the message says what it did."""


class QueueUnavailable(SelvedgeError):
    """A queue did not take a message; `__cause__` holds what it said. Nothing was kept."""


class OriginUnavailable(SelvedgeError):
    """The origin gave no whole answer. `reason` is `timeout`, `unreachable` or `too-large`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
