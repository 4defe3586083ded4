import re
import tomllib
from importlib import resources

import pytest

from origin.demo.words import words
from origin.importing.categories import find_category
from origin.importing.colours import find_colour
from origin.importing.schemes import registry, scheme_labels
from origin.importing.vocabulary import LOCALES, fold, vocabulary

NAMES = ("fibres", "components", "colours", "categories", "countries")
# Generic environmental claims (Directive (EU) 2024/825), in the languages of the labels. Whole
# words or beginnings of words; proper names such as EU Ecolabel do not match.
BANNED = re.compile(
    r"\b(eco[ -]?friendly|ecological|ecologic|sustainab\w*|environment\w*|climate\w*|conscious\w*|"
    r"biodegradable|planet\w*|earth[ -]friendly|carbon[ -]neutral|ethical\w*|eco|natural|clean|"
    r"duurza\w*|milieu\w*|klimaat\w*|bewust\w*|ecologisch\w*|groene|biologisch afbreekbaar|"
    r"sostenib\w*|ecológic\w*|ecologic\w*|medio ?ambient\w*|conscient\w*|climátic\w*|"
    r"hållbar\w*|miljö\w*|klimat\w*|medvet\w*|ekologisk\w*|"
    r"zrównoważon\w*|ekologiczn\w*|środowisk\w*|klimatycz\w*|świadom\w*|przyjazn\w*)\b",
    re.IGNORECASE,
)
GREEN = re.compile(r"\b(green|greener|groen|verde|grön\w*|zielon\w*)\b", re.IGNORECASE)


def all_labels() -> list[tuple[str, str, str]]:
    found = [("schemes", code, scheme_labels(loc)[code]) for code in registry() for loc in LOCALES]
    for name in NAMES:
        for code, term in vocabulary(name).terms.items():
            found += [(name, code, term.label(locale)) for locale in LOCALES]
    text = resources.files("origin.building").joinpath("fields.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    for part, entries in [*tables.pop("values").items(), *tables.items()]:
        found += [(part, field, label) for field, labels in entries.items() for label in labels.values()]
    return found


def demo_texts() -> list[tuple[str, str, str]]:
    texts = words().texts.items()
    phrases = [("texts", locale, p) for locale, t in texts for p in (*t.descriptions, *t.features, *t.care)]
    return phrases + [("nouns", g.category, n) for g in words().garments for n in g.noun.values()]


@pytest.mark.parametrize("claim", ["Eco-friendly", "duurzame keuze", "ropa sostenible", "miljövänlig"])
def test_the_list_of_banned_words_knows_a_claim_when_it_sees_one(claim: str) -> None:
    assert BANNED.search(claim)


def test_no_label_makes_a_generic_environmental_claim() -> None:
    texts = [*all_labels(), *demo_texts()]
    assert [entry for entry in texts if BANNED.search(entry[2])] == []


def test_green_is_a_colour_and_nothing_else() -> None:
    green = [entry for entry in (*all_labels(), *demo_texts()) if GREEN.search(entry[2])]
    assert {entry[:2] for entry in green} == {("colours", "green")}


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_has_a_label_in_every_locale(name: str) -> None:
    for term in vocabulary(name).terms.values():
        assert all(term.label(locale).strip() for locale in LOCALES)


def test_every_scheme_has_a_label_in_every_locale() -> None:
    for scheme in registry().values():
        assert set(scheme.labels) == {*LOCALES, "fr", "de"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_label_finds_its_own_entry(name: str, locale: str) -> None:
    terms = vocabulary(name)
    assert {code: terms.find(terms.terms[code].label(locale), locale) for code in terms.terms} == {
        code: code for code in terms.terms
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_entries_share_a_name_in_one_language(locale: str) -> None:
    for name in ("fibres", "components", "colours", "countries"):
        seen: dict[str, str] = {}
        for code, term in vocabulary(name).terms.items():
            for each in set(term.names(locale)):
                assert seen.setdefault(each, code) == code, f"{name}: {each}"


def test_names_are_found_whatever_their_case_and_accents() -> None:
    assert fold("  CÁÑAMO-mix ") == "canamo mix"
    assert vocabulary("fibres").find("algodon", "es") == "cotton"
    assert vocabulary("fibres").find("FLAX OR LINEN", "en") == "linen"
    assert vocabulary("countries").find("Turquia", "es") == "TR"


def test_materials_outside_the_regulation_are_marked() -> None:
    terms = vocabulary("fibres").terms
    assert terms["cotton"].textile
    assert not terms["leather"].textile


@pytest.mark.parametrize(
    ("name", "language", "code"),
    [
        ("Lichtblauw/wit gestreept", "nl", "blue"),
        ("Kakigroen", "nl", "green"),
        ("Groenbeige", "nl", "beige"),
        ("Rose gold", "en", "metallic"),
        ("Azul marino", "es", "blue"),
        ("Ljusrosa", "sv", "pink"),
        ("Wolkenprint", "nl", "unknown"),
    ],
)
def test_a_colour_name_gives_its_ground_colour(name: str, language: str, code: str) -> None:
    assert find_colour(name, language) == code


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demo_colours_are_understood_in_every_feed(locale: str) -> None:
    for code, word, _ in words().palette.colours:
        assert find_colour(word, locale) == code


@pytest.mark.parametrize(
    ("product_type", "google", "language", "code"),
    [
        ("Women > Dresses", "", "en", "dresses"),
        ("Dames > Kleding > Overhemdjurk", "", "nl", "dresses"),
        ("", "2271", "en", "dresses"),
        ("Sale", "Apparel & Accessories > Clothing > Skirts", "en", "skirts"),
        ("Sale", "", "en", None),
    ],
)
def test_a_category_comes_from_the_product_type_or_googles_taxonomy(
    product_type: str, google: str, language: str, code: str | None
) -> None:
    assert find_category(product_type, google, language) == code
