"""docs/ranking.md and docs/rules.md name every weight, term, kind and field that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest

from origin.building.merchandising import read_rules, read_weights
from origin.building.rulecheck import check
from selvedge.ranking.experiments import Experiment
from selvedge.ranking.rules import Kind, Rule
from selvedge.ranking.signals import SOURCES
from selvedge.ranking.weights import RankingWeights

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parents[2] / "docs"
RANKING = (DOCS / "ranking.md").read_text(encoding="utf-8")
RULES = (DOCS / "rules.md").read_text(encoding="utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def named(text: str, heading: str) -> list[str]:
    return [name for cells in rows(text, heading) for name in re.findall(r"`([^`]+)`", cells[0])]


def defaults(struct: msgspec.Struct, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, msgspec.Struct):
            yield from defaults(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def blocks(text: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)


def test_every_weight_is_documented_with_its_default() -> None:
    documented = {cells[0].strip("`"): cells[1] for cells in rows(RANKING, "Weights")}
    assert documented == {
        name: "none" if value == {} else str(value) for name, value in defaults(RankingWeights())
    }


def test_every_term_is_documented() -> None:
    others = {"base", "model", "arrival", "avoided", "price", "text", "seen", "rule", "pin", "promote"}
    assert set(named(RANKING, "The score")) == {*SOURCES, *others}


@pytest.mark.parametrize(
    ("struct", "heading"), [(Rule, "Fields of a rule"), (Experiment, "Fields of an experiment")]
)
def test_every_field_is_documented(struct: type[msgspec.Struct], heading: str) -> None:
    assert set(named(RULES, heading)) == {field.encode_name for field in msgspec.structs.fields(struct)}


def test_every_kind_is_documented() -> None:
    assert set(named(RULES, "Kinds")) == set(get_args(Kind))


def test_the_examples_can_be_read_and_hold(tmp_path: Path) -> None:
    rules, weights = tmp_path / "rules.toml", tmp_path / "weights.toml"
    rules.write_text(blocks(RULES)[0], encoding="utf-8")
    weights.write_text(blocks(RANKING)[0], encoding="utf-8")
    assert check(read_rules(rules)) == []
    assert read_weights(weights).seasons["winter"]
