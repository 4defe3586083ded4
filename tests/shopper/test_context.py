from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import AesGcm
from selvedge.shopper.context import (
    MAX_AGE_SECONDS,
    MAX_COOKIE_LENGTH,
    Affinity,
    Context,
    bounded,
    new_context,
    open_context,
    seal_context,
)
from selvedge.shopper.sealing import Sealer
from tests.stage import run

OLD, NEW = Sealer(AesGcm(), {"old": b"o" * 32}), Sealer(AesGcm(), {"new": b"n" * 32, "old": b"o" * 32})
CONTEXT = Context(id=b"x", written=100, recent=(3, 1), purchased=(4,), events=(b"e",))

ordinals = st.lists(st.integers(0, 2**32), max_size=200).map(tuple)
contexts = st.builds(
    Context,
    id=st.binary(min_size=12, max_size=12),
    recent=ordinals,
    purchased=ordinals,
    dismissed=ordinals,
    seen=ordinals,
    affinities=st.lists(
        st.builds(
            Affinity, field=st.text(max_size=40), value=st.text(max_size=600), weight=st.integers(1, 127)
        ),
        max_size=20,
    ).map(tuple),
    events=st.lists(st.binary(min_size=6, max_size=6), max_size=100).map(tuple),
)


@given(contexts)
def test_no_context_makes_a_cookie_too_long(context: Context) -> None:
    sealed = run(seal_context(context, NEW))
    assert len(sealed) <= MAX_COOKIE_LENGTH
    opened = run(open_context(sealed, NEW, 0))
    assert opened == bounded(context)
    for name in ("recent", "purchased", "dismissed", "seen", "affinities", "events"):
        kept = getattr(opened, name)
        assert kept == getattr(context, name)[: len(kept)]


def test_keys_rotate() -> None:
    assert run(open_context(run(seal_context(CONTEXT, OLD)), NEW, 100)) == CONTEXT
    assert run(open_context(run(seal_context(CONTEXT, NEW)), OLD, 100)) is None


def test_an_old_context_is_absent() -> None:
    sealed = run(seal_context(CONTEXT, OLD))
    assert run(open_context(sealed, OLD, 100 + MAX_AGE_SECONDS)) == CONTEXT
    assert run(open_context(sealed, OLD, 101 + MAX_AGE_SECONDS)) is None


@pytest.mark.parametrize("at", range(0, 100, 7))
def test_a_context_that_was_tampered_with_is_absent(at: int) -> None:
    sealed = run(seal_context(CONTEXT, OLD))
    at %= len(sealed) - 1
    other = "A" if sealed[at] != "A" else "B"
    assert run(open_context(sealed[:at] + other + sealed[at + 1 :], OLD, 100)) is None


def test_a_context_of_before_these_fields_is_still_read() -> None:
    short = Sealer(AesGcm(), {"k": b"k" * 32})
    assert run(open_context(run(seal_context(Context(id=b"i", written=5), short)), short, 5)) == Context(
        id=b"i", written=5
    )


def test_ids_are_random() -> None:
    assert new_context().id != new_context().id
