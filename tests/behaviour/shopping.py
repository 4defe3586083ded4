"""A shop in full swing: people click and page on while prices, stock, rules and versions change under them.

A Hypothesis state machine and the model that it is held against, product by product. It plays against
anything that is a `Counter`: the application in this process, and a Worker in workerd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from origin.building import build, build_delta
from selvedge.ranking.rules import NO_RULES, Rule, RuleSet
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE
from tests.wardrobe import COLOURS, garment, moment, offer, shell, shop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from origin.building import BuiltSnapshot
    from selvedge.catalogue.model import Catalogue, Product
    from tests.behaviour.case import Answer

SHOP = "acme"
PLACE = "/v1/nl/nl"
NOBODY = "nobody"
PEOPLE = ("ada", "bob")
STYLES = 30
MAX_OPEN = 8
PRICES = {"cheap": 1500, "dear": 9000}
Change = str


class Counter(Protocol):
    """Where the shop is served."""

    def ask(self, target: str, headers: Mapping[str, str]) -> Answer:
        """GET `target`."""
        ...

    def tell(self, target: str, content: Any, headers: Mapping[str, str]) -> Answer:
        """POST `content` as JSON from a page of the shop's own."""
        ...

    def publish(self, built: BuiltSnapshot) -> None:
        """Publish, and come back when it is in service."""
        ...


def assortment() -> dict[str, Product]:
    """Styles of one to three colourways each, more than a block holds, in a mixed base order."""
    products: dict[str, Product] = {}
    for style in range(STYLES):
        for colourway in range(1 + style % 3):
            name = f"s{style:02}-{colourway}"
            products[name] = garment(
                name,
                group=f"s{style:02}",
                color=COLOURS[(style + colourway) % 3],
                published=moment(-((style * 7 + colourway * 41) % 60)),
                components=(shell(**{("linen", "wool", "cotton")[style % 3]: 100}),),
                offers=(offer(price=1500 + 500 * ((style + colourway) % 5)),),
            )
    return products


KINDS: dict[str, Callable[[Product], bool]] = {
    "": lambda _product: True,
    "color=blue": lambda product: product.color == "blue",
    "price=..2500": lambda product: product.offers[0].price <= 2500,
}


class Walk:
    """One list as somebody pages through it, and what the model knows of it."""

    def __init__(self, person: str, path: str, kind: str, limit: int, *, every: bool) -> None:
        self.person = person
        self.path = path
        self.kind = kind
        self.every = every
        self.pairs = [pair for pair in (kind, f"limit={limit}", "variants=all" if every else "") if pair]
        if path == "recommendations":
            self.pairs.append("explain=true")
        self.version = ""
        self.banned: frozenset[str] = frozenset()
        self.in_force = NO_RULES
        self.cursor: str | None = None
        self.shown: list[str] = []
        self.there: set[str] = set()
        """What could be shown at the time of every page so far."""
        self.touched: set[str] = set()
        """What has changed since the first page."""

    def target(self, *, first: bool = False) -> str:
        """The page to ask for, in canonical form."""
        pairs = self.pairs if first or self.cursor is None else [*self.pairs, f"cursor={self.cursor}"]
        return f"{PLACE}/{self.path}?{'&'.join(sorted(pairs, key=lambda pair: pair.partition('=')[0]))}"


class Shopping(RuleBasedStateMachine):
    """What may happen in a shop, in any order. It begins with a delta that has sold out every third product.

    The base order knows what is in stock when a version is built: only later does a style's best colourway
    sell out, or come back.
    """

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self.counter = counter
        self.products = assortment()
        self.gone: set[str] = set()
        self.known = set(self.products)
        """The products that the version in service has a place for."""
        self.banned: frozenset[str] = frozenset()
        self.in_force = NO_RULES
        self.changes = 0
        self.cookies = {person: f"{CHOICE_COOKIE}={format_choice(['session'])}" for person in PEOPLE}
        self.clicked: dict[str, set[str]] = {person: set() for person in PEOPLE}
        self.open: list[Walk] = []
        self.live = build(self.catalogue(), shop=SHOP)
        self.bring_about(dict.fromkeys(list(self.products)[::3], "stock"))

    # what is true

    def catalogue(self) -> Catalogue:
        present = [product for name, product in self.products.items() if name not in self.gone]
        styles = [product.group for product in present]
        return shop(
            *present,
            brands={style: ("Acme", "Bolt")[int(style[1:]) % 2] for style in styles},
            categories={style: ("shirts", "coats", "socks")[int(style[1:]) // 2 % 3] for style in styles},
            taken=moment(self.changes / 1000),
        )

    def available(self, kind: str = "") -> set[str]:
        """What may be shown to anybody now, of a kind."""
        return {
            name
            for name, product in self.products.items()
            if name in self.known - self.gone - self.banned
            and product.offers[0].stock
            and KINDS[kind](product)
        }

    def headers(self, person: str) -> dict[str, str]:
        return {"Cookie": self.cookies[person]} if person in self.cookies else {}

    # what is always to be held

    def page(self, walk: Walk, *, first: bool = False) -> Answer:
        """Ask for a page; to those who allow nothing it is the same whoever they are."""
        target = walk.target(first=first)
        answer = self.counter.ask(target, self.headers(walk.person))
        if walk.person == NOBODY:
            context = self.cookies[PEOPLE[0]].partition("; ")[2] or f"{CONTEXT_COOKIE}=none"
            for headers in (
                {
                    "Cookie": f"{context}; id=7",
                    "User-Agent": "Mozilla/5.0 (X11) Firefox/1",
                    "Accept-Language": "pl",
                },
                {"Cookie": self.cookies[PEOPLE[1]], "Sec-GPC": "1"},
                {"Cookie": f"{CHOICE_COOKIE}={format_choice([])}; {context}"},
            ):
                other = self.counter.ask(target, headers)
                assert (other.status, plain(other), other.body) == (answer.status, plain(answer), answer.body)
        if answer.status == 200:
            for item in answer.json["items"]:
                if "explain" in item:
                    assert item["score"] == sum(term["points"] for term in item["explain"]), item
        return answer

    def take(self, walk: Walk, answer: Answer) -> None:
        """Note a page of a walk: nothing twice, nothing that cannot be had."""
        assert answer.status == 200, (answer.status, answer.body)
        items = answer.json["items"]
        found = [item["id"] for item in items]
        assert not set(found) & set(walk.shown), "a page repeats what an earlier one showed"
        assert len(set(found)) == len(found)
        now = self.available(walk.kind)
        assert set(found) <= now, "what is sold out, withdrawn or excluded is shown"
        if not walk.every:
            groups = [name.partition("-")[0] for name in found]
            assert len(set(groups)) == len(groups)
            for name in walk.shown:
                again = name.partition("-")[0] in groups
                assert not again or name in walk.touched, "a style is repeated although nothing changed"
        walk.there = now if walk.cursor is None and not walk.shown else walk.there & now
        walk.shown += found
        walk.cursor = answer.json.get("next")
        if walk.cursor is None:
            self.conclude(walk)

    def conclude(self, walk: Walk) -> None:
        """At the end of a list: what could be had all the time has been shown, or its style has."""
        if walk.every:
            assert walk.there <= set(walk.shown), "a page skips what could be had at all times"
        else:
            styles = {name.partition("-")[0] for name in walk.shown}
            assert {name.partition("-")[0] for name in walk.there} <= styles, "a page skips a style"
        if walk in self.open:
            self.open.remove(walk)

    def is_stale(self, walk: Walk) -> bool:
        """Whether the version of a walk is not in service any more, or rules take out other products."""
        moved = any(one.kind == "boost" for one in walk.in_force.rules) and walk.in_force != self.in_force
        return walk.version != self.live.release.version or walk.banned != self.banned - self.gone or moved

    def go_on(self, walk: Walk) -> None:
        """Ask for the next page."""
        answer = self.page(walk)
        if not self.is_stale(walk):
            self.take(walk, answer)
            return
        assert (answer.status, answer.json["type"]) == (410, "/problems/stale-cursor"), answer.body
        afresh = self.counter.ask(answer.json["start"], self.headers(walk.person))
        assert afresh.status == 200
        assert {item["id"] for item in afresh.json["items"]} <= self.available(walk.kind)
        self.open.remove(walk)

    # what happens

    @rule(
        person=st.sampled_from([*PEOPLE, NOBODY]),
        kind=st.sampled_from(list(KINDS)),
        limit=st.sampled_from([3, 7, 16]),
    )
    def begin_lists(self, *, person: str, kind: str, limit: int) -> None:
        """The public and the personal one, with every colourway and without."""
        for path in ("products", "recommendations"):
            for every in (False, True):
                walk = Walk(person, path, kind, limit, every=every)
                walk.version, walk.banned = self.live.release.version, self.banned - self.gone
                walk.in_force = self.in_force
                self.open.append(walk)
                answer = self.page(walk)
                self.take(walk, answer)
                assert answer.json["numberOfItems"] == len(self.available(kind))
        for walk in self.open[:-MAX_OPEN]:
            self.finish(walk)

    @rule()
    def turn_pages(self) -> None:
        for walk in list(self.open):
            self.go_on(walk)

    def finish(self, walk: Walk) -> None:
        while walk in self.open:
            self.go_on(walk)

    @rule(
        person=st.sampled_from(PEOPLE),
        kind=st.sampled_from(["click", "click", "view", "add_to_cart"]),
        place=st.integers(0, 11),
    )
    def click(self, *, person: str, kind: str, place: int) -> None:
        """It changes the very next first page of this person, and nothing else."""
        firsts = {who: Walk(who, "recommendations", "", 12, every=False) for who in (*PEOPLE, NOBODY)}
        before = {who: self.page(one, first=True) for who, one in firsts.items()}
        pages = [(walk, self.page(walk)) for walk in self.open]
        items = before[person].json["items"]
        assume(items)
        product = items[place % len(items)]["id"]
        self.changes += 1
        event = {"id": f"event-{self.changes:05}-{person}", "type": kind, "product": product}
        told = self.counter.tell(f"{PLACE}/events", {"events": [event]}, self.headers(person))
        assert (told.status, told.json["remembered"]) == (200, True), told.body
        (context,) = (one.partition(";")[0] for one in told.cookies if one.startswith(f"{CONTEXT_COOKIE}="))
        self.cookies[person] = f"{self.cookies[person].partition('; ')[0]}; {context}"
        after = {who: self.page(one, first=True) for who, one in firsts.items()}
        for who, answer in before.items():
            if who != person:
                assert after[who].json["items"] == answer.json["items"]
        if product not in self.clicked[person]:
            assert after[person].json["items"] != items, "a click changed nothing"
        assert after[person].json["personalised"] is True
        self.clicked[person].add(product)
        for walk, answer in pages:
            again = self.page(walk)
            assert (again.status, again.json.get("items")) == (answer.status, answer.json.get("items"))

    @rule(
        changes=st.dictionaries(
            st.sampled_from(list(assortment())),
            st.sampled_from(["stock", "stock", "stock", "withdrawn", *PRICES]),
            min_size=1,
            max_size=12,
        )
    )
    def publish_a_delta(self, changes: dict[str, Change]) -> None:
        self.bring_about(changes)

    @rule()
    def publish_a_delivery(self) -> None:
        """What was sold out has come in again; where nothing was, every third product sells out."""
        sold = [name for name, one in self.products.items() if not one.offers[0].stock]
        self.bring_about(dict.fromkeys(sold or list(self.products)[::3], "stock"))

    def bring_about(self, changes: dict[str, Change]) -> None:
        before = dict(self.products), set(self.gone)
        for name, change in changes.items():
            self.change(name, change)
        self.changes += 1
        self.touch(
            {n for n in changes if (before[0][n], n in before[1]) != (self.products[n], n in self.gone)}
        )
        self.put(build_delta(self.live, self.catalogue()))

    def change(self, name: str, change: Change) -> None:
        (one,) = self.products[name].offers
        if change == "withdrawn":
            self.gone ^= {name}
            return
        stock = 3 - one.stock if change == "stock" else one.stock
        new = msgspec.structs.replace(one, stock=stock, price=PRICES.get(change, one.price))
        self.products[name] = msgspec.structs.replace(self.products[name], offers=(new,))

    def touch(self, names: set[str]) -> None:
        for walk in self.open:
            walk.touched |= names

    @rule(
        banned=st.sets(st.sampled_from(list(assortment())), max_size=3),
        boosted=st.lists(st.sampled_from(list(assortment())), max_size=2, unique=True),
    )
    def publish_other_rules(self, banned: set[str], boosted: list[str]) -> None:
        """They come with a delta."""
        self.banned = frozenset(banned & self.known)
        named = tuple(sorted(self.banned))
        said = [
            Rule(id=f"boost-{name}", kind="boost", products=(name,), points=9, author="Ada", reason="new")
            for name in boosted
            if name in self.known - self.banned
        ]
        if named:
            said.append(Rule(id="ban", kind="exclude", products=named, author="Ada", reason="a recall"))
        rules = self.in_force = RuleSet(tuple(said)) if said else NO_RULES
        self.changes += 1
        self.put(build_delta(self.live, self.catalogue(), rules))

    @rule()
    def publish_a_version(self) -> None:
        self.changes += 1
        self.known = set(self.products) - self.gone
        self.banned, self.in_force = frozenset(), NO_RULES
        self.put(build(self.catalogue(), shop=SHOP, previous=self.live))

    def put(self, built: BuiltSnapshot) -> None:
        self.live = built
        self.counter.publish(built)

    def teardown(self) -> None:
        """Nobody leaves in the middle of a list."""
        for walk in list(self.open):
            self.finish(walk)


def plain(answer: Answer) -> dict[str, str]:
    """The header fields that do not tell the time."""
    return {name: value for name, value in answer.headers.items() if name != "date"}
