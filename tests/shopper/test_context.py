from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import AesGcm
from selvedge.shopper.context import (
    MAX_AFFINITIES,
    MAX_AGE_SECONDS,
    MAX_AHEAD_SECONDS,
    MAX_COOKIE_LENGTH,
    MAX_RECENT,
    Affinity,
    Context,
    bounded,
    new_context,
    open_context,
    seal_context,
)
from selvedge.shopper.sealing import Sealer
from tests.stage import run
from tests.wardrobe import NOW

KEY, OLD = bytes(range(32)), bytes([9] * 32)
SEALER = Sealer(AesGcm(), {"new": KEY, "old": OLD})
affinities = st.builds(Affinity, st.text(max_size=24), st.text(max_size=32), st.integers(1, 127))
contexts = st.builds(
    Context,
    id=st.binary(max_size=16),
    written=st.integers(NOW - MAX_AGE_SECONDS, NOW),
    recent=st.lists(st.integers(0, 2**32 - 1), max_size=MAX_RECENT).map(tuple),
    affinities=st.lists(affinities, max_size=MAX_AFFINITIES).map(tuple),
)


def sealed(context: Context, sealer: Sealer = SEALER) -> str:
    return run(seal_context(context, sealer))


def opened(text: str, now: int = NOW) -> Context | None:
    return run(open_context(text, SEALER, now))


@given(contexts)
def test_a_sealed_context_opens_to_what_it_was(context: Context) -> None:
    text = sealed(context)
    assert opened(text) == context
    assert len(text) <= MAX_COOKIE_LENGTH
    assert text.isascii()
    assert not set(text) & set(' ",;\\=')


def test_sealing_twice_gives_other_bytes() -> None:
    assert sealed(Context()) != sealed(Context())


def test_what_exceeds_the_bounds_is_left_out() -> None:
    context = Context(
        written=NOW,
        recent=tuple(range(30)),
        affinities=tuple(Affinity("color", f"c{at}", 1) for at in range(30)),
    )
    found = opened(sealed(context))
    assert found
    assert found.recent == tuple(range(MAX_RECENT))
    assert len(found.affinities) == MAX_AFFINITIES


def test_a_context_lives_for_thirty_days() -> None:
    text = sealed(Context(written=NOW))
    assert opened(text, NOW + MAX_AGE_SECONDS)
    assert opened(text, NOW + MAX_AGE_SECONDS + 1) is None


def test_a_context_of_the_future_would_never_end_and_is_absent() -> None:
    assert opened(sealed(Context(written=NOW + MAX_AHEAD_SECONDS)))  # clocks differ
    assert opened(sealed(Context(written=NOW + MAX_AHEAD_SECONDS + 1))) is None


def test_a_context_sealed_with_the_key_before_still_opens() -> None:
    assert opened(sealed(Context(id=b"x", written=NOW), Sealer(AesGcm(), {"old": OLD}))) is not None


def test_a_foreign_keys_context_is_absent_even_under_a_known_name() -> None:
    for name in ("new", "stranger"):
        assert opened(sealed(Context(written=NOW), Sealer(AesGcm(), {name: bytes(32)}))) is None


@given(contexts, st.data())
def test_no_letter_of_a_context_can_be_changed(context: Context, data: st.DataObject) -> None:
    text = sealed(context)
    at = data.draw(st.integers(0, len(text) - 2))  # the last letter's spare bits say nothing
    letter = data.draw(st.sampled_from("AZaz09-_"))
    changed = text[:at] + letter + text[at + 1 :]
    assert changed == text or opened(changed) is None
    assert opened(text[:at]) is None


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.hex()))
def test_other_texts_are_no_context(text: str) -> None:
    assert opened(text) is None


def test_a_cookie_beyond_all_measure_is_not_even_decrypted() -> None:
    assert opened("A" * (MAX_COOKIE_LENGTH + 1)) is None


def test_what_was_sealed_for_another_use_is_no_context() -> None:
    other = run(SEALER.seal(b"\x90", b"selvedge private cursor"))
    assert opened(base64.urlsafe_b64encode(other).decode()) is None


def test_sealed_bytes_that_are_no_context_are_absent() -> None:
    other = run(SEALER.seal(b"\xc1", b"selvedge context cookie"))
    assert opened(base64.urlsafe_b64encode(other).decode().rstrip("=")) is None


longest = st.builds(
    Context,
    id=st.binary(min_size=12, max_size=12),
    written=st.just(NOW),
    **dict.fromkeys(
        ("recent", "purchased", "dismissed", "seen"),
        st.lists(st.integers(0, 2**32 - 1), max_size=80).map(tuple),
    ),
    affinities=st.lists(st.builds(Affinity, st.text(), st.text(max_size=600), st.just(1)), max_size=20).map(
        tuple
    ),
    events=st.lists(st.binary(min_size=6, max_size=6), max_size=80).map(tuple),
)


@given(longest)
def test_whatever_it_holds_a_context_fits_and_loses_its_oldest(context: Context) -> None:
    text = sealed(context)
    assert len(text) <= MAX_COOKIE_LENGTH
    found = opened(text)
    assert found == bounded(context)
    for name in ("recent", "purchased", "dismissed", "seen", "affinities", "events"):
        kept = getattr(found, name)
        assert kept == getattr(context, name)[: len(kept)]


def test_ids_are_random() -> None:
    assert new_context().id != new_context().id
