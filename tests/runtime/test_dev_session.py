import re
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from development import paths
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice

READY = re.compile(r"Selvedge is at (http://127\.0\.0\.1:\d+)/")


def started(output: Path) -> "subprocess.Popen[bytes]":
    command = [str(paths.ROOT / "scripts" / "dev"), "--port", "0"]
    with output.open("wb") as stdout:
        return subprocess.Popen(command, stdout=stdout, stderr=stdout)


def ready_url(output: Path, process: "subprocess.Popen[bytes]") -> str:
    while process.poll() is None:
        if match := READY.search(output.read_text()):
            return match[1]
        time.sleep(0.1)
    raise AssertionError(output.read_text())


def show_the_profile_end_to_end(url: str) -> None:
    """Answer the questionnaire as the page "my data" does, and be known to the next order; then be erased."""
    consent = f"{CHOICE_COOKIE}={format_choice(['session', 'profile'])}"
    answer = httpx.post(
        f"{url}/v1/me/questionnaire",
        json={"answers": {"materials": ["linen"]}},
        headers={"Origin": url, "Cookie": consent},
        timeout=30.0,
    )
    assert answer.status_code == 200, answer.text
    cookie = f"{consent}; {answer.headers['set-cookie'].partition(';')[0]}"
    sources = set()
    for _ in range(20):  # the first look-ups of a cold session may be late
        found = httpx.get(f"{url}/v1/nl/en/recommendations", headers={"Cookie": cookie}, timeout=30.0)
        sources.add(found.headers["Selvedge-Profile"])
        time.sleep(0.5)
    assert sources & {"origin", "kv", "memory"}, sources
    assert "My data" in httpx.get(f"{url}/my-data.html", follow_redirects=True, timeout=30.0).text
    headers = {"Origin": url, "Cookie": cookie}
    erased = httpx.post(f"{url}/v1/me/erasure", headers=headers, timeout=30.0)
    assert erased.status_code == 202, erased.text
    assert erased.json()["receipts"][0]["id"]


def show_the_pages(url: str) -> None:
    """The catalogue's links lead to the shop; an address that nothing lies at is not found, in a page."""
    garment = httpx.get(f"{url}/products/S000301-02")
    assert (garment.status_code, "shop.js" in garment.text) == (200, True)
    missing = httpx.get(f"{url}/no-such-page")
    assert (missing.status_code, "No such page" in missing.text) == (404, True)


def test_the_session_serves_until_ctrl_c_and_leaves_nothing_listening(tmp_path: Path) -> None:
    process = started(tmp_path / "output")
    try:
        url = ready_url(tmp_path / "output", process)
        assert httpx.get(f"{url}/readyz").status_code == 200
        # The control paths belong to tests: here the Worker gets the request as any other.
        assert "bytes" not in httpx.get(f"{url}/__host/heap").text
        show_the_profile_end_to_end(url)
        show_the_pages(url)
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(20)
    assert code == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
