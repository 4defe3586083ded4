import pytest

from benchmarks.budgets import Budget, exceeded, read_budgets


@pytest.mark.parametrize(
    ("budget", "value", "holds"),
    [
        (Budget(at_most=2.0), 2.0, True),
        (Budget(at_most=2.0), 2.1, False),
        (Budget(at_least=4.0), 4.0, True),
        (Budget(at_least=4.0), 3.9, False),
    ],
)
def test_a_budget_bounds_from_above_or_from_below(budget: Budget, value: float, holds: bool) -> None:  # noqa: FBT001
    assert budget.holds(value, "budget") is holds


def test_a_ceiling_forgives_what_misses_the_goal_but_has_not_become_worse() -> None:
    budget = Budget(at_most=2.0, ceiling=3.0)
    assert not budget.holds(2.5, "budget")
    assert budget.holds(2.5, "ceiling")


def test_a_figure_out_of_its_bound_is_named_and_one_that_was_not_measured_is_not() -> None:
    budgets = {("wait", "10000"): Budget(at_most=2.0), ("wait", "100000"): Budget(at_most=3.0)}
    assert exceeded(budgets, {("wait", "10000"): 2.5}, "budget") == ["wait at 10000: 2.50, budget at most 2"]


def test_every_committed_budget_has_one_goal_that_its_ceiling_does_not_undercut() -> None:
    for key, budget in read_budgets().items():
        assert (budget.at_most is None) != (budget.at_least is None), key
        assert budget.holds(budget.bound("budget"), "ceiling"), key
