"""Tokens in the real runtime: WebCrypto decides as the libraries do, over keys fetched by the platform."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from origin.identity.principal import Principal
from origin.identity.servicekeys import ServiceVerifier
from origin.rehearsal import SystemClock
from selvedge.shopper.identity import account_id
from tests.identity.hostile import CASES, ISSUER, KEYS_DOCUMENT, KEYS_URI, NOW, PROVIDER, SUBJECT
from tests.openid.session import RESOURCE, OpenIdProvider, running_provider
from tests.origin.identity.tokens import TRUSTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from development import workerd

VERIFIER = """
import json, msgspec
from cloudflare.documents import FetchedDocuments
from cloudflare.runtime import WorkersClock
from cloudflare.tokens import WebCryptoJws
from selvedge.errors import SelvedgeError
from selvedge.identity.jwks import KeySet
from selvedge.identity.person import PersonVerifier
from selvedge.identity.provider import Provider

async def judge(verifier, token):
    try:
        return (await verifier.verify(token)).id
    except SelvedgeError as error:
        return error.reason

def verifier(provider, documents, clock):
    return PersonVerifier(provider, KeySet(provider, documents, clock), WebCryptoJws(), clock)
"""

HOSTILE = """
class Then:
    def now(self):
        return {now}

class Keys:
    async def read(self, url, limit):
        return {document!r}

provider = msgspec.json.decode({provider!r}, type=Provider)
judging = verifier(provider, Keys(), Then())
[await judge(judging, token) for token in json.loads({tokens!r})]
"""

REAL = """
provider = msgspec.json.decode({provider!r}, type=Provider)
judging = verifier(provider, FetchedDocuments(), WorkersClock())
[await judge(judging, token) for token in json.loads({tokens!r})]
"""

MINT = """
from cloudflare.crypto import WebCryptoSigner
from cloudflare.runtime import WorkersClock
from selvedge.identity.service import ServiceTokens
tokens = ServiceTokens(WebCryptoSigner("edge-1", bytes(range(32))), WorkersClock())
kept = [await tokens.bearer(["privacy"]) for _ in range(2)]
[*kept, await tokens.bearer(["privacy"], {shopper!r})]
"""

READ = """
from cloudflare.documents import FetchedDocuments
from selvedge.errors import DocumentUnavailable
try:
    said = len(await FetchedDocuments().read({url!r}, {limit}))
except DocumentUnavailable:
    said = "unavailable"
said
"""


@pytest.fixture(scope="module")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    with running_provider(tmp_path_factory.mktemp("openid") / "log") as provider:
        yield provider


def test_the_one_list_of_tokens_is_judged_as_on_cpython(runtime: workerd.Workerd) -> None:
    assert PROVIDER.jwks_uri == KEYS_URI
    provider = json.dumps(
        {
            "issuer": PROVIDER.issuer,
            "audience": PROVIDER.audience,
            "jwks_uri": KEYS_URI,
            "algorithms": PROVIDER.algorithms,
        }
    )
    snippet = HOSTILE.format(
        now=NOW, document=KEYS_DOCUMENT, provider=provider, tokens=json.dumps([case.token for case in CASES])
    )
    found = runtime.run(VERIFIER + snippet)
    expected = {case.name: case.reason or account_id(ISSUER, SUBJECT) for case in CASES}
    assert dict(zip(expected, found, strict=True)) == expected


def judged(runtime: workerd.Workerd, audience: str, issuer: str, tokens: list[str]) -> list[str]:
    algorithms = ["RS256", "PS256", "ES256", "EdDSA"]
    provider = json.dumps({"issuer": issuer, "audience": audience, "algorithms": algorithms})
    return list(runtime.run(VERIFIER + REAL.format(provider=provider, tokens=json.dumps(tokens))))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_who_logs_in_at_a_real_provider_is_known_at_the_edge(
    runtime: workerd.Workerd, openid: OpenIdProvider, algorithm: str
) -> None:
    token = openid.log_in("ann", algorithm)["id_token"]
    assert judged(runtime, f"shop-{algorithm}", openid.issuer, [token]) == [account_id(openid.issuer, "ann")]


def test_a_program_with_client_credentials_is_nobody_at_the_edge(
    runtime: workerd.Workerd, openid: OpenIdProvider
) -> None:
    tokens = [openid.log_in("ann")["access_token"], openid.client_credentials()]
    found = judged(runtime, RESOURCE, openid.issuer, tokens)
    assert found == [account_id(openid.issuer, "ann"), "no-person"]


def test_a_provider_that_is_not_there_leaves_it_open_who_somebody_is(
    runtime: workerd.Workerd, openid: OpenIdProvider
) -> None:
    token = openid.log_in("ann")["id_token"]
    assert judged(runtime, "shop-RS256", "http://127.0.0.1:9", [token]) == ["provider-unavailable"]


def test_what_the_worker_mints_the_origin_believes(runtime: workerd.Workerd) -> None:
    shopper = "v" + "0" * 24
    first, again, bound = runtime.run(MINT.format(shopper=shopper))
    assert first == again != bound
    verifier = ServiceVerifier(TRUSTED, SystemClock())
    principal = verifier.verify(bound)
    assert principal == Principal("edge", frozenset({"privacy"}), shopper, principal.token)
    assert verifier.verify(first).shopper is None


def test_documents_are_read_up_to_their_limit_and_redirects_not_followed(
    runtime: workerd.Workerd, openid: OpenIdProvider
) -> None:
    known = f"{openid.issuer}/jwks"
    assert runtime.run(READ.format(url=known, limit=65_536)) > 100
    assert runtime.run(READ.format(url=known, limit=100)) == "unavailable"
    redirect = f"{openid.issuer}/auth?client_id=shop-RS256&redirect_uri=http://127.0.0.1/callback"
    assert runtime.run(READ.format(url=redirect, limit=65_536)) == "unavailable"


LIMITED = """
from cloudflare.limits import BindingLimiter, limiter

class Broken:
    def limit(self, options):
        raise TypeError("as asked")

class Hanging:
    async def limit(self, options):
        import asyncio
        await asyncio.sleep(60)

here = limiter(env, "SHOPPER_RATE")
answers = [await here.allows("a test") for _ in range(260)]
others = [await BindingLimiter(one()).allows("x") for one in (Broken, Hanging)]
[answers.count(True), answers[-1], await here.allows("another"), others, limiter(env, "NO_SUCH_RATE") is None]
"""


def test_the_binding_limits_and_whatever_fails_allows(runtime: workerd.Workerd) -> None:
    assert runtime.run(LIMITED) == [240, False, True, [True, True], True]


def test_a_visitor_who_sends_too_much_gets_a_429(runtime: workerd.Workerd) -> None:
    headers = {"Origin": runtime.url, "Authorization": "Bearer one-and-the-same"}
    for _ in range(2 * 241):  # a minute of the limiter's may end in the middle
        answer = runtime.client.put("/v1/nl/en/consent", headers=headers, content=b"")
        if answer.status_code == 429:
            break
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
