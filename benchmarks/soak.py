"""`scripts/soak`: shoppers go on while the origin comes and goes; what was promised is counted afterwards.

A Worker in workerd with its real queue, a real origin over SQLite, and a proxy between them that misbehaves
in one way after the other; now and then the origin is killed and started again. Every event that the edge has
acknowledged must be in the origin's store in the end, once; no shopper may have seen a 5xx; and answers in
the whole time may not be later than in the first minute by more than the deadline.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx
from rich.console import Console

from benchmarks.instances import Home, variables
from benchmarks.shops import generated
from development import origin_process, workerd
from development.fault_proxy import faulty
from origin.identity.minting import service_tokens
from origin.rehearsal import SystemClock
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.policy import PURPOSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from development.fault_proxy import Fault, FaultProxy
    from development.origin_process import OriginProcess

FAULTS: tuple[Fault | str, ...] = (
    "slow", "killed", "hanging", "500", "refusing", "garbage", "huge", "killed", "wrong-type", "resetting",
    "cut-short", "trickling", "no-http", "redirect",
)  # fmt: skip
"""In turn until the time is over, with health between any two; `killed` ends the origin's process."""

LOOKS = ("recommendations", "recommendations?limit=8", "fragments/recommendations")
FAULT_SECONDS, HEALTHY_SECONDS = 4.0, 8.0
"""A breaker's pause is 5 s: it has the time to close between two faults."""

THINK_SECONDS = 0.03
SHOPPERS = 24
AT_ONCE = 4
FIRST_SECONDS = 60.0
P99_FACTOR = 2.0
"""The p99 of the whole time may be this many times that of the first minute, and the deadline beside."""

DRAIN_SECONDS = 240.0
RECOVERY_SECONDS = 30.0
_SERVER_ERROR = 500
_MATERIALS = ("linen", "wool", "cotton")
_BATCH = 5


@dataclass
class Shopper:
    """A browser with its cookies."""

    jar: dict[str, str]

    @property
    def cookie(self) -> str:
        """The `Cookie` field."""
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())

    def keep(self, answer: httpx.Response) -> None:
        """Keep what an answer sets."""
        for one in answer.headers.get_list("set-cookie"):
            name, _, value = one.partition(";")[0].partition("=")
            self.jar[name] = value


@dataclass
class Seen:
    """What the load has seen so far."""

    statuses: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    acknowledged: set[str] = field(default_factory=set)
    phases: Counter[str] = field(default_factory=Counter)


class Load:
    """Shoppers who look at lists and send events, several at once."""

    def __init__(self, url: str, path: str, products: list[str]) -> None:
        self._url = url
        self._path = path
        self._products = products
        self._chance = random.Random(11)  # noqa: S311 - to be repeated, not to be secret
        self._made = 0
        self._declared = 0
        self.seen = Seen()
        consent = {CHOICE_COOKIE: format_choice(PURPOSES)}
        self._shoppers = [Shopper(dict(consent)) for _ in range(SHOPPERS)]

    async def declare(self) -> None:
        """Let every shopper say anew what they like: memory and KV are behind then, the origin is not."""
        self._declared += 1
        async with self._client() as client:
            for at, shopper in enumerate(self._shoppers):
                content = {"answers": {"materials": [_MATERIALS[(at + self._declared) % len(_MATERIALS)]]}}
                answer = await self._send(client, shopper, "POST", "/v1/me/questionnaire", content)
                answer.raise_for_status()
                shopper.keep(answer)

    async def go_on(self, seconds: float) -> None:
        """Send requests for so long."""
        until = time.monotonic() + seconds
        async with self._client() as client:
            await asyncio.gather(*(self._one_after_another(client, at, until) for at in range(AT_ONCE)))

    async def sources_now(self) -> Counter[str]:
        """Where the profiles of all shoppers come from just now."""
        async with self._client() as client:
            answers = [await self._look(client, shopper) for shopper in self._shoppers]
        return Counter(str(answer.headers.get("Selvedge-Profile")) for answer in answers)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._url, timeout=60.0, trust_env=False)

    async def _one_after_another(self, client: httpx.AsyncClient, lane: int, until: float) -> None:
        mine = self._shoppers[lane::AT_ONCE]
        while time.monotonic() < until:
            await asyncio.sleep(self._chance.random() * 2 * THINK_SECONDS)
            shopper = self._chance.choice(mine)
            started = time.perf_counter()
            try:
                if self._chance.random() < 1 / 3:
                    answer = await self._do(client, shopper)
                else:
                    answer = await self._look(client, shopper)
            except httpx.TransportError as error:
                self.seen.failures.append(f"{type(error).__name__} at the edge")
                continue
            self._note(answer, (time.perf_counter() - started) * 1000)

    async def _look(self, client: httpx.AsyncClient, shopper: Shopper) -> httpx.Response:
        what = self._chance.choice(LOOKS)
        return await client.get(f"{self._path}/{what}", headers={"Cookie": shopper.cookie})

    async def _do(self, client: httpx.AsyncClient, shopper: Shopper) -> httpx.Response:
        """Send a batch of events; what is acknowledged has to be kept."""
        ids = [f"soak-{self._made + at:08}" for at in range(_BATCH)]
        self._made += _BATCH
        events = [{"id": one, "type": "view", "product": self._chance.choice(self._products)} for one in ids]
        answer = await self._send(client, shopper, "POST", f"{self._path}/events", {"events": events})
        if answer.is_success:
            told = answer.json()
            if told["handedOn"]:
                self.seen.acknowledged |= set(told["accepted"])
            shopper.keep(answer)
        return answer

    async def _send(
        self, client: httpx.AsyncClient, shopper: Shopper, method: str, target: str, content: Any
    ) -> httpx.Response:
        headers = {"Origin": self._url, "Cookie": shopper.cookie}
        return await client.request(method, target, json=content, headers=headers)

    def _note(self, answer: httpx.Response, milliseconds: float) -> None:
        self.seen.statuses[str(answer.status_code)] += 1
        self.seen.milliseconds.append(milliseconds)
        if time.monotonic() - self.seen.began < FIRST_SECONDS:
            self.seen.first.append(milliseconds)
        if "Selvedge-Profile" in answer.headers:
            self.seen.sources[answer.headers["Selvedge-Profile"]] += 1
        if answer.status_code >= _SERVER_ERROR:
            self.seen.failures.append(f"{answer.status_code} {answer.request.url.path}: {answer.text[:200]}")


@dataclass
class Stage:
    """The edge, the origin and what is between them."""

    load: Load
    origin: OriginProcess
    proxy: FaultProxy
    tokens: Any

    def trouble(self, name: str) -> None:
        """From now on the origin does this."""
        if name == "killed":
            self.origin.kill()
        else:
            self.proxy.set(name)  # type: ignore[arg-type]

    def heal(self) -> None:
        """Let the origin be well."""
        self.proxy.set("healthy")
        if not self.origin.alive:
            self.origin.start()

    async def kept(self) -> Counter[str]:
        """How often the origin holds each event, by its id."""
        token = await self.tokens.bearer(["events:read"])
        found: Counter[str] = Counter()
        cursor = ""
        async with httpx.AsyncClient(base_url=self.origin.url, timeout=60.0, trust_env=False) as client:
            while True:
                wanted = {"purpose": "measurement", "limit": "500", **({"cursor": cursor} if cursor else {})}
                headers = {"Authorization": f"Bearer {token}"}
                answer = await client.get("/v1/events", params=wanted, headers=headers)
                page = answer.raise_for_status().json()
                found.update(one["content"]["event"]["id"] for one in page["items"])
                cursor = page["next"]
                if not cursor:
                    return found


def staged(stack: ExitStack, deadline: int) -> Stage:
    """Start all of it and publish a shop."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="selvedge-soak-")))
    origin = stack.enter_context(origin_process.running(folder))
    proxy = stack.enter_context(faulty(origin.url))
    settings = variables(
        SELVEDGE_ORIGIN_URL=proxy.url,
        SELVEDGE_SERVICE_KEY=origin.edge_key,
        SELVEDGE_PROFILE_DEADLINE_MS=str(deadline),
        SELVEDGE_PROFILE_MEMORY_SECONDS="1",  # or little else would be seen
        SELVEDGE_PROFILE_NEGATIVE_SECONDS="1",
    )
    edge = stack.enter_context(workerd.running(settings, consuming=True))
    shop = generated(300)
    Home(folder).publish(edge, shop.built)
    tokens = service_tokens(json.loads(origin.jobs_key), SystemClock(), "jobs")
    load = Load(edge.url, shop.path, [one for one in shop.ids if one])
    return Stage(load, origin, proxy, tokens)


@dataclass
class Outcome:
    """What was lost and what was kept twice, and whether the breaker has closed again."""

    lost: set[str]
    doubled: set[str]
    closed: bool


async def run(stage: Stage, seconds: float, console: Console) -> Outcome:
    """Drive load for so long; return what came of it."""
    seen = stage.load.seen
    for name, length in phases(seconds):
        await stage.load.declare()
        stage.trouble(name)
        before = len(seen.milliseconds)
        await stage.load.go_on(length)
        stage.heal()
        seen.phases[name] += 1
        done = len(seen.milliseconds) - before
        console.print(
            f"{name:>10}  {done:5} requests  5xx {len(seen.failures)}  acknowledged {len(seen.acknowledged)}"
            f"  profiles {dict(seen.sources.most_common())}",
            soft_wrap=True,
        )
    closed = await recovered(stage)
    missing = await lost(stage, console)
    twice = {one for one, times in (await stage.kept()).items() if times > 1}
    return Outcome(missing, twice, closed)


def phases(seconds: float) -> Iterator[tuple[str, float]]:
    """What happens when."""
    faults = cycle(FAULTS)
    left = seconds
    while left > 0:
        yield "healthy", min(HEALTHY_SECONDS, left)
        left -= HEALTHY_SECONDS
        if left > 0:
            yield next(faults), min(FAULT_SECONDS, left)
        left -= FAULT_SECONDS


async def recovered(stage: Stage) -> bool:
    """Whether no shopper meets an open breaker any more, some time after the last trouble."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        if "open" not in await stage.load.sources_now():
            return True
        await asyncio.sleep(0.5)
    return False


async def lost(stage: Stage, console: Console) -> set[str]:
    """What was acknowledged and has not arrived when the queue has had time to bring it again."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        missing = stage.load.seen.acknowledged - (await stage.kept()).keys()
        if not missing or time.monotonic() > deadline:
            return missing
        console.print(f"{'draining':>10}  {len(missing)} events are still in the queue")
        await asyncio.sleep(5)


def p99(milliseconds: list[float]) -> float:
    """Return the 99th percentile; of fewer than two figures, 0."""
    return statistics.quantiles(milliseconds, n=100)[98] if len(milliseconds) > 1 else 0.0


def kept_pace(seen: Seen, deadline: float) -> bool:
    """Whether answers were not much later in the whole time than in the first minute; all in ms."""
    return p99(seen.milliseconds) <= P99_FACTOR * p99(seen.first) + deadline


def report(seen: Seen, outcome: Outcome, deadline: float, console: Console) -> bool:
    """Print what was found; return whether all promises were kept."""
    times = sorted(seen.milliseconds)
    centiles = statistics.quantiles(times, n=100)
    console.print(f"\nrequests      {len(times)}, by status {dict(seen.statuses)}")
    console.print(f"latency       p50 {centiles[49]:.0f}  p90 {centiles[89]:.0f}  p99 {centiles[98]:.0f} ms")
    console.print(f"profiles      {dict(seen.sources.most_common())}")
    console.print(f"troubles      {dict(seen.phases)}")
    console.print(f"acknowledged  {len(seen.acknowledged)} events")
    console.print(f"lost          {len(outcome.lost)}")
    console.print(f"doubled       {len(outcome.doubled)}")
    console.print(f"first minute  p99 {p99(seen.first):.0f} ms")
    console.print(f"5xx           {len(seen.failures)}")
    for failure in seen.failures[:5]:
        console.print(f"              {failure}")
    console.print(f"breaker       {'closed again' if outcome.closed else 'still open'}")
    kept_all = not outcome.lost and not outcome.doubled and not seen.failures
    return kept_all and outcome.closed and kept_pace(seen, deadline)


@click.command()
@click.option("--seconds", type=click.IntRange(min=5), default=60, show_default=True, help="Of load.")
@click.option(
    "--deadline",
    type=click.IntRange(min=1),
    default=80,
    show_default=True,
    help="SELVEDGE_PROFILE_DEADLINE_MS. On a busy machine a healthy origin may need more.",
)
def main(seconds: int, deadline: int) -> None:
    """Drive load while the origin comes and goes, and print what was lost or doubled: nothing may be."""
    console = Console(highlight=False)
    with ExitStack() as stack:
        with console.status("starting the Worker and the origin"):
            stage = staged(stack, deadline)
        outcome = asyncio.run(run(stage, seconds, console))
        kept_all = report(stage.load.seen, outcome, deadline, console)
    sys.exit(0 if kept_all else 1)


if __name__ == "__main__":
    main()
