"""The policy: which signal may allow which purpose in which market, and how a consent manager is read.

A shop's law and its lawyers differ from market to market; the table lives in the settings. The default is
opt-in everywhere: no signal, nothing allowed.
"""

from __future__ import annotations

import re
from typing import Literal, get_args
from urllib.parse import unquote

import msgspec

from selvedge.errors import SelvedgeError

Purpose = Literal["session", "profile", "training", "measurement"]
PURPOSES: frozenset[Purpose] = frozenset(get_args(Purpose))

Source = Literal["gpc", "choice", "manager", "none"]
"""`none` stands for the absence of all others."""

Table = dict[str, dict[Source, dict[Purpose, bool]]]
"""Market (or `*`) to signal to purpose to whether the signal, as it came, leaves the purpose allowed."""

EVERY_MARKET = "*"
_DEFAULTS: dict[Source, bool] = {"gpc": False, "choice": True, "manager": True, "none": False}

MAX_PATTERN = 200
MAX_VALUE = 2048
MAX_REPEAT = 16
MAX_QUANTIFIERS = 2

_PIECE = re.compile(
    r"\\(?P<escape>.)|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<quantifier>\?|\{(?:\d*,)?(?P<most>\d+)\})|(?P<open>[*+(){}])|[^\\]",
    re.DOTALL,
)


class BadPattern(SelvedgeError):
    """A pattern in the settings is not one that is safe to run on what strangers send."""


class Policy:
    """What a market's rows of the table say; cells that it leaves out are as the default."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def allows(self, market: str, source: Source, purpose: Purpose) -> bool:
        """Whether `purpose` may be served in `market` with this signal."""
        for name in (market, EVERY_MARKET):
            cell = self._table.get(name, {}).get(source, {}).get(purpose)
            if cell is not None:
                return cell
        return _DEFAULTS[source]


class ManagerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the shop's consent manager leaves its word: one header or one cookie.

    A purpose is granted where its pattern is found in the percent-decoded value, else refused.
    """

    patterns: dict[Purpose, str]
    header: str | None = None
    cookie: str | None = None


class ManagerReader:
    """Reads a consent manager's word. Raises `BadPattern` when made."""

    def __init__(self, settings: ManagerSettings) -> None:
        if (settings.header is None) == (settings.cookie is None):
            raise BadPattern("name either `header` or `cookie`")
        self.header = settings.header.lower() if settings.header else None
        self.cookie = settings.cookie
        self._patterns = {
            purpose: compile_bounded(pattern, purpose) for purpose, pattern in settings.patterns.items()
        }

    def granted(self, value: str) -> frozenset[Purpose]:
        """Return the purposes that `value` grants; one too long to be read grants nothing."""
        if len(value) > MAX_VALUE:
            return frozenset()
        text = unquote(value)
        return frozenset(purpose for purpose, pattern in self._patterns.items() if pattern.search(text))


def compile_bounded(pattern: str, name: str) -> re.Pattern[str]:
    """Compile a pattern whose search takes at most `MAX_REPEAT`² steps a character. Raises `BadPattern`.

    Python's matcher backtracks. So there are no groups, no `*` and no `+`, at most two quantifiers, and
    each of these ends by 16; alternatives stand at the top.
    """
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"{name}: a pattern has at most {MAX_PATTERN} characters")
    quantifiers = 0
    for piece in _PIECE.finditer(pattern):
        if piece["open"] or (piece["escape"] or "").isdigit():
            raise BadPattern(f"{name}: {piece[0]!r} is not allowed; repeat with {{1,{MAX_REPEAT}}}")
        if piece["most"] and int(piece["most"]) > MAX_REPEAT:
            raise BadPattern(f"{name}: {piece[0]!r} repeats more than {MAX_REPEAT} times")
        quantifiers += piece["quantifier"] is not None
    if quantifiers > MAX_QUANTIFIERS:
        raise BadPattern(f"{name}: more than {MAX_QUANTIFIERS} quantifiers")
    try:
        return re.compile(pattern)
    except re.error as error:
        raise BadPattern(f"{name}: {error}") from error
