from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.claims.texts import from_html, from_javascript, from_python, from_values


def test_a_key_that_is_a_locale_says_the_language_below_it() -> None:
    values = {"label": {"nl": ["Maat"], "en-GB": "Size", "id": "x"}, "names": ["a&amp;b"]}
    assert [(text.place, text.text, text.locale) for text in from_values(values, "t")] == [
        ("t.label.nl[0]", "Maat", "nl"),
        ("t.label.en-GB", "Size", "en-GB"),
        ("t.label.id", "x", None),
        ("t.names[0]", "a&b", None),
    ]


def test_an_entry_that_names_its_language_is_read_in_it() -> None:
    texts = from_values([{"language": "fr", "heading": "Prix"}], "words")
    assert [(text.text, text.locale) for text in texts] == [("fr", "fr"), ("Prix", "fr")]


def test_a_page_gives_what_is_seen_and_read_aloud() -> None:
    page = """<html lang="de"><style>.a { content: "b" }</style><p title="Titel">Gr&uuml;n</p>
<script>say("hallo"); // 'nie'
</script><img alt="Bild" src="x.png">"""
    texts = [(text.place, text.text.strip(), text.locale) for text in from_html(page, "p.html")]
    assert texts == [
        ("p.html:1", "Titel", "de"),
        ("p.html:1", "Grün", "de"),
        ("p.html:2 script:1", "hallo", None),
        ("p.html:3", "Bild", "de"),
    ]


@pytest.mark.parametrize(
    ("script", "texts"),
    [
        ("const a = 'one', b = \"two\";", ["one", "two"]),
        ("`three ${x}\nlines`", ["three ${x}\nlines"]),
        (r"'it\'s'", ["it's"]),
        ("// don't\n/* \"never\" */ 'yes'", ["yes"]),
        ("'open\n'closed'", ["open", "closed"]),
    ],
)
def test_a_script_gives_its_literals(script: str, texts: list[str]) -> None:
    assert [text.text for text in from_javascript(script, "s.js")] == texts


@given(st.text(alphabet="ab'\"`\\/*\n ", max_size=60))
def test_any_script_comes_to_an_end(script: str) -> None:
    assert all(
        text.text in script.replace("\\", "") or "\\" in script for text in from_javascript(script, "s.js")
    )


def test_a_module_gives_its_literals_and_no_docstrings() -> None:
    source = (
        '"""Doc."""\nX = "shown"\n"""About X."""\ndef f(n):\n    """Doc."""\n    return f"at {n} places"\n'
    )
    assert sorted(text.text for text in from_python(source, "m.py")) == [" places", "at ", "shown"]
