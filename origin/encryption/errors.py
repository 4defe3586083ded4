"""What can be wrong with keys and with what they seal."""

from __future__ import annotations

from selvedge.errors import SelvedgeError


class NoMasterKey(SelvedgeError):
    """SELVEDGE_MASTER_KEYS is not set: nothing about persons can be read or kept."""

    reason = "no-master-key"


class KeyUnusable(SelvedgeError):
    """A data key is wrapped by a master key that is not among those in the setting, or was changed."""

    reason = "key-unusable"


class KeyLost(KeyUnusable):
    """The key store lacks the data key of something that is kept, and knows nothing of its destruction.

    An older back-up of the key store was restored. What is kept is not written over: the key may come back.
    """

    reason = "key-lost"


class SealBroken(SelvedgeError):
    """Sealed bytes were changed, belong to something else, or were sealed with another key."""

    reason = "seal-broken"
