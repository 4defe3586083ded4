import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.importing.composition import parse_composition
from origin.importing.report import Log, Row
from origin.importing.vocabulary import vocabulary
from selvedge.catalogue.model import Component, FibreShare


def parse(text: str, language: str = "nl") -> tuple[tuple[Component, ...], list[str]]:
    log = Log()
    components = parse_composition(text, language, Row("t", 2, {}, log), "composition")
    return components, [issue.reason for issue in log.issues]


def test_parts_are_components_and_the_shell_comes_first() -> None:
    parts, issues = parse("Voeringen:Polyester 100% / Buitenlaag:Linnen 52%, Katoen 48%")
    assert parts == (
        Component("shell", (FibreShare("linen", 52.0), FibreShare("cotton", 48.0))),
        Component("lining", (FibreShare("polyester", 100.0),)),
    )
    assert issues == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Katoen 95%, Elastaan 5%", "nl"),
        ("95% cotton, 5% elastane", "en"),
        ("95 % cotton 5 % elastane", "en"),
        ("Algodón 95%; Elastano 5%", "es"),
        ("BOMULL 95,0 % , ELASTAN 5,0 %", "sv"),
        ("bawełna 95% / elastan 5%", "pl"),
        ("Shell: cotton 95%, elastane 5%", "pl"),
    ],
)
def test_shares_stand_before_or_after_the_fibre_in_any_language(text: str, language: str) -> None:
    parts, _ = parse(text.replace(" / ", ", "), language)
    assert parts == (Component("shell", (FibreShare("cotton", 95.0), FibreShare("elastane", 5.0))),)


def test_fibres_without_shares_are_kept_without() -> None:
    parts, issues = parse("cotton/polyester", "en")
    assert parts == (Component("shell", (FibreShare("cotton"), FibreShare("polyester"))),)
    assert issues == []


def test_unknown_fibres_and_components_keep_the_shops_word() -> None:
    parts, issues = parse("Vleugel: Maanstof 100%")
    assert parts == (Component("Vleugel", (FibreShare("Maanstof", 100.0, known=False),)),)
    assert sorted(issues) == ["unknown-component", "unknown-fibre"]


def test_a_component_that_misses_100_is_kept_and_says_by_how_much() -> None:
    log = Log()
    parts = parse_composition("Katoen 90%, Elastaan 7%", "nl", Row("t", 7, {}, log), "c")
    assert len(parts[0].fibres) == 2
    (issue,) = log.issues
    assert (issue.line, issue.action, issue.reason) == (7, "noted", "shares-do-not-add-up")
    assert issue.detail == "shell adds up to 97, -3"


def test_lines_of_one_component_that_only_together_make_100_are_merged() -> None:
    parts, issues = parse("Buitenlaag:Polyester 65%\nBuitenlaag:Viscose 35%")
    assert parts == (Component("shell", (FibreShare("polyester", 65.0), FibreShare("viscose", 35.0))),)
    assert issues == ["component-lines-merged"]


def test_two_names_of_one_fibre_become_one_share() -> None:
    parts, _ = parse("Leder 60%, Nappa 40%")
    assert parts == (Component("shell", (FibreShare("leather", 100.0),)),)


def test_a_share_that_cannot_be_is_left_out() -> None:
    parts, issues = parse("Katoen 0%")
    assert parts == (Component("shell", (FibreShare("cotton"),)),)
    assert issues == ["share-out-of-range"]


OPEN = FibreShare("unknown", known=False)


@pytest.mark.parametrize(
    ("text", "fibres"),
    [
        ("N/A 100%", (FibreShare("unknown", 100.0, known=False),)),
        ("cotton 60%, unknown 40%", (FibreShare("cotton", 60.0), FibreShare("unknown", 40.0, known=False))),
        ("cotton, none", (FibreShare("cotton"), OPEN)),
        ("100%", (FibreShare("unknown", 100.0, known=False),)),
        ("shell:", ()),
        ("cotton 100%,", (FibreShare("cotton", 100.0),)),
        ("shell:\ncotton 100%", (FibreShare("cotton", 100.0),)),
    ],
)
def test_what_is_not_stated_stays_open(text: str, fibres: tuple[FibreShare, ...]) -> None:
    assert parse(text, "en")[0] == (Component("shell", fibres),)


def test_a_component_left_empty_stays_one() -> None:
    assert parse("shell: cotton 100% / lining:", "en")[0] == (
        Component("shell", (FibreShare("cotton", 100.0),)),
        Component("lining", ()),
    )


fibres = st.lists(st.sampled_from(sorted(vocabulary("fibres").terms)), min_size=1, max_size=5, unique=True)
ORDER = st.sampled_from(["share", "fibre"])
blanks = st.sampled_from(["", " ", "  "])


@given(fibres, st.data(), st.sampled_from(["en", "nl", "es", "sv", "pl"]), blanks, ORDER)
def test_what_is_written_is_read_in_any_order_spacing_and_language(
    codes: list[str], data: st.DataObject, language: str, blank: str, first: str
) -> None:
    cuts = sorted(
        data.draw(st.lists(st.integers(1, 99), min_size=len(codes) - 1, max_size=len(codes) - 1, unique=True))
    )
    shares = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    labels = [vocabulary("fibres").terms[code].label(language).replace(",", " ") for code in codes]
    pairs = zip(labels, shares, strict=True)
    texts = [f"{s}{blank}% {name}" if first == "share" else f"{name} {s}{blank}%" for name, s in pairs]
    parts, issues = parse(f"{blank}{f'{blank},{blank}'.join(texts)}{blank}", language)
    assert [(f.fibre, f.percentage) for f in parts[0].fibres] == list(zip(codes, shares, strict=True))
    assert issues == []


@given(st.text())
def test_no_text_is_too_odd_to_read(text: str) -> None:
    parse(text)
