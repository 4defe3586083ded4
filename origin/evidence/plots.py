"""Plots as numbers: where each bar stands in an SVG. The template draws them."""

from __future__ import annotations

from math import ceil, log10
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 940
_STEPS = (1, 2, 5, 10)
_MOST_TICKS = 5
_MARGIN = 14.0


class Bar(msgspec.Struct, frozen=True):
    """A bar in SVG units, what it stands for, and what stands beside it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    beside: str
    value: int
    kind: str


class Word(msgspec.Struct, frozen=True):
    """What stands under the base line, centred at `x`."""

    x: float
    text: str


class Tick(msgspec.Struct, frozen=True):
    """A line across the plot, and the number beside it."""

    y: float
    value: int


class Plot(msgspec.Struct, frozen=True):
    """Bars upon a base line at `axis`: its y where bars stand, the x of their full length where they lie."""

    width: float
    height: float
    left: float
    axis: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...] = ()
    words: tuple[Word, ...] = ()


class Column(msgspec.Struct, frozen=True):
    """What a bar stands for. `word` is short; empty where there is no room for it."""

    label: str
    value: int
    word: str
    kind: str


def columns(of: Sequence[Column], *, width: float = WIDTH, height: float = 220) -> Plot:
    """Return upright bars of equal width, with room for numbers at the left and words below."""
    left, top, below = 44.0, 22.0, 26.0
    axis = height - below
    ticks = nice_ticks(max((one.value for one in of), default=0))
    scale = (axis - top) / ticks[-1]
    step = (width - left) / max(1, len(of))
    bars = tuple(
        Bar(
            x=round(left + step * (at + 0.12), 1),
            y=round(axis - one.value * scale, 1),
            width=round(step * 0.76, 1),
            height=round(one.value * scale, 1),
            label=one.label,
            beside="",
            value=one.value,
            kind=one.kind,
        )
        for at, one in enumerate(of)
    )
    words = (Word(round(left + step * (at + 0.5), 1), one.word) for at, one in enumerate(of) if one.word)
    lines = (Tick(round(axis - value * scale, 1), value) for value in ticks)
    return Plot(width, height, left, axis, bars, tuple(lines), tuple(words))


def histogram(of: Sequence[Column], end: str, *, width: float, height: float = 200) -> Plot:
    """Return columns of classes: the words stand where classes begin, and `end` where the last one ends."""
    plot = columns(of, width=width - _MARGIN, height=height)
    half = (width - _MARGIN - plot.left) / len(of) / 2
    words = (
        *(Word(one.x - half, one.text) for one in plot.words),
        Word(width - _MARGIN, end),
    )
    return msgspec.structs.replace(plot, width=width, words=words)


def rows(of: Sequence[Column], total: int, *, width: float = WIDTH) -> Plot:
    """Return lying bars of shares of `total`, with room for words at the left and numbers at the right."""
    left, right, step, thick = 268.0, 80.0, 27.0, 15.0
    full = width - left - right
    bars = tuple(
        Bar(
            x=left,
            y=step * at + (step - thick) / 2,
            width=round(full * one.value / total, 1) if total else 0.0,
            height=thick,
            label=one.label,
            beside=one.word,
            value=one.value,
            kind=one.kind,
        )
        for at, one in enumerate(of)
    )
    return Plot(width, step * len(of), left, left + full, bars)


def nice_ticks(most: int) -> list[int]:
    """Return round numbers from 0 up to at least `most`, at most six of them."""
    if most <= 0:
        return [0, 1]
    raw = most / _MOST_TICKS
    magnitude = 10 ** max(0, int(log10(raw)) if raw >= 1 else 0)
    step = next(magnitude * one for one in _STEPS if magnitude * one >= raw)
    return [step * at for at in range(ceil(most / step) + 1)]
