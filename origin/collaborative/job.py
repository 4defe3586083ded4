"""The job: read histories, learn, and keep what was learnt of each shopper as model outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.collaborative.model import MODEL, Settings, fit, score
from origin.events.histories import read_histories

if TYPE_CHECKING:
    from collections.abc import Callable

    from origin.encryption.keyring import Keyring
    from origin.profiles.outputs import Outputs, ShopperScores
    from origin.storage.database import Database

BATCH = 1_000


class Learnt(msgspec.Struct, frozen=True):
    """What a run did. `refused` are shoppers without a profile, or who objected; `dropped` older outputs."""

    version: str
    shoppers: int
    products: int
    kept: int
    refused: int
    dropped: int


async def learn(
    database: Database,
    keyring: Keyring,
    outputs: Outputs,
    settings: Settings,
    progress: Callable[[str, int, int], None],
) -> Learnt:
    """Train on all that may be trained on now, and keep the outputs under one new version.

    Outputs of older versions leave: whoever withdrew has none any more. Broken off, it is run again; until
    then every shopper has the old output or the new one, whole.
    """
    histories = []
    async for history in read_histories(database, keyring):
        histories.append(history)
        progress("histories read", len(histories), 0)
    if not histories:
        return Learnt("", 0, 0, 0, 0, await outputs.drop(MODEL, but=""))
    factors = fit(histories, settings, lambda done: progress("iterations", done, settings.iterations))
    kept = refused = told = 0
    batch: list[ShopperScores] = []
    for one in score(factors, settings):
        batch.append(one)
        told += 1
        if len(batch) == BATCH or told == len(factors.histories):
            receipt = await outputs.keep(MODEL, factors.version, batch)
            kept, refused, batch = kept + receipt.kept, refused + receipt.refused, []
            progress("shoppers", told, len(factors.histories))
    dropped = await outputs.drop(MODEL, but=factors.version)
    return Learnt(factors.version, told, len(factors.products), kept, refused, dropped)
