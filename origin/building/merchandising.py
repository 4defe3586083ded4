"""Weights and rules as shops write them: TOML (or JSON, for rules) files, refused with the key at fault."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from selvedge.errors import SelvedgeError
from selvedge.ranking.rules import RuleSet
from selvedge.ranking.weights import RankingWeights

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


class UnusableFile(SelvedgeError):
    """A file of weights or rules says something that makes no sense; the message names file and key."""

    reason = "unusable-file"


def read_weights(path: Path) -> RankingWeights:
    """Read ranking weights. Raises `UnusableFile`."""
    return _read(path, RankingWeights)


def read_rules(path: Path) -> RuleSet:
    """Read rules and experiments, in the order of the file. Raises `UnusableFile`."""
    return _read(path, RuleSet)


def _read(path: Path, kind: type[T]) -> T:
    try:
        text = path.read_text(encoding="utf-8")
        data = msgspec.json.decode(text) if path.suffix == ".json" else tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.DecodeError) as error:
        raise UnusableFile(f"{path.name}: {error}") from error
    unknown = next(_unknown(data, msgspec.inspect.type_info(kind), ""), None)
    if unknown:
        raise UnusableFile(f"{path.name}: there is no key {unknown}")
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise UnusableFile(f"{path.name}: {error}") from error


def _unknown(data: Any, kind: msgspec.inspect.Type, where: str) -> Any:
    """The keys in `data` that `kind` does not have. At the edge unknown keys are ignored, for newer files."""
    if isinstance(kind, msgspec.inspect.StructType) and isinstance(data, dict):
        fields = {field.encode_name: field.type for field in kind.fields}
        for key, value in data.items():
            if key in fields:
                yield from _unknown(value, fields[key], f"{where}{key}.")
            else:
                yield f"{where}{key}"
    elif isinstance(kind, msgspec.inspect.UnionType):
        for one in kind.types:
            yield from _unknown(data, one, where)
    elif isinstance(kind, msgspec.inspect.VarTupleType) and isinstance(data, list):
        for at, value in enumerate(data):
            yield from _unknown(value, kind.item_type, f"{where.rstrip('.')}[{at}].")
