"""Cloudflare's REST interface to KV over httpx: bulk requests within the limits, bounded retries.

https://developers.cloudflare.com/api/resources/kv/. `scripts/dev` answers the same paths for local KV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from origin.publishing.errors import RemoteRefused, RemoteUnavailable
from origin.publishing.kv import Listed, Pair, batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from origin.publishing.cloudflare import CloudflareApi

PAIRS_LIMIT = 5_000
"""Pairs a request; Cloudflare takes 10,000."""

BYTES_LIMIT = 24_000_000
"""Bytes of value a request, 32 MB as base64; Cloudflare takes 100 MB. Less is lost when one fails."""

LIST_LIMIT = 1_000
ROUNDS = 4
"""How often keys that the store reports as not written are sent again."""

_KEY_NOT_FOUND = 10_009


class _Bulk(msgspec.Struct):
    unsuccessful_keys: list[str] | None = None


class RestKv:
    """One namespace of Cloudflare KV."""

    def __init__(self, api: CloudflareApi, account: str, namespace: str) -> None:
        self._api = api
        self._path = f"/accounts/{quote(account, safe='')}/storage/kv/namespaces/{quote(namespace, safe='')}"

    def put_many(self, pairs: Iterable[Pair]) -> None:
        """Send requests of at most `PAIRS_LIMIT` pairs and `BYTES_LIMIT` bytes; retry unwritten keys."""
        for batch in batches(pairs, pairs_limit=PAIRS_LIMIT, bytes_limit=BYTES_LIMIT):
            self._put(batch)

    def get(self, key: str) -> bytes | None:
        """One request; a 404 for any other reason than the key raises."""
        response = self._api.send("GET", f"{self._path}/values/{quote(key, safe='')}", missing=_KEY_NOT_FOUND)
        return None if response is None else response.content

    def scan(self, prefix: str) -> Iterator[Listed]:
        """One request for each thousand keys."""
        cursor = ""
        while True:
            query: dict[str, Any] = {"prefix": prefix, "limit": LIST_LIMIT}
            if cursor:
                query["cursor"] = cursor
            envelope = self._api.call("GET", f"{self._path}/keys", query=query)
            for key in envelope.result or []:
                yield Listed(key["name"], key.get("metadata") or {})
            cursor = (envelope.result_info or {}).get("cursor") or ""
            if not cursor:
                return

    def delete_many(self, keys: Iterable[str]) -> None:
        """Send requests of at most `PAIRS_LIMIT` keys; retry those that stayed."""
        pending = list(keys)
        for start in range(0, len(pending), PAIRS_LIMIT):
            self._delete(pending[start : start + PAIRS_LIMIT])

    def _put(self, batch: list[Pair]) -> None:
        pending = {pair.key: pair for pair in batch}
        for attempt in range(ROUNDS):
            body = msgspec.json.encode([_wire(pair) for pair in pending.values()])
            failed = self._bulk("PUT", f"{self._path}/bulk", body)
            pending = {key: pending[key] for key in failed if key in pending}
            if not pending:
                return
            self._api.back_off(attempt)
        raise RemoteUnavailable(f"{len(pending)} keys stayed unwritten, the first is {next(iter(pending))}")

    def _delete(self, keys: list[str]) -> None:
        pending = keys
        for attempt in range(ROUNDS):
            pending = self._bulk("POST", f"{self._path}/bulk/delete", msgspec.json.encode(pending))
            if not pending:
                return
            self._api.back_off(attempt)
        raise RemoteUnavailable(f"{len(pending)} keys stayed undeleted, the first is {pending[0]}")

    def _bulk(self, method: str, path: str, body: bytes) -> list[str]:
        """Send a bulk request and return the keys that it did not do."""
        envelope = self._api.call(method, path, body=body)
        try:
            result = msgspec.convert(envelope.result, _Bulk | None)
        except msgspec.ValidationError as error:
            raise RemoteRefused(f"{method} {path}: unexpected result: {error}") from error
        return (result.unsuccessful_keys or []) if result else []


def _wire(pair: Pair) -> dict[str, Any]:
    # msgspec writes bytes as base64, which is what "base64": true asks the store to undo.
    wire: dict[str, Any] = {"key": pair.key, "value": pair.value, "base64": True}
    if pair.metadata:
        wire["metadata"] = pair.metadata
    if pair.ttl is not None:
        wire["expiration_ttl"] = pair.ttl
    return wire
