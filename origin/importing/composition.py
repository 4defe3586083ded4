"""Composition text, as on a garment's label, to components and fibre shares.

`Buitenlaag:Linnen 52%, Katoen 48% / Voering:Polyester 100%` becomes a shell and a lining. Shares
may stand before or after the fibre, with a decimal comma or point, in any order and spacing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from origin.importing.vocabulary import fold, vocabulary
from selvedge.catalogue.completeness import TOLERANCE
from selvedge.catalogue.model import Component, FibreShare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from origin.importing.report import Row

MAIN_COMPONENTS = ("shell", "upper", "top", "knitted_part", "woven_part")
"""What is taken for the main component, in this order, else the first one stated."""

_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
_EDGES = " \t,;.+&-\u2013\u2022"
_NOT_STATED = frozenset({"", "n a", "na", "unknown", "no material", "none"})

NOT_STATED = "unknown"
"""What stands for a fibre that the shop leaves open, in whatever words; never a known one."""

Shares = Sequence[tuple[str, float | None]]
"""Names of fibres as stated, with their shares in percent."""


def parse_composition(text: str, language: str, row: Row, field: str) -> tuple[Component, ...]:
    """Parse composition text whose components are lines or parted by ` / `.

    Nothing is lost: unknown fibres and components keep the shop's own word, components that do not add
    up to 100 stay as they are, and what the shop leaves open stays open. All are reported to `row`.
    """
    return build_components(_merge_lines(_stated(text), row, field), language, row, field)


@lru_cache(maxsize=4096)  # colourways share theirs
def _stated(text: str) -> tuple[tuple[str, Shares], ...]:
    """Return what a text says of each component, whatever that may mean."""
    parts = _headed(_split_name(line) for line in re.split(r"\n| / ", text) if line.strip())
    return tuple((name, _split_shares(shares)) for name, shares in parts)


def build_components(
    stated: Iterable[tuple[str, Shares]], language: str, row: Row, field: str
) -> tuple[Component, ...]:
    """Name components and fibres by our vocabularies; the main component comes first.

    A component without fibres stays: it may be of anything.
    """
    components: list[Component] = []
    for name, shares in stated:
        fibres = tuple(_fibres(shares, language, row, field))
        component = Component(_component(name, language, row, field), fibres)
        if component not in components:
            components.append(component)
            _check_total(name or component.name, fibres, row, field)
    return tuple(sorted(components, key=_rank))


def _split_name(line: str) -> tuple[str, str]:
    """`Shell: cotton 100%` -> (`Shell`, `cotton 100%`)."""
    name, colon, shares = line.partition(":")
    return (name.strip(), shares) if colon else ("", line)


def _headed(parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give a name that stands alone on its line to the nameless line after it."""
    headed: list[tuple[str, str]] = []
    for name, shares in parts:
        if not name and headed and not headed[-1][1].strip():
            headed[-1] = (headed[-1][0], shares)
        else:
            headed.append((name, shares))
    return headed


def _split_shares(text: str) -> Shares:
    """Pair names with shares, whichever comes first; names without a share get None."""
    pieces = _SHARE.split(text)
    names, shares = pieces[0::2], [float(share.replace(",", ".")) for share in pieces[1::2]]
    if not shares:
        return [(name.strip(_EDGES), None) for name in re.split(r"[/,;\n]", text)]
    found: list[tuple[str, float | None]] = []
    if names[0].strip(_EDGES):  # the name comes first
        for name, share in zip(names[:-1], shares, strict=True):
            *bare, last = re.split(r"[,;]", name.strip(_EDGES))
            found += [(each, None) for each in bare]
            found.append((last, share))
        found += [(each, None) for each in re.split(r"[,;]", names[-1])]
    else:
        for name, share in zip(names[1:], shares, strict=True):
            first, *bare = re.split(r"[,;]", name.strip(_EDGES))
            found.append((first, share))
            found += [(each, None) for each in bare]
    cleaned = ((name.strip(_EDGES), share) for name, share in found)
    return [(name, share) for name, share in cleaned if name or share is not None]


def _merge_lines(stated: Iterable[tuple[str, Shares]], row: Row, field: str) -> list[tuple[str, Shares]]:
    """Join neighbouring lines of one component that only together add up to 100."""
    merged: list[tuple[str, Shares]] = []
    for name, lines in groupby(stated, key=lambda line: line[0]):
        shares = [part for _, part in lines]
        joined = [share for part in shares for share in part]
        if len(shares) > 1 and _adds_up(joined) and not any(_adds_up(part) for part in shares):
            merged.append((name, joined))
            row.repair(field, name, "component-lines-merged", f"{len(shares)} lines add up to 100")
        else:
            merged += [(name, part) for part in shares]
    return merged


def _adds_up(shares: Shares) -> bool:
    total = sum(share or 0.0 for _, share in shares)
    return abs(total - 100) <= TOLERANCE


def _fibres(shares: Shares, language: str, row: Row, field: str) -> Iterable[FibreShare]:
    """Look fibres up; two names of one fibre (`suede`, `nappa`) become one entry."""
    found: dict[str, FibreShare] = {}
    for name, stated in shares:
        not_stated = fold(name) in _NOT_STATED
        code = None if not_stated else vocabulary("fibres").find(name, language)
        if code is None:
            row.note(field, name, "fibre-not-stated" if not_stated else "unknown-fibre")
        if not name.strip() and stated is None:
            continue  # what is left beside a comma
        share = _valid_share(name, stated, row, field)
        key = code or (NOT_STATED if not_stated else name)
        before = found.get(key)
        if before and before.percentage is not None and share is not None:
            share = round(share + before.percentage, 4)
        found[key] = FibreShare(key, share, known=code is not None)
    return found.values()


def _valid_share(name: str, share: float | None, row: Row, field: str) -> float | None:
    if share is None or 0 < share <= 100:  # noqa: PLR2004 - percent
        return share
    row.repair(field, f"{name} {share:g}%", "share-out-of-range", "kept without a share")
    return None


def _component(name: str, language: str, row: Row, field: str) -> str:
    if fold(name) in _NOT_STATED:
        return "shell"
    code = vocabulary("components").find(name, language)
    if code is None:
        row.note(field, name, "unknown-component")
    return code or name


def _check_total(name: str, fibres: tuple[FibreShare, ...], row: Row, field: str) -> None:
    if not fibres:
        return
    shares = [fibre.percentage for fibre in fibres if fibre.percentage is not None]
    total = sum(shares)
    if len(shares) == len(fibres) and abs(total - 100) > TOLERANCE:
        detail = f"{name} adds up to {total:g}, {total - 100:+g}"
        row.note(field, f"{total:g}", "shares-do-not-add-up", detail)


def _rank(component: Component) -> int:
    """Sort key that brings the main component forward and keeps the order of the others."""
    if component.name in MAIN_COMPONENTS:
        return MAIN_COMPONENTS.index(component.name)
    return len(MAIN_COMPONENTS)
