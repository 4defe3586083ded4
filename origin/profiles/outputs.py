"""Model outputs: batches come in, each shopper's newest is kept, and pages go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from origin.profiles.errors import BadBody, ListChanged, NothingKept
from origin.profiles.model import refused
from origin.profiles.rows import forget_outputs, standings
from origin.profiles.sealed import open_kept, open_scores, seal_scores
from origin.profiles.tables import model_output
from origin.storage.retrying import retried
from selvedge.shopper.identity import ShopperId
from selvedge.shopper.profile import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from origin.encryption.cipher import Cipher
    from origin.encryption.keyring import Keyring
    from origin.profiles.rows import Standing
    from origin.storage.database import Database
    from origin.storage.paging import Cursors
    from selvedge.ports import Clock

MAX_SCORES = 1_000
MAX_BATCH = 20_000
"""Shoppers in a request; a job sends as many requests as it needs."""

Score = Annotated[float, Meta(gt=0, le=1e12)]
_LIST = "recommendations"
_SILENT = "no model said anything of this shopper"

_columns = (model_output.c.model, model_output.c.version, model_output.c.time, model_output.c.scores)
_one = select(*_columns).where(model_output.c.shopper == bindparam("one"))


class ShopperScores(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model says of one shopper: product ids and scores above 0."""

    shopper: ShopperId
    scores: Annotated[tuple[tuple[Text, Score], ...], Meta(max_length=MAX_SCORES)]


class Receipt(msgspec.Struct, frozen=True):
    """How many shoppers' outputs were kept, and why others were not.

    `refused`: nothing is kept about them, they objected, or they were erased. `older`: a newer output is
    there already.
    """

    kept: int
    refused: int
    older: int


class Recommended(msgspec.Struct, frozen=True):
    """A product and its score, on the model's own scale."""

    product: str
    score: float


class Recommendations(msgspec.Struct, frozen=True):
    """A page of what `model` in `version` said at `time` (epoch seconds), the best first."""

    model: str
    version: str
    time: int
    items: list[Recommended]
    next: str | None


class Outputs:
    """Model outputs in a database."""

    def __init__(self, database: Database, keyring: Keyring, cursors: Cursors, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._cursors = cursors
        self._clock = clock

    @retried
    async def keep(
        self, model: str, version: str, scores: Sequence[ShopperScores], time: int | None = None
    ) -> Receipt:
        """Keep what `model` in `version` said at `time` (epoch seconds, None: now).

        Of a shopper who is in it twice, the last counts.
        """
        by_shopper = {one.shopper: one for one in scores}
        about = {"model": model, "version": version, "time": int(self._clock.now()) if time is None else time}
        insert = (sqlite if self._database.kind == "sqlite" else postgresql).insert(model_output)
        new = {column.name: insert.excluded[column.name] for column in _columns}
        statement = insert.on_conflict_do_update(
            index_elements=["shopper"], set_=new, where=model_output.c.time <= insert.excluded.time
        ).returning(model_output.c.shopper)
        async with self._database.writing() as connection:
            found = await standings(connection, by_shopper, lock=True)
            ciphers = await self._keyring.open_ciphers(name for name, one in found.items() if one.known)
            welcome = [one for one, cipher in ciphers.items() if _wants(found[one], one, cipher)]
            rows = [about | _row(by_shopper[one], ciphers[one]) for one in welcome]
            kept = (await connection.execute(statement, rows)).all() if rows else []
        return Receipt(len(kept), len(by_shopper) - len(rows), len(rows) - len(kept))

    async def page(self, name: str, cursor: str | None, limit: int) -> Recommendations:
        """Return a page of a shopper's output. Raises `NothingKept`, `BadCursor`, `ListChanged`."""
        at = f"{_LIST} of {name}"
        start, of = self._cursors.read(at, cursor, tuple[int, str]) if cursor else (0, None)
        async with self._database.reading() as connection:
            row = (await connection.execute(_one, {"one": name})).first()
        if row is None:
            raise NothingKept(_SILENT)
        scores = await self._keyring.reading(name, lambda cipher: open_scores(cipher, name, row.scores))
        if scores is None:
            raise NothingKept(_SILENT)
        nonce = row.scores[1:13].hex()
        if of not in {None, nonce}:
            raise ListChanged("the model has spoken again; start without cursor")
        items = [Recommended(*pair) for pair in scores[start : start + limit]]
        more = start + limit < len(scores)
        following = self._cursors.write(at, (start + limit, nonce)) if more else None
        return Recommendations(row.model, row.version, row.time, items, following)

    async def drop(self, model: str, *, but: str) -> int:
        """Delete what `model` said in any version but one; returns of how many shoppers."""
        older = (model_output.c.model == model) & (model_output.c.version != but)
        async with self._database.writing() as connection:
            return int((await connection.execute(delete(model_output).where(older))).rowcount)

    async def forget(self, name: str) -> None:
        """Delete what was said of a shopper."""
        async with self._database.writing() as connection:
            await forget_outputs(connection, name)


def parse_scores(body: bytes, *, lines: bool) -> list[ShopperScores]:
    """Return the scores in a JSON array or in `lines` of JSON. Raises `BadBody`, which tells where."""
    try:
        if not lines:
            found = msgspec.json.decode(body, type=list[ShopperScores])
        else:
            found = msgspec.json.Decoder(ShopperScores).decode_lines(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadBody(str(error)) from error
    if len(found) > MAX_BATCH:
        raise BadBody(f"more than {MAX_BATCH} shoppers; send several batches")
    return found


def _wants(standing: Standing, name: str, cipher: Cipher) -> bool:
    """Whether a person is kept, does not object, and has not refused to be known."""
    kept = cipher.reading(lambda one: open_kept(one, name, standing.profile))
    return not standing.objected and kept is not None and "profile" not in refused(kept.consent)


def _row(one: ShopperScores, cipher: Cipher) -> dict[str, object]:
    best_first = tuple(sorted(one.scores, key=lambda pair: -pair[1]))
    return {"shopper": one.shopper, "scores": seal_scores(cipher, one.shopper, best_first)}
