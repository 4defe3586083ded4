"""Why a product is where it is, in one line: the strongest term beyond the base, by name.

Who is placed by a merchandisers' rule is said to be, and who pays for it before all else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.filter import UNKNOWN
from selvedge.errors import SnapshotError, StorageUnavailable
from selvedge.ranking import alike
from selvedge.sessions.attribution import carrier
from selvedge.sessions.predictor import SessionPredictor
from selvedge.web.items import Because, Kind
from selvedge.web.templating import fibres
from selvedge.web.words import words_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.ranking.affinity import Term
    from selvedge.ranking.frozen import Frozen
    from selvedge.ranking.models import Predictor
    from selvedge.web.items import Item, Material
    from selvedge.web.view import View

_KINDS: dict[str, Kind] = {
    "affinity": "affinity",
    "preferred": "preferred",
    "priority": "preferred",
    "season": "season",
    "arrival": "arrival",
    "market": "rule",
    "rule": "rule",
    "pin": "rule",
    "promote": "rule",
}
_PLACED = ("pin", "promote")
_FROM_LOOKS = ("model", "price", "recent", "text")
_WHOLE = 100


class Carrier(msgspec.Struct, frozen=True):
    """What carried a product. `product` is the rank of one that was looked at."""

    kind: Kind
    product: int | None = None
    field: str | None = None
    value: str | None = None


async def with_reasons(
    view: View, frozen: Frozen, predictor: Predictor | None, ranks: Sequence[int], items: Sequence[Item]
) -> tuple[Item, ...]:
    """Return `items`, whose terms are known and which stand at `ranks`, each with what carried it."""
    found = [_carrier(view, frozen, predictor, *one) for one in zip(ranks, items, strict=True)]
    names = await _names(view, {one.product for one in found if one and one.product is not None})
    return tuple(
        item if one is None else msgspec.structs.replace(item, because=_tell(view, one, names))
        for item, one in zip(items, found, strict=True)
    )


def _carrier(
    view: View, frozen: Frozen, predictor: Predictor | None, rank: int, item: Item
) -> Carrier | None:
    """Return what carried a product; None where that is what it is to everybody."""
    if item.sponsored:
        return Carrier("sponsored")
    term = _strongest(item.explain)
    if term is None:
        return None
    if term.name in _FROM_LOOKS:
        return _by_looks(view, frozen, predictor, rank, term)
    return Carrier(_KINDS[term.name], None, term.field, term.value)


def _by_looks(view: View, frozen: Frozen, predictor: Predictor | None, rank: int, term: Term) -> Carrier:
    """Return which look, or which model, a term comes from."""
    if rank in frozen.recent:
        return Carrier("again")
    if term.name == "model":
        return _by_model(view, frozen, predictor, rank)
    if term.name == "price":
        return Carrier("price", next(iter(frozen.recent), None))
    if term.name == "text":
        product = alike.carrier(view.scope.index, frozen.recent, rank)
    else:
        product = _first_with(view, frozen, term)
    return Carrier(_by_look(frozen, product), product, term.field, term.value)


def _strongest(terms: Sequence[Term]) -> Term | None:
    placed = [one for one in terms if one.name in _PLACED]
    raising = [one for one in terms[1:] if one.points > 0 and one.value != UNKNOWN]
    return next(iter(placed), None) or max(raising, key=lambda one: one.points, default=None)


def _by_look(frozen: Frozen, product: int | None) -> Kind:
    return "similar" if product is None or product == frozen.item else "looked"


def _first_with(view: View, frozen: Frozen, term: Term) -> int | None:
    """The newest product looked at that has the facet value of `term`."""
    index, named = view.scope.index, {(term.field, term.value)}
    return next((one for one in frozen.recent if named & set(map(index.row_value, index.row(one)))), None)


def _by_model(view: View, frozen: Frozen, predictor: Predictor | None, rank: int) -> Carrier:
    """Return which look made a model name a product; what was said beforehand goes by earlier visits."""
    models = (frozen.model or "").split("+")
    if isinstance(predictor, SessionPredictor):
        head, ordinals = predictor.rows.head, view.scope.index.ordinals
        found = carrier(predictor.rows, [ordinals[one] for one in frozen.recent], ordinals[rank])
        if found is not None:
            product = view.scope.index.rank(found)
            return Carrier(_by_look(frozen, product), product)
        if models == [f"{head.model}@{head.version}"]:
            return Carrier("popular")
        return Carrier("visits")
    return Carrier("similar" if frozen.recent else "visits")


def with_facts(view: View, items: Sequence[Item]) -> tuple[Item, ...]:
    """Return `items`, each with what is known of it and proven now as its reason: facts, and no more."""
    return tuple(msgspec.structs.replace(one, because=Because("facts", _stated(view, one))) for one in items)


def _stated(view: View, item: Item) -> str:
    words, facts = words_for(view.locale), []
    if item.material:
        facts.append(_fabric(item.material, view.locale))
    if item.country_of_origin is not None:
        country = view.labels.value("countryOfOrigin", item.country_of_origin)
        facts.append(words.made_in.format(country=country))
    for one in item.has_certification:
        until = one.valid_through
        facts.append(one.name if until is None else words.until.format(fact=one.name, date=last_day(until)))
    return ", ".join(facts)


def _fabric(material: Sequence[Material], locale: str) -> str:
    """Return what the main component is made of; a single fibre needs no share."""
    if len(material) == 1 and material[0].percentage in (None, _WHOLE):
        return material[0].name
    return fibres(material, locale)


def last_day(end: str) -> str:
    """Return the last day before `end` (UTC, ISO 8601): as its month where that is the month's last."""
    moment = datetime.fromisoformat(end)
    last = moment - timedelta(seconds=1)
    return f"{last:%Y-%m-%d}" if last.month == moment.month else f"{last:%Y-%m}"


async def _names(view: View, ranks: set[int]) -> dict[int, tuple[str, str]]:
    """Return id and name of products; nothing where their cards cannot be had, which no list waits for."""
    wanted = sorted(ranks)
    try:
        cards = await view.cards.cards(view.locale, wanted) if wanted else []
    except (SnapshotError, StorageUnavailable):
        return {}
    return {rank: (card.id, card.name) for rank, card in zip(wanted, cards, strict=True)}


def _tell(view: View, one: Carrier, names: dict[int, tuple[str, str]]) -> Because:
    """Put it into the words of the page's language."""
    words = words_for(view.locale)
    if one.kind == "sponsored":
        return Because("sponsored", words.promoted)
    product, name = (None, None) if one.product is None else names.get(one.product, (None, None))
    text = words.reasons[one.kind]
    if "{name}" in text and name is None:
        text = words.reasons["nameless"]
    label = view.labels.value(one.field, one.value) if one.field and one.value else ""
    return Because(one.kind, text.format(name=name, value=label), product, name, one.field, one.value)
