from __future__ import annotations

import pytest

from selvedge.settings import BadSetting, Settings, decode_key, read_settings

REQUIRED = {
    "SELVEDGE_SHOP": "acme",
    "SELVEDGE_SNAPSHOT_KEYS": '{"k": "AAAA"}',
    "SELVEDGE_SEALING_KEYS": '{"s": "BBBB"}',
}


def test_what_is_set_is_read_and_the_rest_has_defaults() -> None:
    settings = read_settings({**REQUIRED, "SELVEDGE_REFRESH_SECONDS": "7"}.get)
    assert settings == Settings(
        shop="acme", snapshot_keys={"k": "AAAA"}, sealing_keys={"s": "BBBB"}, refresh_seconds=7
    )


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} is not set"):
        read_settings({key: text for key, text in REQUIRED.items() if key != name}.get)


@pytest.mark.parametrize(
    ("name", "text"),
    [("SELVEDGE_REFRESH_SECONDS", "soon"), ("SELVEDGE_SNAPSHOT_KEYS", "[]"), ("SELVEDGE_SEALING_KEYS", "{")],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: "):
        read_settings({**REQUIRED, name: text}.get)


@pytest.mark.parametrize("text", ["AAAA", "not base64!", ""])
def test_a_key_of_another_size_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_SEALING_KEYS") as caught:
        decode_key("sealing_keys", text)
    assert not text or text not in str(caught.value)
