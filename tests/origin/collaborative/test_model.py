"""The collaborative model: repeatable, without what is gone, better than popularity where tastes differ."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from origin.collaborative.model import Settings, fit, score
from origin.events.histories import History

SETTINGS = Settings(factors=8, iterations=10, count=20)
TASTES, PRODUCTS, SHOPPERS, LOOKS = 5, 30, 200, 8


def planted() -> tuple[list[History], dict[str, str]]:
    """Shoppers of five tastes who look at products of their own; one look each is held out."""
    chance = random.Random(7)  # noqa: S311 - no secret
    histories, held_out = [], {}
    for number in range(SHOPPERS):
        taste = number % TASTES
        looks = [f"p{taste}-{one}" for one in chance.sample(range(PRODUCTS), LOOKS)]
        name = f"v{number:03}"
        held_out[name] = looks.pop()
        histories.append(History(name, tuple(("view", one) for one in looks)))
    return histories, held_out


@pytest.fixture(scope="module")
def learnt() -> tuple[list[History], dict[str, str], dict[str, list[str]]]:
    histories, held_out = planted()
    said = {
        one.shopper: [product for product, _ in one.scores]
        for one in score(fit(histories, SETTINGS), SETTINGS)
    }
    return histories, held_out, said


def hits(lists: dict[str, list[str]], histories: list[History], held_out: dict[str, str]) -> int:
    """In how many lists the held-out product is among the first ten that were not looked at."""
    seen = {one.shopper: {product for _, product in one.events} for one in histories}
    return sum(
        held_out[name] in [one for one in found if one not in seen[name]][:10]
        for name, found in lists.items()
    )


def test_it_finds_held_out_looks_far_better_than_popularity(
    learnt: tuple[list[History], dict[str, str], dict[str, list[str]]],
) -> None:
    histories, held_out, said = learnt
    popular = [
        product
        for product, _ in Counter(product for one in histories for _, product in one.events).most_common(40)
    ]
    by_popularity = hits({one.shopper: popular for one in histories}, histories, held_out)
    by_model = hits(said, histories, held_out)
    assert by_model > 2 * by_popularity + 20
    assert len(said) == SHOPPERS


def test_the_same_histories_in_any_order_give_the_same_scores() -> None:
    histories, _ = planted()
    first, again = fit(histories, SETTINGS), fit(histories[::-1], SETTINGS)
    assert first.version == again.version
    assert list(score(first, SETTINGS)) == list(score(again, SETTINGS))
    assert fit(histories[1:], SETTINGS).version != first.version


def test_what_was_bought_or_dismissed_is_not_said() -> None:
    histories, _ = planted()
    _, bought = histories[0].events[0]
    _, dismissed = histories[0].events[1]
    done = (*histories[0].events, ("purchase", bought), ("dismiss", dismissed))
    changed = [History(histories[0].shopper, done), *histories[1:]]
    (mine,) = [one for one in score(fit(changed, SETTINGS), SETTINGS) if one.shopper == histories[0].shopper]
    said = [product for product, _ in mine.scores]
    assert said
    assert not {bought, dismissed} & set(said)
    assert [number for _, number in mine.scores] == sorted((one for _, one in mine.scores), reverse=True)
    assert all(number > 0 for _, number in mine.scores)


def test_a_history_without_wishes_teaches_nothing() -> None:
    histories = [History("v1", (("view", "a"), ("view", "b"))), History("v2", (("impression", "a"),))]
    assert [one.shopper for one in fit(histories, SETTINGS).histories] == ["v1"]
