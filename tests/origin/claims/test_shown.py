from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.claims.lint import lint
from origin.claims.shown import FOLDERS, UNSEEN, UncollectedFile, files, shown_texts

if TYPE_CHECKING:
    from pathlib import Path

HOME_OF_NAMES = "origin/importing/vocabulary/fibres.toml.cotton.also"
"""What feeds may call cotton is read, never shown."""

KNOWN = (
    "ranking_texts",
    "worker/selvedge/web/problems.py",
    "worker/selvedge/web/templates/words.txt",
    "worker/selvedge/web/templates/fragment.html",
    "worker/selvedge/web/client.js.txt",
    "worker/selvedge/settings.py",
    "origin/importing/vocabulary/schemes.toml",
    "origin/building/fields.toml",
    "origin/profiles/questionnaire.toml",
    "origin/demo/words.toml",
    "demo/shop/404.html",
    "demo/shop/index.html",
    "demo/shop/shop.js",
    "wrangler.toml",
)


def test_no_string_of_ours_makes_a_claim() -> None:
    texts = list(shown_texts())
    found = [(t.place, f.rule, f.words) for t in texts for f in lint(t.text, t.locale)]
    assert [one for one in found if not one[0].startswith(HOME_OF_NAMES)] == []
    places = {text.place for text in texts}
    for known in KNOWN:
        assert any(place.startswith(known) for place in places), known


def test_labels_are_read_in_their_own_language() -> None:
    texts = {(text.text, text.locale) for text in shown_texts()}
    assert ("Gemaakt in", "nl") in texts
    assert any(locale == "es" and "certificado" in text for text, locale in texts)


def shop_of_files(home: Path) -> Path:
    for folder in FOLDERS:
        (home / folder).mkdir()
    (home / "wrangler.toml").write_text("", encoding="utf-8")
    return home


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("worker/new.py", "TITLE = 'An eco-friendly title'"),
        ("origin/new.toml", "label = { nl = 'duurzaam' }"),
        ("worker/new.html", "<html lang='de'><p title='x'>Nachhaltig</p>"),
        ("demo/new.js", "// a comment's `quote\nshow('eco-friendly');"),
        ("worker/words.txt", '[{"language": "fr", "heading": "Mode durable"}]'),
    ],
)
def test_a_new_file_is_collected_without_being_named(tmp_path: Path, name: str, content: str) -> None:
    home = shop_of_files(tmp_path)
    (home / name).write_text(content, encoding="utf-8")
    found = [f for text in shown_texts(home) if name in text.place for f in lint(text.text, text.locale)]
    assert [one.level for one in found] == ["breach"]


def test_a_file_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    home = shop_of_files(tmp_path)
    (home / "worker" / "words.yaml").write_text("a: b", encoding="utf-8")
    with pytest.raises(UncollectedFile, match=r"worker/words\.yaml"):
        list(shown_texts(home))


def test_docstrings_and_comments_are_not_shown(tmp_path: Path) -> None:
    home = shop_of_files(tmp_path)
    (home / "worker" / "new.py").write_text('"""Eco-friendly."""\n# green choice\nX = 1\n', encoding="utf-8")
    assert [text for text in shown_texts(home) if "new.py" in text.place] == []


def test_what_is_not_collected_exists_and_has_a_reason() -> None:
    collected = {path.as_posix() for path in files()}
    home = next(files()).parents
    for name, reason in UNSEEN.items():
        assert reason
        assert any((parent / name).exists() for parent in home)
        assert not any(f"/{name}" in path for path in collected)
