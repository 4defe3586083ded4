"""Why a publication was refused or failed; `origin.cli.exits` maps each to an exit code."""

from __future__ import annotations

from selvedge.errors import SelvedgeError, StorageUnavailable


class PublishingError(SelvedgeError):
    """The base of all errors of publishing. `reason` is a stable, machine-readable name."""

    reason = "publishing-failed"


class RemoteUnavailable(PublishingError, StorageUnavailable):
    """The store kept failing (429, 5xx, no connection, keys not written) until patience ran out.

    What was written stays recorded: running the same command again goes on from there.
    """

    reason = "remote-unavailable"


class RemoteRefused(PublishingError):
    """The store understood and said no: a wrong token, account or namespace, or a bad request."""

    reason = "remote-refused"


class GuardrailRefused(PublishingError):
    """The snapshot smells of a truncated feed. `findings` says what fell, from how many to how many."""

    reason = "guardrail"

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings


class LeaseHeld(PublishingError):
    """Another publisher or a prune is at work on the same store. `holder` names it."""

    reason = "lease-held"

    def __init__(self, holder: str, expires_in: float) -> None:
        super().__init__(f"{holder} is publishing; its lease runs for {expires_in:.0f} more seconds")
        self.holder = holder


class LeaseLost(PublishingError):
    """The publisher was silent for longer than its lease, and may no longer move the pointer."""

    reason = "lease-lost"


class LedgerUnusable(PublishingError):
    """The ledger's file cannot be read or written; `__cause__` holds what SQLite said."""

    reason = "ledger-unusable"


class LedgerBehind(PublishingError):
    """The store's pointer has a higher sequence than this ledger: another ledger is in play.

    Publishing with `adopt` takes the store's sequence over, once it is sure that the other has stopped.
    """

    reason = "ledger-behind"


class PointerMoved(PublishingError):
    """The pointer changed between the start of this publication and its last step."""

    reason = "pointer-moved"


class ReadBackMismatch(PublishingError):
    """What was read back is not what was written."""

    reason = "read-back-mismatch"


class UnknownVersion(PublishingError):
    """Neither the ledger nor the pointer knows a release of that version in the channel."""

    reason = "unknown-version"


class SigningKeyUnusable(PublishingError):
    """The signing key is missing, malformed or readable by others."""

    reason = "signing-key-unusable"
