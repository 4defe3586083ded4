"""A built snapshot on disk, so that building and publishing are separate steps.

<root>/<version>[+<delta number>]/release      MessagePack: [format, SHA-256 of the next, Release]
                                 /parts/<hex>  a part under the SHA-256 of its bytes
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from origin.building.built import BuiltSnapshot
from selvedge.errors import DamagedPart, MissingPart, SnapshotError, UnsupportedFormat
from selvedge.snapshot.manifest import FORMAT, Release, check_part

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASE_FILE = "release"
PARTS = "parts"


class _Envelope(msgspec.Struct, frozen=True, array_like=True):
    format: int
    digest: bytes
    payload: bytes


_encoder = msgspec.msgpack.Encoder(order="sorted")
_envelope_decoder = msgspec.msgpack.Decoder(_Envelope)
_release_decoder = msgspec.msgpack.Decoder(Release)


def folder_name(release: Release) -> str:
    """`<version>`, or `<version>+<number>` with a delta."""
    return f"{release.version}+{release.delta_number}" if release.delta_number else release.version


def write(root: Path, built: BuiltSnapshot) -> Path:
    """Write `built` below `root` and return its folder, which appears whole or not at all.

    A folder that holds the same release and reads well is left as it is.
    """
    root.mkdir(parents=True, exist_ok=True)
    target = root / folder_name(built.release)
    if _holds(target, built.release):
        os.utime(target)  # built again, it is the newest again
        return target
    scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=root))
    try:
        _fill(scratch, built)
        _replace(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def read(folder: Path) -> BuiltSnapshot:
    """Return the snapshot in `folder`, every part verified.

    Raises `DamagedPart`, `TruncatedPart`, `OversizedPart`, `MissingPart` or `UnsupportedFormat`.
    """
    release = read_release(folder)
    parts = {digest: _read_part(folder, digest, size) for digest, size in sizes(release).items()}
    return BuiltSnapshot(release, parts)


def read_release(folder: Path) -> Release:
    """Return the release of `folder` without its parts; raises as `read`."""
    data = _read_file(folder / RELEASE_FILE)
    try:
        envelope = _envelope_decoder.decode(data)
        if envelope.format != FORMAT:
            raise UnsupportedFormat(f"{folder}: format {envelope.format}; this reader knows {FORMAT}")
        release = _release_decoder.decode(envelope.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedPart(f"{folder / RELEASE_FILE} is unreadable: {error}") from error
    if hashlib.sha256(envelope.payload).digest() != envelope.digest:
        raise DamagedPart(f"{folder / RELEASE_FILE} does not have the digest that it must have")
    if release.manifest.format != FORMAT:
        raise UnsupportedFormat(
            f"{folder}: manifest format {release.manifest.format}; this reader knows {FORMAT}"
        )
    if release.version != release.manifest.version:
        raise DamagedPart(
            f"{folder} is called {release.version}, but its manifest is {release.manifest.version}"
        )
    return release


def sizes(release: Release) -> dict[bytes, int | None]:
    """Every part that `release` needs, once each, with its size in bytes where the manifest tells it."""
    known: dict[bytes, int | None] = dict.fromkeys(release.digests())
    refs = [ref for refs in release.manifest.groups.values() for ref in refs]
    refs += [release.delta] if release.delta else []
    return known | {ref.digest: ref.size for ref in refs}


def folders(root: Path) -> Iterator[Path]:
    """The snapshot folders below `root`, the newest first."""
    found = [path.parent for path in root.glob(f"*/{RELEASE_FILE}") if not path.parent.name.startswith(".")]
    return iter(sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True))


def _fill(scratch: Path, built: BuiltSnapshot) -> None:
    (scratch / PARTS).mkdir()
    for digest, size in sizes(built.release).items():
        part = built.parts.get(digest)
        if part is None:
            raise MissingPart(f"the build lacks part {digest.hex()}")
        check_part(part, digest, size)
        # No fsync: reading verifies every byte, and a damaged folder is simply written again.
        (scratch / PARTS / digest.hex()).write_bytes(part)
    payload = _encoder.encode(built.release)
    envelope = _Envelope(FORMAT, hashlib.sha256(payload).digest(), payload)
    (scratch / RELEASE_FILE).write_bytes(_encoder.encode(envelope))
    scratch.chmod(0o755)


def _holds(folder: Path, release: Release) -> bool:
    try:
        return read(folder).release == release
    except SnapshotError:
        return False


def _replace(scratch: Path, target: Path) -> None:
    if target.exists():
        shutil.rmtree(target)
    scratch.rename(target)


def _read_part(folder: Path, digest: bytes, size: int | None) -> bytes:
    part = _read_file(folder / PARTS / digest.hex())
    check_part(part, digest, size)
    return part


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MissingPart(f"{path} is missing") from error
