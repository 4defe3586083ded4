from __future__ import annotations

import pytest

from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Affinity, Context
from selvedge.shopper.policy import PURPOSES
from selvedge.web.ranking_texts import TEXTS
from tests.origin.importing.test_vocabulary import BANNED, GREEN
from tests.stage import ORIGIN, Stage
from tests.wardrobe import NOW, garment, shop

PATH = "/v1/nl/en/consent"
LIST = "/v1/nl/en/recommendations"
GRANTED = f"{CHOICE_COOKIE}={format_choice(PURPOSES)}"
CONTEXT = Context(id=b"x", written=NOW, affinities=(Affinity("color", "red", 90),))


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(
        shop(garment("a"), garment("b", color="red")),
        allowed_origins=("https://app.example",),
        consent_version=3,
    )


def states(answer_json: dict[str, object]) -> dict[str, tuple[bool, str]]:
    listed = answer_json["purposes"]
    assert isinstance(listed, list)
    return {one["purpose"]: (one["allowed"], one["decidedBy"]) for one in listed}


def test_without_a_word_nothing_is_allowed_and_it_says_so(stage: Stage) -> None:
    answer = stage.get(PATH)
    assert (answer.status, answer.headers["cache-control"]) == (200, "private, no-store")
    assert states(answer.json) == dict.fromkeys(PURPOSES, (False, "none"))
    assert answer.json["version"] == 3
    assert answer.cookies == ()


def test_a_choice_is_remembered_with_version_and_time(stage: Stage) -> None:
    answer = stage.send("PUT", PATH, {"purposes": ["session"]})
    assert answer.status == 200
    choice, context = answer.cookies
    assert choice == (
        f"{CHOICE_COOKIE}=2.3.{NOW}.session.{NOW}; Path=/; Max-Age=15552000; Secure; HttpOnly; SameSite=Lax"
    )
    assert context.startswith(f"{CONTEXT_COOKIE}="), "events are under one name from the first on"
    assert states(answer.json)["session"] == (True, "choice")
    assert (answer.json["choiceVersion"], answer.json["choiceTime"]) == (3, NOW)
    again = stage.get(PATH, {"cookie": answer.cookies[0].partition(";")[0]})
    assert again.json == answer.json


def test_a_refusal_is_remembered_and_deletes_the_context_at_once(stage: Stage) -> None:
    answer = stage.send("PUT", PATH, {"purposes": ["measurement"]}, {"cookie": GRANTED})
    assert answer.cookies[0].startswith(f"{CHOICE_COOKIE}=2.3.{NOW}.measurement.{NOW};")
    assert answer.cookies[1].startswith(f"{CONTEXT_COOKIE}=; Path=/; Max-Age=0; Secure")
    assert states(answer.json)["session"] == (False, "choice")


def test_global_privacy_control_stays_above_a_choice(stage: Stage) -> None:
    answer = stage.send("PUT", PATH, {"purposes": ["session"]}, {"sec-gpc": "1"})
    assert states(answer.json)["session"] == (False, "gpc")
    assert answer.cookies[1].startswith(f"{CONTEXT_COOKIE}=;")


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "https://shop.example.evil"])
def test_another_page_cannot_choose(origin: str | None, stage: Stage) -> None:
    answer = stage.send("PUT", PATH, {"purposes": []}, {"origin": origin} if origin else {"origin": ""})
    assert (answer.status, answer.json["type"]) == (403, "/problems/foreign-origin")
    assert answer.cookies == ()
    assert "access-control-allow-origin" not in answer.headers


def test_a_listed_page_may_ask_choose_and_read(stage: Stage) -> None:
    origin = {"origin": "https://app.example"}
    asked = stage.send("OPTIONS", PATH, b"", origin)
    assert asked.status == 204
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD, PUT, OPTIONS"
    chosen = stage.send("PUT", PATH, {"purposes": []}, origin)
    for answer in (asked, chosen, stage.get(LIST, origin), stage.get(f"{LIST}?limit=no", origin)):
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["vary"] == "Origin"
    exposed = chosen.headers["access-control-expose-headers"].split(", ")
    assert exposed == ["ETag", "Retry-After", "Selvedge-Degraded", "Selvedge-Snapshot"]
    assert stage.send("OPTIONS", PATH, b"", {"origin": "https://evil.example"}).status == 403
    assert stage.send("OPTIONS", "/v1/nl/en/products", b"", origin).status == 405


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"", 400, "bad-content"),
        (b'{"purposes": ["espionage"]}', 400, "bad-content"),
        (b'{"purposes": [], "more": 1}', 400, "bad-content"),
        (b"\xff", 400, "bad-content"),
        (b" " * 1025, 413, "content-too-large"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(
    content: bytes, status: int, kind: str, stage: Stage
) -> None:
    answer = stage.send("PUT", PATH, content)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{kind}")


def test_other_media_types_methods_and_places_are_refused(stage: Stage) -> None:
    assert stage.send("PUT", PATH, {"purposes": []}, {"content-type": "text/html"}).status == 415
    posted = stage.send("POST", PATH, {"purposes": []})
    assert (posted.status, posted.headers["allow"]) == (405, "GET, HEAD, PUT")
    assert stage.send("PUT", "/v1/xx/en/consent", {"purposes": []}).status == 404
    assert stage.get(f"{PATH}?x=1").status == 400


def test_without_permission_the_whole_answer_is_the_same_for_everyone(stage: Stage) -> None:
    """Status, headers, cookies, body: whatever a browser brings along."""
    anyone = stage.get(LIST)
    context = stage.cookies(CONTEXT, "")["cookie"].rpartition("; ")[2]
    refused = f"{CHOICE_COOKIE}={format_choice([], 3)}"
    granted = f"{CHOICE_COOKIE}={format_choice(PURPOSES, 3)}"
    for headers in (
        {"cookie": context},
        {"cookie": f"{refused}; {context}"},
        {"cookie": f"{granted}; {context}", "sec-gpc": "1"},
        {"cookie": f"{granted}; {context}", "user-agent": "Examplebot/2.0"},
        {"cookie": f"{CHOICE_COOKIE}={format_choice(PURPOSES, 2)}; {context}"},
        {"user-agent": "Mozilla/5.0", "accept-language": "sv", "referer": "https://x.example/"},
        {"cookie": f"{CONTEXT_COOKIE}=forged; {CHOICE_COOKIE}=forged"},
    ):
        assert stage.get(LIST, headers) == anyone
    assert stage.get(LIST, {"cookie": f"{granted}; {context}"}) != anyone
    off = stage.get(f"{LIST}?personalise=off", {"cookie": f"{granted}; {context}"})
    assert off == stage.get(f"{LIST}?personalise=off")


@pytest.mark.parametrize("cookie", ["", "x", "A" * 3601, "é"])
def test_a_forged_context_is_absent(cookie: str, stage: Stage) -> None:
    granted = f"{CHOICE_COOKIE}={format_choice(PURPOSES, 3)}"
    forged = stage.get(LIST, {"cookie": f"{granted}; {CONTEXT_COOKIE}={cookie}"})
    assert forged == stage.get(LIST, {"cookie": granted})


def test_the_worker_s_own_pages_are_allowed(stage: Stage) -> None:
    assert stage.send("PUT", PATH, {"purposes": []}, {"origin": ORIGIN}).status == 200


def test_the_ranking_is_explained_in_the_language_of_the_page(stage: Stage) -> None:
    english, dutch = (stage.get(f"/v1/nl/{locale}/ranking") for locale in ("en", "nl"))
    assert english.json["language"] == "en"
    assert dutch.json["language"] == "nl"
    assert len(english.json["parameters"]) == len(dutch.json["parameters"])
    assert "public" in english.headers["cache-control"]
    assert any("personalise=off" in option for option in english.json["options"])


@pytest.mark.parametrize("language", TEXTS)
def test_no_ranking_text_makes_a_generic_environmental_claim(language: str) -> None:
    texts = TEXTS[language]
    said = [texts.summary, *texts.options, *(word for one in texts.parameters for word in one[:2])]
    assert not [text for text in said if BANNED.search(text) or GREEN.search(text)]
    assert len(texts.parameters) == len(TEXTS["en"].parameters)
    assert len(texts.options) == len(TEXTS["en"].options)
