from __future__ import annotations

from origin.training.tally import CLICKED, REPEATED, RETURNED, TallySettings, tally
from selvedge.sessions.predictor import FIRST, NEW, REPEAT, RETURN

PLAIN = TallySettings()


def pairs(items: list[int], settings: TallySettings = PLAIN) -> dict[tuple[int, int, int], int]:
    return {key: number for key, number in tally(items, settings).items() if 1 <= key[0] < REPEATED}


def test_pairs_are_counted_by_their_distance_and_in_their_order() -> None:
    assert pairs([1, 2, 3]) == {(1, 1, 2): 1, (1, 2, 3): 1, (2, 1, 3): 1}


def test_an_item_is_no_pair_with_itself() -> None:
    assert pairs([1, 1, 2]) == {(1, 1, 2): 1, (2, 1, 2): 1}
    assert pairs([1, 1, 2], TallySettings(distinct=True)) == {(1, 1, 2): 1}


def test_distances_end() -> None:
    assert max(distance for distance, _, _ in pairs(list(range(40)))) == 10


def test_overlong_sessions_are_cut_or_dropped() -> None:
    assert pairs([1, 2, 3], TallySettings(longest=2)) == {(1, 2, 3): 1}
    assert pairs([1, 2, 3], TallySettings(longest=2, overlong="drop")) == {}


def test_every_click_counts() -> None:
    counts = tally([5, 5, 6], PLAIN)
    assert (counts[CLICKED, 5, 0], counts[CLICKED, 6, 0]) == (2, 1)


def test_repeats_are_counted_by_what_the_click_before_was() -> None:
    counts = tally([5, 5, 5, 6, 5, 7], PLAIN)
    found = {key: number for key, number in counts.items() if REPEATED <= key[0] < RETURNED}
    assert found == {
        (REPEATED + FIRST, 5, 1): 1,
        (REPEATED + REPEAT, 5, 1): 1,
        (REPEATED + REPEAT, 5, 0): 1,
        (REPEATED + NEW, 6, 0): 1,
        (REPEATED + RETURN, 5, 0): 1,
    }


def test_returns_are_counted_by_the_position_returned_to() -> None:
    counts = tally([1, 2, 3, 1], PLAIN)
    found = {key: number for key, number in counts.items() if key[0] >= RETURNED}
    assert found == {(RETURNED + NEW, 1, 0): 2, (RETURNED + NEW, 2, 1): 1}
