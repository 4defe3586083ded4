import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.importing.offers import (
    PriceError,
    check_digit,
    format_price,
    is_gtin,
    normalise_size,
    parse_price,
)


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [
        ("29.99 EUR", "EUR", ".", 2999),
        ("€ 79,99", "EUR", ",", 7999),
        ("1.299,00", "EUR", ",", 129900),
        ("1 299 kr", "SEK", ",", 129900),
        ("29,95       ", "EUR", ",", 2995),
        ("1,299.50 PLN", "PLN", ".", 129950),
        ("4990 JPY", "JPY", ".", 4990),
        ("1.250 KWD", "KWD", ".", 1250),
        ("1,299,000.50 EUR", "EUR", ".", 129900050),
    ],
)
def test_prices_are_read_in_the_shops_own_style(text: str, currency: str, decimal: str, minor: int) -> None:
    assert parse_price(text, currency, decimal) == minor


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("free", "not-a-price"),
        ("", "not-a-price"),
        ("-5.00 EUR", "not-a-price"),
        ("9,99 EUR", "not-a-price"),
        ("1,29.99 EUR", "not-a-price"),
        ("1299,999.00 EUR", "not-a-price"),
        ("1,299 000.00 EUR", "not-a-price"),
        ("29.99 SEK", "wrong-currency"),
        ("29.999 EUR", "price-too-precise"),
        ("0.00 EUR", "price-out-of-range"),
        ("99999999999 EUR", "price-out-of-range"),
    ],
)
def test_what_is_no_price_says_why(text: str, reason: str) -> None:
    with pytest.raises(PriceError, match=reason):
        parse_price(text, "EUR")


@given(st.integers(1, 2**31 - 1), st.sampled_from(["EUR", "SEK", "JPY", "KWD"]))
def test_a_price_survives_being_written_and_read(minor: int, currency: str) -> None:
    if currency == "JPY" or minor < 2**31:
        assert parse_price(format_price(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("x-large", ("XL", None)),
        ("medium", ("M", None)),
        ("EU 38", ("38", "EU")),
        ("38 EU", ("38", "EU")),
        ("28/32", ("28/32", None)),
        ("Talla única", ("ONE SIZE", None)),
        ("one size", ("ONE SIZE", None)),
        ("75b", ("75B", None)),
        ("38,5", ("38.5", None)),
        ("S, M", ("S/ M", None)),
        ("EU", ("EU", None)),
    ],
)
def test_sizes_are_written_one_way(text: str, size: tuple[str, str | None]) -> None:
    assert normalise_size(text) == size


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(1, 9))
def test_a_wrong_check_digit_is_noticed(digits: str, off: int) -> None:
    right = check_digit(digits)
    assert is_gtin(f"{digits}{right}")
    assert not is_gtin(f"{digits}{(right + off) % 10}")


def test_a_known_gtin_is_valid() -> None:
    assert is_gtin("4006381333931")
    assert not is_gtin("400638133393")
    assert not is_gtin("not a gtin")
