"""What can be wrong with keys and with what they seal."""

from __future__ import annotations

from selvedge.errors import SelvedgeError


class NoMasterKey(SelvedgeError):
    """SELVEDGE_MASTER_KEYS is not set: nothing about persons can be read or kept."""

    reason = "no-master-key"


class KeyUnusable(SelvedgeError):
    """A data key is wrapped by a master key that is not among those in the setting, or was changed."""

    reason = "key-unusable"


class SealBroken(SelvedgeError):
    """Sealed bytes were changed, belong to something else, or were sealed with another key."""

    reason = "seal-broken"
