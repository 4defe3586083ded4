from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from selvedge.profiles.breaker import Breaker, BreakerRules

RULES = BreakerRules(failures=3, share=0.5, window=10, pause=5, patience=2)


def failing(breaker: Breaker, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        permit = breaker.ask(now)
        assert permit is not None
        breaker.report(permit, now, succeeded=False)


def test_it_opens_after_enough_failures_and_lets_nobody_through() -> None:
    breaker = Breaker(RULES)
    failing(breaker, 2)
    assert breaker.state(0) == "closed"
    failing(breaker, 1)
    assert (breaker.state(0), breaker.ask(4.9)) == ("open", None)


def test_failures_that_are_few_among_many_do_not_open_it() -> None:
    breaker = Breaker(RULES)
    for at in range(100):
        permit = breaker.ask(0)
        assert permit is not None
        breaker.report(permit, 0, succeeded=at % 3 > 0)
    assert breaker.state(0) == "closed"


def test_failures_of_long_ago_do_not_count() -> None:
    breaker = Breaker(RULES)
    for now in (0, 11, 22, 33):
        failing(breaker, 1, now)
    assert breaker.state(33) == "closed"


def test_half_open_one_probe_goes_at_a_time_and_its_outcome_decides() -> None:
    breaker = Breaker(RULES)
    failing(breaker, 3)
    probe = breaker.ask(5)
    assert probe is not None
    assert breaker.ask(5) is None
    breaker.report(probe, 5.1, succeeded=False)
    assert (breaker.state(10), breaker.ask(10)) == ("open", None)
    probe = breaker.ask(10.1)
    assert probe is not None
    breaker.report(probe, 10.2, succeeded=True)
    assert breaker.state(10.2) == "closed"
    failing(breaker, 2, 10.2)
    assert breaker.state(10.2) == "closed", "what was counted before it opened is forgotten"


def test_a_probe_that_never_comes_back_does_not_lock_it() -> None:
    breaker = Breaker(RULES)
    failing(breaker, 3)
    lost = breaker.ask(5)
    assert lost is not None
    assert breaker.ask(6.9) is None
    second = breaker.ask(7)
    assert second is not None
    breaker.report(lost, 7.1, succeeded=True)
    assert breaker.state(7.1) == "half-open", "the lost one's outcome says nothing any more"
    breaker.report(second, 7.2, succeeded=True)
    assert breaker.state(7.2) == "closed"


def test_stragglers_from_before_it_opened_change_nothing() -> None:
    breaker = Breaker(RULES)
    straggler = breaker.ask(0)
    assert straggler is not None
    failing(breaker, 3)
    breaker.report(straggler, 5, succeeded=True)
    assert breaker.state(5) == "half-open"


class BreakerMachine(RuleBasedStateMachine):
    """Any order of asking, answering and passing time."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(RULES)
        self.now = 0.0
        self.out: list[int] = []
        self.probes: list[float] = []

    @rule(quarters=st.integers(0, 24))
    def pass_time(self, quarters: int) -> None:
        self.now += quarters / 4

    @rule()
    def ask(self) -> None:
        state = self.breaker.state(self.now)
        permit = self.breaker.ask(self.now)
        if state == "closed":
            assert permit is not None, "closed, it lets all through"
        if state == "open":
            assert permit is None, "open, it lets nobody through"
        if permit is None:
            return
        if state == "half-open":
            recent = [at for at in self.probes if self.now - at < RULES.patience]
            assert not recent, "half-open, it lets one through at a time"
            self.probes.append(self.now)
        self.out.append(permit)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), succeeded=st.booleans())
    def answer(self, data: st.DataObject, *, succeeded: bool) -> None:
        permit = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        before = self.breaker.state(self.now)
        self.breaker.report(permit, self.now, succeeded=succeeded)
        after = self.breaker.state(self.now)
        if before == "open":
            assert after == "open", "nothing but time ends a pause"
        if before == "closed" and succeeded:
            assert after == "closed", "a success opens nothing"
        if before != after:
            self.probes = []

    @invariant()
    def time_alone_always_leads_out(self) -> None:
        state = self.breaker.state(self.now + RULES.pause)
        assert state in ("closed", "half-open")


TestBreakerMachine = BreakerMachine.TestCase
