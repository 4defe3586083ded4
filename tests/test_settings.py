from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from selvedge.settings import BadSetting, Settings, decode_key, read_settings, variable

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "configuration.md"
REQUIRED = {"SELVEDGE_SHOP": "acme", "SELVEDGE_SNAPSHOT_KEYS": "{}", "SELVEDGE_SEALING_KEYS": '{"k": "x"}'}
BINDINGS = ("kv_namespaces", "analytics_engine_datasets")


def worker_section() -> str:
    return PAGE.read_text(encoding="utf-8").partition("## Worker")[2].partition("\n## ")[0]


@pytest.mark.parametrize("field", Settings.__struct_fields__)
def test_every_setting_is_documented(field: str) -> None:
    assert f"| `{variable(field)}` |" in worker_section()


def test_every_binding_is_documented() -> None:
    production = tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))
    names = [one["binding"] for kind in BINDINGS for one in production[kind]]
    names += [one["binding"] for one in production["queues"]["producers"]]
    names += [one["name"] for one in production["ratelimits"]]
    names.append(production["version_metadata"]["binding"])
    assert [name for name in names if f"| `{name}` |" not in worker_section()] == []


def test_what_wrangler_sets_is_a_setting() -> None:
    production = tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))
    known = {variable(field) for field in Settings.__struct_fields__}
    assert set(production["vars"]) | set(production["secrets"]["required"]) <= known


def test_texts_stay_texts_and_the_rest_is_json() -> None:
    settings = read_settings({**REQUIRED, "SELVEDGE_SHOP": "1", "SELVEDGE_REFRESH_SECONDS": "7"}.get)
    assert (settings.shop, settings.refresh_seconds, settings.telemetry_every) == ("1", 7, 100)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SELVEDGE_REFRESH_SECONDS", "soon"),
        ("SELVEDGE_REFRESH_SECONDS", "0"),
        ("SELVEDGE_REFRESH_SECONDS", 30),
        ("SELVEDGE_TELEMETRY_EVERY", "0"),
        ("SELVEDGE_PUBLIC_MAX_AGE", "-1"),
        ("SELVEDGE_SEALING_KEYS", "[]"),
        ("SELVEDGE_SHOP", None),
    ],
)
def test_a_value_that_makes_no_sense_is_named(name: str, value: object) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({**REQUIRED, name: value}.get)


def test_the_first_sealing_key_stays_first() -> None:
    settings = read_settings({**REQUIRED, "SELVEDGE_SEALING_KEYS": '{"z": "1", "a": "2"}'}.get)
    assert list(settings.sealing_keys) == ["z", "a"]


def test_settings_are_constants() -> None:
    settings = read_settings(REQUIRED.get)
    with pytest.raises(AttributeError):
        settings.shop = "other"  # type: ignore[misc]
    assert msgspec.structs.replace(settings, shop="other").shop == "other"


@pytest.mark.parametrize("text", ["AAAA", "not base64!", ""])
def test_a_key_of_another_size_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_SEALING_KEYS") as caught:
        decode_key("sealing_keys", text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("name", ["Acme", "a/b", "-a", "a b", "a" * 42, "a\n"])
@pytest.mark.parametrize("key", ["SELVEDGE_SHOP", "SELVEDGE_CHANNEL"])
def test_a_name_that_is_no_plain_word_is_refused_by_its_key(key: str, name: str) -> None:
    with pytest.raises(BadSetting, match=key):
        read_settings({**REQUIRED, key: name}.get)


ORIGIN = {"SELVEDGE_SERVICE_KEY": '{"k": "x"}'}


@pytest.mark.parametrize(
    "url", ["https://origin.example", "http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:1/base"]
)
def test_the_origin_is_reached_over_tls_or_on_this_machine(url: str) -> None:
    assert read_settings({**REQUIRED, **ORIGIN, "SELVEDGE_ORIGIN_URL": url}.get).origin_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://origin.example",
        "http://127.0.0.1.example",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "origin",
        "https://",
    ],
)
def test_an_origin_that_others_could_listen_to_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_ORIGIN_URL"):
        read_settings({**REQUIRED, **ORIGIN, "SELVEDGE_ORIGIN_URL": url}.get)


def test_an_origin_wants_a_key_to_speak_to_it() -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_SERVICE_KEY is not set"):
        read_settings({**REQUIRED, "SELVEDGE_ORIGIN_URL": "https://origin.example"}.get)
