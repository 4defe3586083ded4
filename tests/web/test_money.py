import pytest

from selvedge.web.money import format_amount, format_percentage


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "written"),
    [
        (2995, "EUR", "nl", "€ 29,95"),
        (2995, "EUR", "nl-BE", "€ 29,95"),
        (123_450, "EUR", "nl", "€ 1.234,50"),
        (123_450, "EUR", "en", "€1,234.50"),
        (123_450, "EUR", "es", "1234,50 €"),
        (1_234_550, "EUR", "es", "12.345,50 €"),
        (29_900, "SEK", "sv", "299,00 kr"),
        (129_900, "SEK", "sv", "1 299,00 kr"),
        (29_900, "SEK", "en", "SEK 299.00"),
        (12_999, "PLN", "pl", "129,99 zł"),
        (123_456_789, "PLN", "pl", "1 234 567,89 zł"),
        (12_999, "PLN", "en", "PLN 129.99"),
        (5, "EUR", "nl", "€ 0,05"),
        (2995, "DKK", "da", "DKK 29.95"),
        (2995, "JPY", "en", "JPY 2,995"),
        (2995, "KWD", "en", "KWD 2.995"),
    ],
)
def test_amounts_are_written_as_the_locale_does(minor: int, currency: str, locale: str, written: str) -> None:
    assert format_amount(minor, currency, locale).replace("\u00a0", " ") == written


def test_no_amount_can_break_over_two_lines() -> None:
    for locale in ("nl", "en", "es", "sv", "pl", "da"):
        assert " " not in format_amount(1_234_567, "SEK", locale)


@pytest.mark.parametrize(
    ("value", "locale", "written"),
    [
        (50.0, "en", "50%"),
        (99.5, "nl", "99,5%"),
        (100, "sv", "100\u00a0%"),
        (33.33, "pl", "33,3%"),
        (0.5, "da", "0.5%"),
    ],
)
def test_percentages_too(value: float, locale: str, written: str) -> None:
    assert format_percentage(value, locale) == written
