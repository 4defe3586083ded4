"""A real browser before a real workerd; where there is no Chromium, these tests are skipped."""

from __future__ import annotations

import base64
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from development import host_config, origin_process, paths, workerd
from origin.building import build
from origin.building.labels import VocabularyLabels
from origin.demo import generate
from origin.demo.pictures import write_pictures
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.publisher import Publisher
from origin.publishing.rest import RestKv
from origin.publishing.signing import Ed25519Signer, encode_key
from selvedge.ranking.experiments import Arm, Experiment
from selvedge.ranking.rules import RuleSet
from tests.browser import shopfront
from tests.browser.shopper import Tab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from development.origin_process import OriginProcess
    from origin.building import BuiltSnapshot
    from tests.browser.shopfront import Shopfront

SHOP = "demo"
SIGNER = Ed25519Signer(bytes(range(32)))
CHROMIUM = "SELVEDGE_CHROMIUM"
"""Names the browser's program, where it is not found by itself."""

_ARMS = (Arm("control", 0.5), Arm("bold", 0.5))
EXPERIMENTS = (
    Experiment(key="taste", arms=_ARMS, author="Ada", reason="a test"),
    Experiment(key="nobody", arms=_ARMS, coverage=0, author="Ada", reason="a test"),
)

# A headless Chromium names itself as one, and the Worker takes that for a crawler's agent.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)

_FLAGS = (
    "--no-sandbox",  # containers have no user namespaces; only the demo shop is visited
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is in this folder needs a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    found = os.environ.get(CHROMIUM) or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip(f"no Chromium here: install Debian's package `chromium`, or name one in {CHROMIUM}")
    return found


@pytest.fixture(scope="session")
def front(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    """The demo shop, published into a workerd of its own."""
    assert chromium
    folder = tmp_path_factory.mktemp("shop")
    catalogue = generate(200)
    files = shutil.copytree(paths.ROOT / "demo" / "shop", folder / "files")
    write_pictures(catalogue, files / "pictures")
    with origin_process.running(folder) as origin, workerd.running(_variables(origin)) as instance:
        built = build(catalogue, shop=SHOP, labels=VocabularyLabels(), rules=RuleSet(experiments=EXPERIMENTS))
        _publish(instance, built, folder)
        with shopfront.opened(instance.url, files) as opened:
            yield opened


def _variables(origin: OriginProcess) -> dict[str, str]:
    return {
        "SELVEDGE_SHOP": SHOP,
        "SELVEDGE_SNAPSHOT_KEYS": f'{{"{SIGNER.key_id}": "{encode_key(SIGNER.public)}"}}',
        "SELVEDGE_SEALING_KEYS": f'{{"test": "{base64.b64encode(bytes(32)).decode()}"}}',
        "SELVEDGE_ORIGIN_URL": origin.url,
        "SELVEDGE_SERVICE_KEY": origin.edge_key,
    }


def _publish(instance: workerd.Workerd, built: BuiltSnapshot, folder: Path) -> None:
    with CloudflareApi(instance.kv_token, base_url=instance.kv_base_url) as api:
        kv = RestKv(api, host_config.ACCOUNT, instance.kv_namespace)
        ledger = Ledger(folder / "ledger.sqlite", "local")
        pointers = Pointers(kv, SHOP, SIGNER, {}, ledger.clock)
        Publisher(kv, ledger, pointers, shop=SHOP, who="test").publish(built, "live")
    instance.client.get("/v1/nl/en/products").raise_for_status()


@pytest.fixture(scope="session")
def browser(chromium: str, front: Shopfront) -> Iterator[Browser]:
    """One Chromium, with a profile of its own that is gone afterwards.

    The shop comes first: publishing runs an event loop, and Playwright's is already running then.
    """
    assert front.url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser: Browser, front: Shopfront) -> Iterator[BrowserContext]:
    """A person who is here for the first time."""
    front.reset()
    context = browser.new_context(
        base_url=front.url, viewport={"width": 1200, "height": 900}, user_agent=AGENT
    )
    yield context
    context.close()
    front.reset()


@pytest.fixture
def returning(browser: Browser, front: Shopfront) -> Iterator[BrowserContext]:
    """A person who allowed everything on an earlier day: the cookies are there, the cache is empty."""
    front.reset()
    earlier = browser.new_context(base_url=front.url, user_agent=AGENT)
    Tab(earlier).open().accept().page.wait_for_timeout(1500)  # until what came into view is reported
    cookies = earlier.storage_state()
    earlier.close()
    front.reset()
    context = browser.new_context(
        base_url=front.url,
        viewport={"width": 1200, "height": 900},
        storage_state=cookies,
        user_agent=AGENT,
    )
    yield context
    context.close()
    front.reset()
