from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from origin.settings import Secret, Settings, read_settings, require, variable
from selvedge.settings import BadSetting

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


@pytest.mark.parametrize("field", Settings.__struct_fields__)
def test_every_setting_is_documented(field: str) -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Origin")[2]
    assert f"| `{variable(field)}` |" in section


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({})
    assert (settings.channel, settings.ledger) == ("live", Path(".selvedge/ledger.sqlite"))


def test_values_are_texts_paths_or_json() -> None:
    settings = read_settings(
        {"SELVEDGE_LEDGER": "/x/y", "SELVEDGE_SNAPSHOT_KEYS": '{"a": "b"}', "SELVEDGE_SHOP": "1"}
    )
    assert (settings.ledger, settings.snapshot_keys, settings.shop) == (Path("/x/y"), {"a": "b"}, "1")


def test_a_value_that_makes_no_sense_is_named() -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_SNAPSHOT_KEYS"):
        read_settings({"SELVEDGE_SNAPSHOT_KEYS": "[1"})


def test_a_missing_value_is_named_with_its_alias() -> None:
    with pytest.raises(BadSetting, match=r"SELVEDGE_KV_TOKEN \(nor CLOUDFLARE_API_TOKEN\) is not set"):
        require(read_settings({}), "kv_token")


def test_names_of_other_cloudflare_tools_stand_in() -> None:
    settings = read_settings({"CLOUDFLARE_API_TOKEN": "t", "CLOUDFLARE_ACCOUNT_ID": "a"})
    assert require(settings, "kv_token", "kv_account") == ("t", "a")
    both = read_settings({"CLOUDFLARE_API_TOKEN": "t", "SELVEDGE_KV_TOKEN": "own"})
    assert require(both, "kv_token") == ("own",)


def test_all_missing_values_are_named_at_once() -> None:
    with pytest.raises(BadSetting, match=r"SELVEDGE_KV_ACCOUNT .*, SELVEDGE_KV_TOKEN .* are not set"):
        require(read_settings({"SELVEDGE_KV_NAMESPACE": "n"}), "kv_account", "kv_namespace", "kv_token")


def test_secrets_do_not_show() -> None:
    settings = read_settings({"SELVEDGE_KV_TOKEN": "s3cret", "SELVEDGE_SIGNING_KEY": "s3cret"})
    assert "s3cret" not in repr(settings) + str(settings)
    with pytest.raises(TypeError):
        msgspec.json.encode(settings)
    assert isinstance(settings.kv_token, Secret)


def test_the_target_tells_stores_apart() -> None:
    one = read_settings({"SELVEDGE_KV_URL": "http://127.0.0.1:8787/client/v4", "SELVEDGE_KV_ACCOUNT": "a"})
    assert one.target == "127.0.0.1/a/"


@pytest.mark.parametrize("name", ["Acme", "a/b", "-a", "a b", "a" * 42, "a\n"])
@pytest.mark.parametrize("key", ["SELVEDGE_SHOP", "SELVEDGE_CHANNEL"])
def test_a_name_that_is_no_plain_word_is_refused_by_its_key(key: str, name: str) -> None:
    with pytest.raises(BadSetting, match=key):
        read_settings({key: name})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sqlite+aiosqlite:///a/b.sqlite", "sqlite+aiosqlite:///a/../a/b.sqlite"),
        ("postgresql+asyncpg://x:1@127.0.0.1/s", "postgresql+asyncpg://y:2@127.0.0.1:5432/s"),
    ],
)
def test_keys_do_not_lie_beside_what_they_seal(one: str, other: str) -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_DATABASE and SELVEDGE_KEY_STORE"):
        read_settings({"SELVEDGE_DATABASE": one, "SELVEDGE_KEY_STORE": other})
