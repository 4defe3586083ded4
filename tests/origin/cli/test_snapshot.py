from __future__ import annotations

import os
from pathlib import Path

import pytest

from origin.importing.archive import save_catalogue
from origin.publishing.errors import LeaseHeld
from origin.publishing.ledger import Ledger
from origin.settings import read_settings
from tests.origin.cli.conftest import CATALOGUE, Desk, later


def test_a_feed_becomes_a_published_snapshot(desk: Desk) -> None:
    built = desk.build()
    assert built["counts"]["products"] == 300
    outcome = desk.json("snapshot", "publish", "--no-purge")
    assert (outcome["sequence"], outcome["moved"], outcome["version"]) == (1, True, built["version"])
    assert outcome["written"] == built["parts"] == len(desk.remote.values) - 1
    status = desk.json("snapshot", "status")
    assert status["channels"][0]["version"] == built["version"]
    assert status["publications"][0]["state"] == "done"


def test_publishing_twice_moves_nothing(desk: Desk) -> None:
    desk.build()
    desk.run("snapshot", "publish")
    assert "points already to" in desk.run("snapshot", "publish").stdout


def test_building_the_same_catalogue_again_gives_the_same_version(desk: Desk) -> None:
    assert desk.build()["version"] == desk.build()["version"]


def test_a_snapshot_that_is_built_again_is_the_newest_again(desk: Desk) -> None:
    first = desk.build()["folder"]
    desk.run("snapshot", "build", "--fresh", str(desk.catalogue))
    os.utime(first, (1, 1))
    desk.build(hours=1)
    save_catalogue(CATALOGUE, desk.catalogue)
    desk.run("snapshot", "build", "--fresh", str(desk.catalogue))
    assert desk.json("snapshot", "inspect")["folder"] == first


def test_a_purge_that_fails_says_that_the_snapshot_is_published(desk: Desk) -> None:
    desk.environ |= {"SELVEDGE_ZONE": "z1", "SELVEDGE_ZONE_TOKEN": "wrong"}
    desk.build()
    failed = desk.run("snapshot", "publish", exits=1)
    assert "live is published, but caches are not purged" in failed.stderr
    desk.environ["SELVEDGE_ZONE_TOKEN"] = "right"
    desk.run("snapshot", "purge")
    assert len(desk.remote.purged) == 2


def test_a_truncated_feed_is_refused_until_a_reason_is_given(desk: Desk) -> None:
    desk.build()
    desk.run("snapshot", "publish")
    desk.build(hours=1, products=100)
    refused = desk.run("snapshot", "publish", exits=3)
    assert "products falls from 300 to 100" in refused.stderr
    assert "--allow-shrink" in refused.stderr
    error = desk.json("snapshot", "publish", exits=3)
    assert (error["error"], error["exit"]) == ("guardrail", 3)
    done = desk.run("snapshot", "publish", "--allow-shrink", "a smaller shop")
    assert "overridden: products falls" in done.stderr
    assert desk.json("snapshot", "status")["publications"][0]["reason"] == "a smaller shop"


def test_the_same_feed_built_anew_is_published_where_that_is_said(desk: Desk) -> None:
    first = desk.build()
    desk.run("snapshot", "publish")
    save_catalogue(later(CATALOGUE, 0, products=299), desk.catalogue)
    assert desk.json("snapshot", "build", str(desk.catalogue))["version"] != first["version"]
    assert "was taken at" in desk.run("snapshot", "publish", exits=3).stderr
    assert desk.json("snapshot", "publish", "--same-feed")["sequence"] == 2


def test_a_delta_is_built_and_published(desk: Desk) -> None:
    base = desk.build()
    desk.run("snapshot", "publish")
    delta = desk.json("snapshot", "build", str(desk.catalogue), "--delta-on", base["folder"])
    assert (delta["version"], delta["delta_number"]) == (base["version"], 1)
    outcome = desk.json("snapshot", "publish", delta["folder"])
    assert (outcome["sequence"], outcome["delta_number"], outcome["written"]) == (2, 1, 1)


def test_a_rollback_and_a_prune(desk: Desk) -> None:
    first = desk.build()["version"]
    desk.run("snapshot", "publish")
    desk.build(hours=1)
    desk.run("snapshot", "publish")
    outcome = desk.json("snapshot", "rollback", first, "--reason", "wrong prices")
    assert (outcome["sequence"], outcome["version"]) == (3, first)
    assert desk.json("snapshot", "prune", "--dry-run")["deleted"] == 0
    assert desk.run("snapshot", "rollback", "0" * 16, exits=1).stderr.startswith("unknown-version")


def test_caches_are_purged_twice_where_a_zone_is_configured(desk: Desk) -> None:
    desk.environ["SELVEDGE_ZONE"] = "z1"
    desk.build()
    desk.run("snapshot", "publish")
    assert desk.remote.purged == [["selvedge-demo-live"]] * 2
    assert 60.0 in desk.clock.slept


def test_without_a_zone_it_says_so(desk: Desk) -> None:
    desk.build()
    assert "no zone is configured (SELVEDGE_ZONE)" in desk.run("snapshot", "publish").stderr


def test_a_wrong_token_is_a_refusal_that_names_the_variable_and_not_the_token(desk: Desk) -> None:
    desk.environ["SELVEDGE_KV_TOKEN"] = "wr0ng"
    desk.build()
    refused = desk.run("snapshot", "publish", exits=1)
    assert "SELVEDGE_KV_TOKEN" in refused.stderr
    assert "wr0ng" not in refused.output


def test_a_store_that_is_down_has_its_own_exit_code(desk: Desk) -> None:
    desk.build()
    desk.remote.down = True
    assert desk.run("snapshot", "publish", exits=5).stderr.startswith("remote-unavailable")
    desk.remote.down = False
    desk.run("snapshot", "publish")


def test_a_publisher_at_work_has_its_own_exit_code(desk: Desk) -> None:
    desk.build()
    settings = read_settings(desk.environ)
    with Ledger(settings.ledger, settings.target, desk.clock).lease("anna"):
        assert "anna is publishing" in desk.run("snapshot", "publish", "--wait", "3", exits=4).stderr
    assert LeaseHeld.reason == "lease-held"


@pytest.mark.parametrize("variable", ["SELVEDGE_KV_ACCOUNT", "SELVEDGE_KV_NAMESPACE", "SELVEDGE_KV_TOKEN"])
def test_a_missing_setting_is_named(desk: Desk, variable: str) -> None:
    desk.build()
    del desk.environ[variable]
    assert f"{variable}" in desk.run("snapshot", "publish", exits=2).stderr


def test_a_damaged_folder_is_not_published(desk: Desk) -> None:
    folder = Path(desk.build()["folder"])
    part = next((folder / "parts").iterdir())
    part.write_bytes(part.read_bytes()[:-1] + b"!")
    assert desk.run("snapshot", "publish", exits=1).stderr.startswith("damaged-part")
    assert not desk.remote.values


def test_without_a_snapshot_it_says_how_to_make_one(desk: Desk) -> None:
    assert "`snapshot build` makes one" in desk.run("snapshot", "inspect", exits=1).stderr


def test_inspect_shows_what_is_inside(desk: Desk) -> None:
    built = desk.build()
    shown = desk.json("snapshot", "inspect")
    assert (shown["version"], shown["counts"]["products"]) == (built["version"], 300)
    assert "market nl: NL, EUR" in desk.run("snapshot", "inspect").stdout


def test_diff_shows_what_changes_and_what_guardrails_say(desk: Desk) -> None:
    old, new = desk.build()["folder"], desk.build(hours=1, products=100)["folder"]
    changes = desk.json("snapshot", "diff", old, new)
    assert changes["counts"]["products"] == [300, 100]
    assert "products falls from 300 to 100, by 67 %" in changes["findings"]
    assert "guardrail: products falls" in desk.run("snapshot", "diff", old, new).stderr


def test_preview_shows_what_the_worker_would(desk: Desk) -> None:
    desk.build()
    page = desk.json(
        "snapshot", "preview", "--market", "nl", "--query", "limit=3&sort=price", "--at", "2026-11-20"
    )
    prices = [item["price"] for item in page["items"]]
    assert len(prices) == 3
    assert prices == sorted(prices)
    assert (
        page["items"][0]["id"]
        in desk.run("snapshot", "preview", "--market", "nl", "--query", "sort=price").stdout
    )


def test_preview_says_what_may_be_asked_for(desk: Desk) -> None:
    desk.build()
    assert "no market 'xx'; there are nl" in desk.run("snapshot", "preview", "--market", "xx", exits=1).stderr


def test_a_preview_of_a_bad_parameter_lists_what_there_is(desk: Desk) -> None:
    desk.build()
    refused = desk.run("snapshot", "preview", "--market", "nl", "--query", "sort=cheapest", exits=1)
    assert "sort 'cheapest' is not an order; there are relevance, price, -price, newest" in refused.stderr
