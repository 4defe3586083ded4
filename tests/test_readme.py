from development.readme import README, current


def test_the_readme_shows_what_the_demo_shop_really_answers() -> None:
    readme = README.read_text(encoding="utf-8")

    assert current(readme) == readme
