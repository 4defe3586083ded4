"""What names a snapshot's parts: manifest, release and the signed pointer of a channel.

A part is stored under the SHA-256 of its bytes and never changes. A manifest lists the parts of one
version and is itself named by its content. The pointer is the only key that is ever overwritten.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.catalogue.model import Market
from selvedge.errors import (
    BadSignature,
    DamagedPart,
    DamagedPointer,
    ForeignPointer,
    OversizedPart,
    TruncatedPart,
    UnknownKey,
    UnsupportedFormat,
)
from selvedge.snapshot.container import PART_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
"""Version of everything below and of the sections in the parts; readers refuse any other."""

POINTER_CONTEXT = b"selvedge pointer 1\0"
"""Prefix of what is signed, so that no other Ed25519 signature of the same key can pass for one."""

_DIGEST_SIZE = 32


class PartRef(msgspec.Struct, frozen=True, array_like=True):
    """A part's SHA-256 (32 bytes) and length in bytes."""

    digest: bytes
    size: int

    @property
    def key(self) -> str:
        """The KV key that holds the part."""
        return part_key(self.digest)


class PageSet(msgspec.Struct, frozen=True, array_like=True):
    """Pages of `products_per_page` consecutive ordinals each; `digests` are 32 bytes a page."""

    products_per_page: int
    digests: bytes

    def digest(self, page: int) -> bytes | None:
        """The digest of page number `page`, or None where the set has no such page."""
        found = self.digests[page * _DIGEST_SIZE : (page + 1) * _DIGEST_SIZE]
        return found or None

    def __len__(self) -> int:
        return len(self.digests) // _DIGEST_SIZE

    def __iter__(self) -> Iterator[bytes]:
        return (self.digests[at : at + _DIGEST_SIZE] for at in range(0, len(self.digests), _DIGEST_SIZE))


class Manifest(msgspec.Struct, frozen=True):
    """The parts of one immutable version.

    `groups` maps a group of sections (`index`, `market/nl`, `labels/en`, `starter/nl/en`) to the parts
    they are spread over; `pages` maps a page set (`cards/en`, `details/nl`) to its pages. `taken` is
    the feed's time, epoch seconds. `counts` (`products`, `groups`, `offers/nl`, `facet/brand/acme`, ...)
    let a publisher compare versions without their parts.
    """

    format: int
    shop: str
    taken: int
    markets: tuple[Market, ...]
    groups: dict[str, tuple[PartRef, ...]]
    pages: dict[str, PageSet]
    counts: dict[str, int]

    @property
    def version(self) -> str:
        """The version's name: 16 hex digits of the SHA-256 of the encoded manifest."""
        return hashlib.sha256(encode_manifest(self)).hexdigest()[:16]

    def digests(self) -> Iterator[bytes]:
        """Every part that this version needs, each once for each time it is named."""
        for refs in self.groups.values():
            yield from (ref.digest for ref in refs)
        for pages in self.pages.values():
            yield from pages


class Release(msgspec.Struct, frozen=True):
    """A version together with its newest delta; deltas are cumulative from the base version.

    `delta_taken` and `delta_counts` are of the feed that the delta was built from, as `Manifest.taken`
    and `Manifest.counts` are of the version's; without a delta they are None.
    """

    manifest: Manifest
    version: str
    delta_number: int = 0
    delta: PartRef | None = None
    delta_taken: int | None = None
    delta_counts: dict[str, int] | None = None

    @property
    def revision(self) -> str:
        """What tells deltas apart, whatever their numbers: 8 hex digits of the delta's SHA-256, or none."""
        return "" if self.delta is None else self.delta.digest.hex()[:8]

    @property
    def taken(self) -> int:
        """When the newest feed in this release was taken, epoch seconds."""
        return self.manifest.taken if self.delta_taken is None else self.delta_taken

    @property
    def counts(self) -> dict[str, int]:
        """What this release shows, delta included."""
        return self.manifest.counts if self.delta_counts is None else self.delta_counts

    def digests(self) -> Iterator[bytes]:
        """Every part that this release needs."""
        yield from self.manifest.digests()
        if self.delta is not None:
            yield self.delta.digest


class Pointer(msgspec.Struct, frozen=True):
    """What a channel points to. `sequence` only grows; `published` (epoch seconds) informs only."""

    format: int
    shop: str
    channel: str
    sequence: int
    published: int
    current: Release
    previous: Release | None = None


class _Envelope(msgspec.Struct, frozen=True, array_like=True):
    format: int
    key_id: str
    payload: bytes
    signature: bytes


class _EnvelopeHead(msgspec.Struct, frozen=True, array_like=True):
    format: int


class _Head(msgspec.Struct, frozen=True):
    """What every layout has, whatever else another format makes of the rest."""

    format: int


class _ReleaseHead(msgspec.Struct, frozen=True):
    manifest: _Head


class _PointerHead(msgspec.Struct, frozen=True):
    current: _ReleaseHead
    previous: _ReleaseHead | None = None


class SignatureVerifier(Protocol):
    """Ed25519 verification with the keys that this reader trusts."""

    def knows(self, key_id: str) -> bool:
        """Whether `key_id` names a trusted key."""
        ...

    async def verify(self, key_id: str, signature: bytes, data: bytes) -> bool:
        """Whether `signature` (64 bytes) over `data` was made with the key `key_id`."""
        ...


class Signer(Protocol):
    """Ed25519 signing with one private key."""

    key_id: str

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over `data`."""
        ...


_encoder = msgspec.msgpack.Encoder(order="sorted")
_manifest_decoder = msgspec.msgpack.Decoder(Manifest)
_pointer_decoder = msgspec.msgpack.Decoder(Pointer)
_envelope_decoder = msgspec.msgpack.Decoder(_Envelope)
_envelope_head_decoder = msgspec.msgpack.Decoder(_EnvelopeHead)
_head_decoder = msgspec.msgpack.Decoder(_Head)
_pointer_head_decoder = msgspec.msgpack.Decoder(_PointerHead)


def part_key(digest: bytes) -> str:
    """The KV key of the part with this SHA-256."""
    return f"part/{digest.hex()}"


def pointer_key(channel: str) -> str:
    """The KV key of a channel's pointer."""
    return f"pointer/{channel}"


def refer(part: bytes) -> PartRef:
    """Return the reference by which a manifest names `part`."""
    return PartRef(hashlib.sha256(part).digest(), len(part))


def check_part(data: bytes, digest: bytes, size: int | None = None) -> None:
    """Raise `TruncatedPart`, `OversizedPart` or `DamagedPart` unless `data` is the part named."""
    if len(data) > PART_LIMIT:
        raise OversizedPart(f"{len(data)} bytes; no part may exceed {PART_LIMIT}")
    if size is not None and len(data) != size:
        error = TruncatedPart if len(data) < size else OversizedPart
        raise error(f"{len(data)} bytes where the manifest says {size}")
    if hashlib.sha256(data).digest() != digest:
        raise DamagedPart(f"the bytes under {part_key(digest)} have another SHA-256")


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the manifest's canonical bytes (MessagePack, sorted keys)."""
    return _encoder.encode(manifest)


def decode_manifest(data: bytes) -> Manifest:
    """Raises `DamagedPart` or `UnsupportedFormat`."""
    try:
        _check_format("manifest", _head_decoder.decode(data).format)
        return _manifest_decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedPart(f"unreadable manifest: {error}") from error


def _check_manifest_formats(payload: bytes) -> None:
    """Raise `UnsupportedFormat` where an encoded pointer names a manifest of another format."""
    releases = _pointer_head_decoder.decode(payload)
    for release in (releases.current, releases.previous):
        if release is not None:
            _check_format("manifest", release.manifest.format)


def _check_format(layer: str, found: int) -> None:
    """Ask before the rest is decoded: another format may have another layout, which is no damage."""
    if found != FORMAT:
        raise UnsupportedFormat(f"{layer} format {found}; this reader knows {FORMAT}")


def seal_pointer(pointer: Pointer, signer: Signer) -> bytes:
    """Return the bytes that are stored under `pointer_key(pointer.channel)`."""
    payload = _encoder.encode(pointer)
    signature = signer.sign(POINTER_CONTEXT + payload)
    return _encoder.encode(_Envelope(FORMAT, signer.key_id, payload, signature))


async def open_pointer(data: bytes, verifier: SignatureVerifier, *, shop: str, channel: str) -> Pointer:
    """Return the pointer in `data` once its signature, shop, channel and format have been checked.

    Raises `DamagedPointer`, `UnsupportedFormat`, `UnknownKey`, `BadSignature` or `ForeignPointer`.
    Comparing `sequence` with what was seen before is the caller's.
    """
    try:
        _check_format("envelope", _envelope_head_decoder.decode(data).format)
        envelope = _envelope_decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedPointer(str(error)) from error
    if not verifier.knows(envelope.key_id):
        raise UnknownKey(f"signed with {envelope.key_id!r}, which is not among the trusted keys")
    if not await verifier.verify(envelope.key_id, envelope.signature, POINTER_CONTEXT + envelope.payload):
        raise BadSignature(f"the signature by {envelope.key_id!r} does not fit")
    try:
        _check_format("pointer", _head_decoder.decode(envelope.payload).format)
        _check_manifest_formats(envelope.payload)
        pointer = _pointer_decoder.decode(envelope.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedPointer(str(error)) from error
    if (pointer.shop, pointer.channel) != (shop, channel):
        raise ForeignPointer(f"signed for {pointer.shop}/{pointer.channel}, not {shop}/{channel}")
    return pointer
