"""Master keys: they wrap data keys and nothing else; the first wraps, all of them unwrap."""

from __future__ import annotations

import hmac
import os

import msgspec

from origin.encryption.cipher import Cipher
from origin.encryption.errors import KeyUnusable, NoMasterKey, SealBroken
from selvedge.settings import BadSetting, decode_key


class MasterKeys:
    """Key ids to ciphers, in the order of the setting."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {kid: Cipher(key) for kid, key in keys.items()}
        self._keys = tuple(keys.values())

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """Return a key for `purpose` from each master key, or a random one where there is none."""
        return tuple(hmac.digest(key, purpose.encode(), "sha256") for key in self._keys) or (os.urandom(32),)

    @property
    def current(self) -> str:
        """The id of the key that wraps. Raises `NoMasterKey`."""
        if not self._ciphers:
            raise NoMasterKey("SELVEDGE_MASTER_KEYS is not set; docs/configuration.md says what it is")
        return next(iter(self._ciphers))

    def wrap(self, key: bytes, shopper: str) -> bytes:
        """Return a data key, readable for who has the current master key."""
        return self._ciphers[self.current].seal(key, _about(shopper))

    def unwrap(self, wrapped: bytes, master: str, shopper: str) -> bytes:
        """Return a shopper's data key. Raises `KeyUnusable`."""
        if master not in self._ciphers:
            raise KeyUnusable(f"a data key is wrapped by {master!r}, which SELVEDGE_MASTER_KEYS lacks")
        try:
            return self._ciphers[master].open(wrapped, _about(shopper))
        except SealBroken as error:
            raise KeyUnusable(f"a data key that {master!r} wraps does not open with it") from error


def parse_master_keys(text: str | None) -> MasterKeys:
    """Return the keys in the setting SELVEDGE_MASTER_KEYS, {key id: base64 of 32 bytes}.

    Raises `BadSetting`.
    """
    if text is None:
        return MasterKeys({})
    try:
        keys = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise BadSetting("SELVEDGE_MASTER_KEYS is not a JSON object of texts") from error
    return MasterKeys({kid: decode_key("master_keys", key) for kid, key in keys.items()})


def _about(shopper: str) -> bytes:
    return b"data key of " + shopper.encode()
