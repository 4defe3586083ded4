"""Receipts of erasures: what was done and when, about nobody that the receipt would name."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SECONDS_A_DAY = 86_400

WHAT = {
    "store": "The profile, what was derived from it, and the record of consent were deleted.",
    "modelOutputs": "What models said about this person was deleted.",
    "events": "Events were deleted; those from before that are still on their way are refused.",
    "training": "The sessions left the counts that models are trained from, at a run after the erasure.",
    "keys": "The data key was destroyed: no copy of the data can be read any more, back-ups included, "
    "once the key store's own back-ups are gone.",
    "edge": "Copies at the edge were overwritten with a mark.",
    "edgeAgain": "The same once more, when no copy could come back.",
}
"""The parts of a receipt and what each says."""

State = Literal["done", "open", "none"]

_OF = {"edge": "edge", "edgeAgain": "edge_again"}


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of what had to be erased. `done` is in epoch seconds, absent while it is not done.

    `none`: there is nothing of the kind here.
    """

    name: str
    what: str
    state: State
    done: int | None = None


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """A receipt; times in epoch seconds. From `backups_clean` on no back-up can be read."""

    id: str
    state: Literal["unfinished", "done"]
    requested: int
    finished: int | None
    backups_clean: int | None
    parts: tuple[Part, ...]


def receipt_of(row: Any, *, edge: bool, trains: bool, backup_days: int) -> Receipt:
    """Return the receipt of a row of `erasure`.

    `edge` and `trains` tell whether there are records at the edge, and counts for training, at all. What was
    done stays done, though the counts be retired since.
    """
    there = {
        "edge": edge,
        "edgeAgain": edge,
        "training": trains or row.removals is None or row.trained is not None,
    }
    parts = []
    for name, what in WHAT.items():
        column = _OF.get(name, "erased")
        if name == "training" and row.removals is not None:
            column = "trained"
        done = getattr(row, column)
        state: State = "none" if not there.get(name, True) else "open" if done is None else "done"
        parts.append(Part(name, what, state, done if state == "done" else None))
    return Receipt(
        row.id,
        "unfinished" if row.finished is None or any(one.state == "open" for one in parts) else "done",
        row.requested,
        row.finished,
        None if row.erased is None else row.erased + backup_days * SECONDS_A_DAY,
        tuple(parts),
    )
