"""The pure package stays pure, and says nothing that a shop may not say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "worker" / "selvedge").rglob("*.py"))
WORDS = [
    *MODULES,
    *sorted((ROOT / "worker" / "selvedge").rglob("*.html")),
    *sorted((ROOT / "worker" / "selvedge").rglob("*.txt")),
    ROOT / "origin/building/fields.toml",
]
PLATFORM = {
    "js",
    "workers",
    "pyodide",
    "_pyodide",
    "httpx",
    "origin",
    "cloudflare",
    "development",
    "cryptography",
}
NEVER_AT_IMPORT = {"random", "secrets", "uuid", "time"}

_CLAIMS = (
    r"eco[- ]?(friendly|logical(ly)?|conscious)?",
    r"green(er|est)?",
    r"sustainab\w*",
    r"(environment|climate|planet|earth|nature)(al|ally)?[- ](friendly|neutral|positive|conscious|safe)",
    r"(carbon|co2)[- ](neutral|positive|free)",
    r"conscious|biodegradable|responsibl[ey]|ethical|better choice|good for the|clean fashion|guilt[- ]free",
    r"duurzaam\w*|milieuvriendelijk\w*|sostenible\w*|ecol[oó]gic\w*|h[aå]llbar\w*|ekologi\w*|miljövänlig\w*",
)
BANNED = re.compile(rf"\b({'|'.join(_CLAIMS)})\b", re.IGNORECASE)
"""Generic environmental claims (Directive (EU) 2024/825), in the demo's languages."""


def imports(module: Path) -> set[str]:
    """The top-level names of everything that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def strings(module: Path) -> list[str]:
    """Every string of a module that may reach a reader, docstrings too: OpenAPI shows those."""
    if module.suffix != ".py":
        return [module.read_text()]
    return [
        node.value
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_the_pure_package_knows_its_platform(module: Path) -> None:
    assert not imports(module) & PLATFORM


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_the_pure_package_reads_clock_or_chance_by_itself(module: Path) -> None:
    assert not imports(module) & NEVER_AT_IMPORT


@pytest.mark.parametrize("module", WORDS, ids=lambda path: path.stem)
def test_no_string_makes_a_generic_environmental_claim(module: Path) -> None:
    assert [text for text in strings(module) if BANNED.search(text)] == []


@pytest.mark.parametrize(
    "claim",
    [
        "Eco-friendly denim",
        "a SUSTAINABLE choice",
        "greener",
        "climate neutral",
        "Conscious line",
        "CO2-neutral",
    ],
)
def test_the_list_of_banned_words_would_find(claim: str) -> None:
    assert BANNED.search(claim)


@pytest.mark.parametrize(
    "fact", ["GOTS-certified", "at least 50 % recycled material", "economy", "secondary"]
)
def test_facts_are_no_claims(fact: str) -> None:
    assert not BANNED.search(fact)
