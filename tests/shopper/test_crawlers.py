from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from selvedge.shopper.crawlers import is_crawler

DATA = Path(os.environ.get("SELVEDGE_DATA", "../shared/data")) / "edge-request-vectors"
RECALL = 0.92

ANDROID = "Mozilla/5.0 (Linux; Android"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
BROWSERS = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 OPR/126.0.0.0",
    f"Mozilla/5.0 (X11; CrOS x86_64 16093.68.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
    f"{ANDROID} 10; K) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36",
    f"{ANDROID} 14; SM-S918B) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    f"{ANDROID} 9; BV6600_Pro) {WEBKIT} YaBrowser/24.1 Chrome/120.0.0.0 Safari/537.36",
    f"{ANDROID} 8.1; CUBOT_P20) {WEBKIT} Chrome/90.0.4430.91 Mobile Safari/537.36",
    f"{ANDROID} 12; CUBOT NOTE 30) {WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36",
    f"{ANDROID} 15; Pixel 9; wv) {WEBKIT} Version/4.0 Chrome/141.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/138.0.0.0 Electron/37.2.1 Safari/537.36",
    f"{ANDROID} 4.4.3; KFTHWI) {WEBKIT} Silk/47.1.79 like Chrome/47.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.1 Safari/605.1.15",
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1",
    f"{IPHONE} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1",
    f"{IPHONE} FxiOS/145.0 Mobile/15E148 Safari/605.1.15",
    f"{IPHONE} GSA/390.0.1 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148 Instagram 350.0.0.30.106 (iPhone15,2; iOS 18_1; nl_NL)",
    f"{IPHONE} Mobile/22B83 [FBAN/FBIOS;FBAV/490.0.0;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.1]",
    f"{IPHONE} Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "Mozilla/5.0 (PlayStation 5 3.11) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
    "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
    f"Mozilla/5.0 (X11; Linux armv7l) {WEBKIT} Chrome/79.0 Safari/537.36 WebAppManager",
    "AcmeShop/3.2 (nl.acme.shop; iOS 18.1) CFNetwork/1568 Darwin/24.1.0",
    "okhttp/4.12.0",
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1 (Ecosia ios@10.5.0.2118)",
    f"{ANDROID} 10; K) {WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36 (Ecosia android@130.0.6723.102)",
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/605.1 NAVER(inapp; search; 2000; 12.10.3; 16PRO)",
    (
        f"{ANDROID} 14; SM-S918N; wv) {WEBKIT} Version/4.0 Chrome/130.0.0.0 Whale/1.0.0.0 Crosswalk/29 "
        "Mobile Safari/537.36 NAVER(inapp; search; 2000; 12.10.2)"
    ),
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1 SearchCraft/3.6.1",
    f"{ANDROID} 8.1.0; eReader) {WEBKIT} Chrome/100.0.0.0 Safari/537.36",
    f"{ANDROID} 13; TC26 Scanner; wv) {WEBKIT} Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36",
]
CRAWLERS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Scrapy/2.11 (+https://scrapy.example)",
    "curl/8.5.0",
    "Acme Link Checker 2.0",
    "FeedReader 3.14",
    "Acme/1.0 (crawl-complaints@acme.example)",
    "x" * 5000 + "bot",
]


@pytest.mark.parametrize("agent", BROWSERS)
def test_an_ordinary_browser_is_a_person(agent: str) -> None:
    assert not is_crawler(agent)


@pytest.mark.parametrize("agent", CRAWLERS[:-1])
def test_a_crawler_is_told(agent: str) -> None:
    assert is_crawler(agent)


def test_only_the_beginning_of_an_agent_is_looked_at() -> None:
    assert not is_crawler(CRAWLERS[-1])


def test_no_agent_says_nothing() -> None:
    assert not is_crawler(None)
    assert not is_crawler("")


@pytest.mark.skipif(not DATA.is_dir(), reason="the collection of real agents is not at hand")
def test_most_of_the_real_agents_of_crawlers_are_told() -> None:
    entries = json.loads((DATA / "crawler-user-agents.json").read_text())
    agents = [agent for entry in entries for agent in entry.get("instances", [])]
    assert len(agents) > 2000
    assert sum(map(is_crawler, agents)) / len(agents) >= RECALL
