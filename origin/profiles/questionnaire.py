"""The questionnaire: what persons are asked, and how answers become declared preferences."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from origin.importing.schemes import registry, scheme_labels
from origin.importing.vocabulary import vocabulary
from origin.profiles.errors import BadBody
from origin.profiles.model import Declared, Facet, Kept, Priority, Values

LANGUAGES = ("en", "nl", "es", "sv", "pl")


class Choice(msgspec.Struct, frozen=True):
    """A value that an answer may hold, and what to show for it."""

    value: str
    label: str


class Question(msgspec.Struct, frozen=True):
    """A question whose answer is a list of values: of `choices`, or of any others too where it is `open`."""

    id: str
    text: str
    choices: list[Choice]
    open: bool


class Questionnaire(msgspec.Struct, frozen=True):
    """All questions, in one language."""

    locale: str
    questions: list[Question]


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers by question; one that is left out leaves what was declared before."""

    materials: Values | UnsetType = UNSET
    certifications: Values | UnsetType = UNSET
    avoided: tuple[Facet, ...] | UnsetType = UNSET
    sizes: Values | UnsetType = UNSET
    brands: Values | UnsetType = UNSET
    priorities: tuple[Priority, ...] | UnsetType = UNSET


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent when the questionnaire was filled in."""

    answers: Answers


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: dict[str, str]
    choices: tuple[str, ...] | None = None
    of: Literal["fibres", "schemes"] | None = None
    open: bool = False
    labels: dict[str, dict[str, str]] = {}


@cache
def questionnaire(locale: str) -> Questionnaire:
    """Return the questions in the language of `locale`, English for one without texts."""
    language = locale.partition("-")[0]
    known = language if language in LANGUAGES else "en"
    return Questionnaire(known, [_question(name, one, known) for name, one in _entries().items()])


def apply_answers(kept: Kept, answered: Answered) -> Kept:
    """Return `kept` with what was answered declared instead. Raises `BadBody` for what is no choice."""
    given = {
        name: tuple(dict.fromkeys(value))
        for name, value in msgspec.structs.asdict(answered.answers).items()
        if value is not UNSET
    }
    for question in questionnaire("en").questions:
        known = {one.value for one in question.choices}
        if not question.open and set(given.get(question.id, ())) - known:
            raise BadBody(f"answers.{question.id} holds what is no choice")
    try:
        declared = msgspec.convert(msgspec.to_builtins(kept.declared) | given, Declared)
    except msgspec.ValidationError as error:
        raise BadBody(f"answers: {error}") from error
    return msgspec.structs.replace(kept, declared=declared)


def _question(name: str, entry: _Entry, language: str) -> Question:
    labels = {value: texts[language] for value, texts in entry.labels.items()}
    if entry.of == "fibres":
        labels |= vocabulary("fibres").labels(language)
    if entry.of == "schemes":
        labels |= scheme_labels(language)
    values = entry.choices
    if values is None:
        values = tuple(code for code, one in registry().items() if one.levels[0] == "product")
    choices = [Choice(value, labels.get(value.rpartition(":")[2], value)) for value in values]
    return Question(name, entry.text[language], choices, entry.open)


@cache
def _entries() -> dict[str, _Entry]:
    text = resources.files(__package__).joinpath("questionnaire.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, _Entry])
