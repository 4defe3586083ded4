from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from origin.profiles.tables import shopper
from origin.storage.database import Database
from tests.origin.profiles.conftest import ACCOUNT, ANNA, BERT, Client, bearer

if TYPE_CHECKING:
    from collections.abc import Callable

    Put = Callable[..., str]

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
CONSENT = {"purpose": "profile", "allowed": True, "version": 3, "time": 1_790_000_000, "source": "choice"}


def test_what_is_put_can_be_got(client: Client) -> None:
    declared = {"materials": ["linen"], "avoided": ["material:leather"], "sizes": ["M", "40"]}
    created = client.put(f"/v1/shoppers/{ANNA}", json={"declared": declared, "consent": [CONSENT]})
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    answer = client.get(f"/v1/shoppers/{ANNA}")
    assert answer.json() == created.json()
    assert answer.json()["declared"] == declared | {"brands": [], "certifications": [], "priorities": []}
    assert answer.json()["consent"] == [CONSENT]
    assert (answer.json()["id"], answer.json()["revision"]) == (ANNA, 1)
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", ["", "/edge-profile", "/recommendations"])
def test_of_a_stranger_nothing_is_kept(client: Client, path: str) -> None:
    answer = client.get(f"/v1/shoppers/{ANNA}{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/nothing-kept"


def test_a_writer_says_which_revision_they_saw(client: Client, put: Put) -> None:
    put()
    path = f"/v1/shoppers/{ANNA}"
    body = {"declared": {"brands": ["Borbergo"]}}
    assert client.put(path, json=body).status_code == 428
    assert client.patch(path, json=body, headers=MERGE_PATCH).status_code == 428
    assert client.delete(path).status_code == 428
    stale = {"If-Match": '"7"'}
    assert client.put(path, json=body, headers=stale).status_code == 412
    assert client.patch(path, json=body, headers=MERGE_PATCH | stale).status_code == 412
    assert client.delete(path, headers=stale).status_code == 412
    assert client.put(path, json=body, headers={"If-Match": 'W/"1"'}).status_code == 412
    assert client.put(path, json=body, headers={"If-Match": '"9", "1"'}).status_code == 200
    assert client.put(path, json=body, headers={"If-Match": "*"}).json()["revision"] == 3
    assert client.put(f"/v1/shoppers/{BERT}", json=body, headers={"If-Match": "*"}).status_code == 412


def test_a_patch_changes_what_it_names(client: Client, put: Put) -> None:
    put(materials=["linen"], sizes=["M"])
    patch = {"declared": {"sizes": None, "brands": ["Borbergo"]}, "consent": [CONSENT]}
    headers = MERGE_PATCH | {"If-Match": '"1"'}
    answer = client.patch(f"/v1/shoppers/{ANNA}", content=json.dumps(patch), headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    declared = answer.json()["declared"]
    assert (declared["materials"], declared["sizes"], declared["brands"]) == (["linen"], [], ["Borbergo"])
    assert answer.json()["consent"] == [CONSENT]


@pytest.mark.parametrize(
    "patch",
    ["", "{", "[]", "1", "null", '{"declared": 1}', '{"declared": {"sizes": "M"}}', '{"revision": 9}',
     '{"declared": {"avoided": ["leather"]}}', '{"a":' * 5000 + "1" + "}" * 5000, "[" * 100_000],
    ids=range(11),
)  # fmt: skip
def test_a_patch_that_leads_to_no_profile_is_refused(client: Client, put: Put, patch: str) -> None:
    put()
    headers = MERGE_PATCH | {"If-Match": '"1"'}
    answer = client.patch(f"/v1/shoppers/{ANNA}", content=patch, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-body")
    assert client.get(f"/v1/shoppers/{ANNA}").headers["etag"] == '"1"'


def test_a_patch_says_that_it_is_one(client: Client, put: Put) -> None:
    etag = put()
    answer = client.patch(f"/v1/shoppers/{ANNA}", json={}, headers={"If-Match": etag})
    assert answer.status_code == 415


def test_revisions_are_never_used_again(client: Client, put: Put) -> None:
    path = f"/v1/shoppers/{ANNA}"
    assert put() == '"1"'
    assert client.delete(path, headers={"If-Match": '"1"'}).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404
    assert client.delete(path, headers={"If-Match": '"2"'}).status_code == 412
    assert put() == '"3"'


def test_of_many_writers_at_once_none_is_lost(client: Client, put: Put) -> None:
    put(sizes=["0"])
    path = f"/v1/shoppers/{ANNA}"

    def add_one(_: int) -> None:
        while True:
            seen = client.get(path)
            count = int(seen.json()["declared"]["sizes"][0]) + 1
            patch = json.dumps({"declared": {"sizes": [str(count)]}})
            headers = MERGE_PATCH | {"If-Match": seen.headers["etag"]}
            answer = client.patch(path, content=patch, headers=headers)
            assert answer.status_code in {200, 412}, answer.text
            if answer.status_code == 200:
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))
    answer = client.get(path)
    assert (answer.json()["declared"]["sizes"], answer.headers["etag"]) == (["40"], '"41"')


def test_the_compact_form_holds_what_matters_most_first(client: Client, put: Put) -> None:
    put(materials=["linen"], brands=["Borbergo"], avoided=["material:leather"], priorities=["brands"])
    answer = client.get(f"/v1/shoppers/{ANNA}/edge-profile")
    found = answer.json()
    assert found["preferred"] == [["brand", "Borbergo"], ["material", "linen"]]
    assert found["avoided"] == [["material", "leather"]]
    assert (found["shopper"], found["revision"]) == (ANNA, 1)
    assert answer.headers["cache-control"] == "private, max-age=21600"


def test_who_holds_the_compact_form_is_told_so(client: Client, put: Put) -> None:
    etag = put()
    path = f"/v1/shoppers/{ANNA}/edge-profile"
    tag = client.get(path).headers["etag"]
    same = client.get(path, headers={"If-None-Match": f'"x", {tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": tag.removeprefix("W/")}).status_code == 304
    put(etag=etag)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_profiles_are_paged_through_by_cursor(client: Client, put: Put) -> None:
    names = [f"v{number:024x}" for number in range(7)]
    for name in names:
        put(name)
    client.delete(f"/v1/shoppers/{names[3]}", headers={"If-Match": "*"})
    found, cursor = [], ""
    while True:
        page = client.get(f"/v1/shoppers?limit=3{cursor}").json()
        assert len(page["items"]) <= 3
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        put(f"v{len(found):023x}f")
        cursor = f"&cursor={page['next']}"
    assert [name for name in found if name in names] == names[:3] + names[4:]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "cursor=AAAA", "cursor=%C3%A9", "cursor=A"]
)
def test_a_page_that_makes_no_sense_is_refused(client: Client, query: str) -> None:
    answer = client.get(f"/v1/shoppers?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("name", ["x", "v" + "g" * 24, "v" + "a" * 25, "a" + "B" * 42, "%00"])
def test_a_name_that_is_none_is_refused(client: Client, name: str) -> None:
    assert client.get(f"/v1/shoppers/{name}").status_code in {400, 404}


def test_answers_are_declared_at_once(client: Client, put: Put) -> None:
    put(materials=["wool"], sizes=["M"])
    answers = {"materials": ["linen", "linen"], "avoided": ["material:leather"], "brands": ["Any of mine"]}
    answer = client.post(f"/v1/shoppers/{ANNA}/questionnaire", json={"answers": answers})
    assert (answer.status_code, answer.json()) == (200, {"revision": 2})
    declared = client.get(f"/v1/shoppers/{ANNA}").json()["declared"]
    assert (declared["materials"], declared["sizes"]) == (["linen"], ["M"])
    assert client.get(f"/v1/shoppers/{ANNA}/edge-profile").json()["revision"] == 2


@pytest.mark.parametrize("answers", [{"materials": ["gold"]}, {"hats": []}, {"avoided": ["leather"]}])
def test_an_answer_that_is_no_choice_is_refused(client: Client, answers: dict[str, list[str]]) -> None:
    answer = client.post(f"/v1/shoppers/{ANNA}/questionnaire", json={"answers": answers})
    assert answer.status_code == 400


@pytest.mark.parametrize("locale", ["en", "nl-NL", "es", "sv", "pl", "xx"])
def test_the_questions_are_asked_in_the_shoppers_language(client: Client, locale: str) -> None:
    found = client.get(f"/v1/questionnaire?locale={locale}", headers={"Authorization": ""}).json()
    assert found["locale"] == (locale[:2] if locale != "xx" else "en")
    assert all(one["text"] and (one["choices"] or one["open"]) for one in found["questions"])


def test_a_visitor_who_logs_in_brings_all_along(client: Client, put: Put) -> None:
    put(materials=["linen"], sizes=["M"])
    put(ACCOUNT, materials=["wool"], brands=["Borbergo"])
    first = client.post(f"/v1/shoppers/{ACCOUNT}/merge", json={"visitor": ANNA})
    assert (first.status_code, first.json()) == (200, {"revision": 2})
    again = client.post(f"/v1/shoppers/{ACCOUNT}/merge", json={"visitor": ANNA})
    assert again.json() == {"revision": 2}
    declared = client.get(f"/v1/shoppers/{ACCOUNT}").json()["declared"]
    assert declared["materials"] == ["wool", "linen"]
    assert (declared["sizes"], declared["brands"]) == (["M"], ["Borbergo"])
    assert client.get(f"/v1/shoppers/{ANNA}").status_code == 404


def test_a_visitor_belongs_to_one_account(client: Client, put: Put) -> None:
    put()
    assert client.post(f"/v1/shoppers/{ACCOUNT}/merge", json={"visitor": ANNA}).status_code == 200
    other = client.post(f"/v1/shoppers/a{'C' * 43}/merge", json={"visitor": ANNA})
    assert (other.status_code, other.json()["type"]) == (409, "/problems/conflict")


def test_a_token_for_one_shopper_reaches_nobody_else(client: Client, put: Put) -> None:
    put()
    own = bearer("profiles:read", shopper=ANNA)
    assert client.get(f"/v1/shoppers/{ANNA}", headers=own).status_code == 200
    assert client.get(f"/v1/shoppers/{BERT}", headers=own).status_code == 403
    assert client.get("/v1/shoppers", headers=own).status_code == 403


@pytest.mark.parametrize("body", [b'"\xff\xfe"', b"[" * 20_000])
def test_a_body_that_is_no_json_is_a_problem(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    found = client.post(f"/v1/shoppers/{ANNA}/questionnaire", content=body, headers=headers)
    assert (found.status_code, found.json()["type"]) == (400, "/problems/bad-body")


def test_what_was_changed_beside_us_is_a_problem_of_its_own(
    client: Client, put: Put, database_url: str
) -> None:
    put(materials=["linen"])
    asyncio.run(_damage(database_url))
    path = f"/v1/shoppers/{ANNA}"
    any_ = {"If-Match": "*"}
    answers = [
        client.get(path),
        client.put(path, json={"declared": {}}, headers=any_),
        client.post(f"/v1/shoppers/{ACCOUNT}/merge", json={"visitor": ANNA}),
    ]
    assert {(one.status_code, one.json()["type"]) for one in answers} == {(503, "/problems/unreadable")}
    assert client.get(f"{path}/edge-profile").status_code == 404
    metrics = client.get("/metrics", headers=bearer("metrics:read")).text
    assert 'selvedge_rows_unreadable_total{why="broken"} 4.0' in metrics
    assert client.delete(path, headers=any_).status_code == 204


async def _damage(url: str) -> None:
    database = Database(url)
    async with database.writing() as connection:
        sealed = (await connection.execute(select(shopper.c.profile))).scalar_one()
        await connection.execute(update(shopper).values(profile=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    await database.close()
