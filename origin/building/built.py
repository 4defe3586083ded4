"""What a build produces: a release and the bytes of every part that it names."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from selvedge.snapshot.container import unpack
from selvedge.snapshot.manifest import Release


class BuiltSnapshot(msgspec.Struct, frozen=True):
    """`parts` maps the SHA-256 (32 bytes) of every part of `release` to its bytes."""

    release: Release
    parts: Mapping[bytes, bytes]

    def sections(self, group: str) -> dict[str, memoryview]:
        """Return the sections of a group, whichever parts they are spread over."""
        sections: dict[str, memoryview] = {}
        for ref in self.release.manifest.groups[group]:
            sections |= unpack(self.parts[ref.digest])
        return sections
