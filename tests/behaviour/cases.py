"""The behaviour cases: what anyone may expect of the Worker over HTTP, wherever it runs.

They speak of `tests.behaviour.catalogue`. Python on the edge and Python on the desk must both meet them.
"""

from __future__ import annotations

import re

from selvedge.shopper.consent import PURPOSES, format_choice
from selvedge.shopper.context import Affinity, Context
from tests.behaviour.case import ABSENT, Step, case, get, holds, only

P = "/v1/nl/en/products"
R = "/v1/nl/en/recommendations"
MADE = f"{P}?brand=hand-made"
YES = format_choice(PURPOSES)
NO = format_choice([])
WOOL = Context(id=b"w", affinities=(Affinity("material", "wool", 127),))
LINEN = Context(id=b"l", affinities=(Affinity("material", "linen", 127),))
TURNED = Context(id=WOOL.id, affinities=LINEN.affinities)
"""The same person as `WOOL`, some clicks later."""

STRONG = re.compile(r'"[0-9a-f]{24}"')
SNAPSHOT = re.compile(r"[0-9a-f]{16}\.\d+")
PUBLIC = {
    "Content-Type": "application/json",
    "Cache-Control": re.compile(r"public, max-age=\d+, stale-while-revalidate=\d+"),
    "Cache-Tag": re.compile(r"selvedge-[a-z0-9-]+-[a-z]+"),
    "ETag": STRONG,
    "Last-Modified": re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"),
    "Selvedge-Snapshot": SNAPSHOT,
    "Selvedge-Degraded": ABSENT,
    "Vary": ABSENT,
}
PRIVATE = {
    "Content-Type": "application/json",
    "Cache-Control": "private, no-store",
    "ETag": ABSENT,
    "Last-Modified": ABSENT,
    "Cache-Tag": ABSENT,
}
PROBLEM = {"Content-Type": "application/problem+json", "Cache-Control": "no-store", "ETag": ABSENT}


def problem(target: str, status: int, kind: str, **more: object) -> Step:
    """A step that is answered by problem details (RFC 9457)."""
    expect = {"type": f"/problems/{kind}", "status": status, "title": re.compile(r".+"), **more}
    return get(target, status, expect_headers=PROBLEM, expect=expect)


def bad(query: str, parameter: str, *allowed: str, path: str = P) -> Step:
    """A step whose query makes no sense because of `parameter`."""
    more = {"allowed": holds(*allowed)} if allowed else {}
    return problem(f"{path}?{query}", 400, "bad-parameter", parameter=parameter, **more)


def finds(query: str, *ids: str) -> Step:
    """A list of the hand-made products that `query` finds, in any order."""
    target = "&".join(
        sorted(["brand=hand-made", query, "variants=all"], key=lambda pair: pair.partition("=")[0])
    )
    return get(f"{P}?{target}", expect={"items.*.id": only(*ids)})


LISTS = (
    case(
        "the plain first page is public, marked and whole",
        get(
            P,
            expect_headers=PUBLIC,
            expect={
                "market": "nl",
                "locale": "en",
                "items": lambda items: len(items) == 24,
                "items.*.priceCurrency": lambda found: set(found) == {"EUR"},
                "numberOfItems": lambda number: number > 100,
                "facets": ABSENT,
                "next": re.compile(r"[\w-]+"),
                "snapshot.delta": 0,
            },
        ),
    ),
    case(
        "a list item speaks schema.org and carries its evidence",
        get(
            f"{P}?brand=hand-made&certification=GOTS&variants=all",
            expect={
                "items.*.id": only("H-LINEN-1", "H-LINEN-2"),
                "items.0.inProductGroupWithID": "H-LINEN",
                "items.0.name": "The H-LINEN",
                "items.0.brand": "Hand Made",
                "items.0.hasCertification.0.scheme": "GOTS",
                "items.0.hasCertification.0.matched": True,
                "items.0.hasCertification.0.level": "product",
                "items.0.hasCertification.0.issuedBy": "Control Body",
                "items.0.score": ABSENT,
                "items.0.explain": ABSENT,
            },
        ),
    ),
    case(
        "each style is shown once, or in every colourway",
        get(f"{P}?brand=hand-made&material=linen", expect={"items": lambda items: len(items) == 1}),
        get(
            f"{P}?brand=hand-made&material=linen&variants=all",
            expect={"items.*.id": only("H-LINEN-1", "H-LINEN-2"), "numberOfItems": 2},
        ),
    ),
    case("any of several materials", finds("material=linen,wool", "H-LINEN-1", "H-LINEN-2", "H-WOOL-1")),
    case("all of several materials", finds("material.all=cotton,wool", "H-WOOL-1")),
    case(
        "without leather, and without what may be leather",
        finds("material.not=leather", "H-LINEN-1", "H-LINEN-2", "H-WOOL-1"),
    ),
    case(
        "a value that no product has finds nothing, and is named",
        get(f"{P}?certification=GONE", expect={"items": [], "unknownValues": ["certification:GONE"]}),
        finds("material=linen,unicorn", "H-LINEN-1", "H-LINEN-2"),
        get(
            f"{MADE}&material.all=linen,unicorn", expect={"items": [], "unknownValues": ["material:unicorn"]}
        ),
        get(f"{P}?material=linen", expect={"unknownValues": ABSENT}),
        get(f"{R}?brand=nobody", expect={"items": [], "unknownValues": ["brand:nobody"]}),
    ),
    case("unknown is a value of its own", finds("material=unknown", "H-BARE-1")),
    case("at least so much of a fibre", finds("share.linen=96..", "H-LINEN-1")),
    case("a price range, both ends included", finds("price=4500..4900", "H-LINEN-1", "H-LINEN-2")),
    case("a size in stock in this market", finds("size=S", "H-LINEN-1")),
    case(
        "a reduction carries the lowest price of thirty days",
        get(
            f"{P}?brand=hand-made&material=wool",
            expect={
                "items.0.price": 6000,
                "items.0.regularPrice": 8000,
                "items.0.lowestPrice30Days": 6500,
            },
        ),
        get(f"{P}?brand=hand-made&material=leather", expect={"items.0.regularPrice": ABSENT}),
    ),
    case(
        "evidence about a brand or a facility is no certificate of the product",
        finds("certification=GOTS", "H-LINEN-1", "H-LINEN-2"),
        finds("facilityCertification=GOTS", "H-BARE-1"),
        finds("brandCertification=BCORP", "H-WOOL-1"),
        get(
            f"{P}?brand=hand-made&brandCertification=BCORP",
            expect={
                "items.0.hasCertification": ABSENT,
                "items.0.relatedCertification.0.level": "brand",
                "items.0.relatedCertification.0.matched": True,
            },
        ),
    ),
    case(
        "what follows from facts can be asked for",
        finds("fibreMix=several_fibres", "H-LINEN-2", "H-WOOL-1"),
        finds("naturalFibrePercentage=96..", "H-LINEN-1", "H-WOOL-1"),
        get(f"{P}/H-WOOL-1", expect={"derived.*.rule": lambda rules: "sum-of-natural-fibres" in rules}),
    ),
    case(
        "a product as linked data",
        get(
            f"{P}/H-LINEN-1/jsonld",
            expect_headers=PUBLIC | {"Content-Type": "application/ld+json"},
            expect={"@type": "Product", "hasCertification.0.identifier": "GOTS"},
        ),
        problem(f"{P}/nothing/jsonld", 404, "not-found"),
    ),
    case(
        "expired evidence neither counts nor shows",
        get(f"{P}?brand=hand-made&material=leather", expect={"items.0.hasCertification": ABSENT}),
    ),
    case(
        "prices sort upwards and downwards",
        get(
            f"{MADE}&sort=price&variants=all",
            expect={"items.*.price": [2900, 4500, 4900, 6000, 19900]},
        ),
        get(
            f"{MADE}&sort=-price&variants=all",
            expect={"items.*.price": [19900, 6000, 4900, 4500, 2900]},
        ),
    ),
    case(
        "the newest come first",
        get(f"{P}?sort=newest", expect={"items.*.id": lambda found: len(found) == 24}),
    ),
    case(
        "counts leave out their field's own selection",
        get(
            f"{P}?brand=hand-made&facets=brand,material&material=wool",
            expect={
                "facets.*.field": ["brand", "material"],
                "facets.1.values.*.value": holds("linen", "leather", "wool", "unknown"),
                "facets.1.values.0.value": "linen",
                "facets.1.values.0.count": 2,
                "facets.0.values": lambda values: sum(value["count"] for value in values) > 1,
            },
        ),
    ),
    case(
        "pages follow each other and end",
        get(f"{MADE}&limit=2&sort=price", expect={"items.*.id": ["H-BARE-1", "H-LINEN-2"]}),
        get(
            f"{P}?brand=hand-made&cursor={{0.json[next]}}&limit=2&sort=price",
            expect={"items.*.id": ["H-WOOL-1", "H-HIDE-1"]},
        ),
        get(
            f"{P}?brand=hand-made&cursor={{1.json[next]}}&limit=2&sort=price",
            expect={"items": [], "next": ABSENT},
        ),
    ),
    case(
        "another market has its own currency, stock and languages",
        get(
            "/v1/se/sv/products?brand=hand-made",
            expect={"items.*.id": ["H-SOLD-1"], "items.0.priceCurrency": "SEK", "items.0.price": 39900},
        ),
    ),
)

CANONICAL = (
    case(
        "a query in another order or spelling moves permanently to its canonical form",
        get(
            f"{P}?size=M&brand=hand%2Dmade&limit=24&variants=best",
            308,
            expect_headers={
                "Location": f"{P}?brand=hand-made&size=M",
                "Cache-Control": re.compile("public, .+"),
            },
            empty=True,
        ),
        get("{0.headers[location]}", expect={"items": lambda items: len(items) > 0}),
    ),
    case(
        "values are sorted and named once",
        get(
            f"{P}?material=wool,linen,wool",
            308,
            expect_headers={"Location": f"{P}?material=linen,wool"},
        ),
    ),
    case(
        "defaults vanish",
        get(f"{P}?sort=relevance", 308, expect_headers={"Location": P}),
    ),
)

CONDITIONS = (
    case(
        "an entity tag that still holds is answered without a body",
        get(MADE),
        get(
            MADE,
            304,
            headers={"If-None-Match": "{0.headers[etag]}"},
            expect_headers={
                "ETag": "{0.headers[etag]}",
                "Cache-Control": "{0.headers[cache-control]}",
                "Cache-Tag": "{0.headers[cache-tag]}",
            },
            empty=True,
        ),
        get(MADE, 304, headers={"If-None-Match": '"other", W/{0.headers[etag]}'}, empty=True),
        get(MADE, 304, headers={"If-None-Match": "*"}, empty=True),
        get(MADE, 200, headers={"If-None-Match": '"other"'}, same_as=0),
    ),
    case(
        "a date since which nothing changed is answered without a body",
        get(MADE),
        get(MADE, 304, headers={"If-Modified-Since": "{0.headers[last-modified]}"}, empty=True),
        get(MADE, headers={"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, same_as=0),
        get(MADE, headers={"If-Modified-Since": "yesterday"}, same_as=0),
    ),
    case(
        "an entity tag counts before a date",
        get(MADE),
        get(
            MADE,
            headers={"If-None-Match": '"other"', "If-Modified-Since": "{0.headers[last-modified]}"},
            same_as=0,
        ),
    ),
    case(
        "each list has a tag of its own",
        get(MADE),
        get(f"{P}?brand=hand-made&size=M", headers={"If-None-Match": "{0.headers[etag]}"}),
    ),
    case(
        "a product page can be revalidated",
        get(f"{P}/H-LINEN-1", expect_headers=PUBLIC),
        get(f"{P}/H-LINEN-1", 304, headers={"If-None-Match": "{0.headers[etag]}"}, empty=True),
    ),
)

METHODS = (
    case(
        "HEAD is GET without the body",
        get(MADE),
        Step(
            target=MADE,
            method="HEAD",
            expect_headers={"ETag": "{0.headers[etag]}", "Cache-Control": "{0.headers[cache-control]}"},
            empty=True,
        ),
        Step(target=f"{P}/nowhere", method="HEAD", status=404, empty=True),
    ),
    *(
        case(
            f"{method} is not allowed",
            Step(
                target=target,
                method=method,
                status=405,
                expect_headers={**PROBLEM, "Allow": "GET, HEAD"},
                expect={"type": "/problems/method-not-allowed", "status": 405},
            ),
        )
        for method, target in (("POST", P), ("PUT", f"{P}/H-LINEN-1"), ("DELETE", R), ("OPTIONS", "/healthz"))
    ),
)

PRODUCTS = (
    case(
        "a product page has offers, evidence, components and variants",
        get(
            f"{P}/H-LINEN-1",
            expect_headers=PUBLIC,
            expect={
                "id": "H-LINEN-1",
                "offers.*.size": ["S", "M"],
                "offers.*.availability": ["InStock", "InStock"],
                "components.0.code": "shell",
                "components.0.name": "shell",
                "components.0.material.0.code": "linen",
                "components.0.material.0.percentage": 100.0,
                "hasCertification.0.scheme": "GOTS",
                "hasCertification.0.validThrough": ABSENT,
                "hasVariant.*.id": ["H-LINEN-2"],
            },
        ),
    ),
    case(
        "a sold out product keeps its page",
        get(f"{P}/H-SOLD-1", expect={"offers.*.availability": ["OutOfStock"]}),
    ),
    case("a product that was never here", problem(f"{P}/NEVER", 404, "not-found")),
    case(
        "a product that is not sold in this market", problem("/v1/es/es/products/H-LINEN-1", 404, "not-found")
    ),
    case("a product that is no longer sold", problem(f"{P}/H-GONE-1", 410, "withdrawn")),
    case("a product page takes no parameters", bad("color=red", "color", path=f"{P}/H-LINEN-1")),
    case(
        "a product has one URL, however its id may be percent-encoded",
        get(f"{P}/H%2DLINEN-1", 308, expect_headers={"location": f"{P}/H-LINEN-1"}, empty=True),
    ),
)

PLACES = (
    case("an unknown path", problem("/", 404, "not-found"), problem("/v2/nl/en/products", 404, "not-found")),
    case(
        "an unknown market", problem("/v1/xx/en/products", 404, "not-found", detail=re.compile(".*nl, es.*"))
    ),
    case(
        "an unknown locale", problem("/v1/nl/de/products", 404, "not-found", detail=re.compile(".*nl, en.*"))
    ),
    case(
        "a path with an end too many", problem(f"{P}/", 404, "not-found"), problem(f"{R}/x", 404, "not-found")
    ),
)

NONSENSE = (
    case("an unknown parameter", bad("colour=red", "colour", "color", "material.not", "sort")),
    case("what cannot be a value", bad(f"brand={'x' * 65}", "brand"), bad("brand=a%00b", "brand")),
    case("a long name is not repeated in full", problem(f"/v1/{'x' * 900}/en/products", 404, "not-found")),
    case("no value", bad("material=", "material")),
    case("a parameter twice", bad("size=M&size=L", "size")),
    case("asked for and excluded", bad("material=wool&material.not=wool", "material.not")),
    case("a broken range", bad("price=10..1", "price"), bad("price=x", "price", "FROM..TO")),
    case("an unknown order", bad("sort=best", "sort", "relevance", "price", "-price", "newest")),
    case("a page size out of bounds", bad("limit=0", "limit"), bad("limit=97", "limit", "1 to 96")),
    case("a field that cannot be counted", bad("facets=price", "facets", "material")),
    case("bad percent-encoding", bad("size=%4", "size"), bad("size=%FF", "size")),
    case("a query beyond all measure", bad(f"size={'M' * 5000}", "query")),
    case("too many values", bad("material=" + ",".join(f"m{number}" for number in range(60)), "material")),
    case(
        "a personal parameter on a public list",
        bad("prefer=color:red", "prefer"),
        bad("explain=true", "explain"),
    ),
)

CURSORS = (
    case(
        "a cursor of another list",
        get(f"{MADE}&limit=1"),
        bad("cursor={0.json[next]}&limit=2", "cursor"),
        bad("brand=hand-made&cursor={0.json[next]}&limit=1", "cursor", path="/v1/nl/nl/products"),
    ),
    case(
        "no cursor at all",
        bad("cursor=", "cursor"),
        bad("cursor=AAAA", "cursor"),
        bad("cursor=%C3%A9", "cursor"),
    ),
    case(
        "a cursor with a letter added or taken",
        get(f"{MADE}&limit=1"),
        bad("brand=hand-made&cursor={0.json[next]}A&limit=1", "cursor"),
        bad("brand=hand-made&cursor=A{0.json[next]}&limit=1", "cursor"),
    ),
    case(
        "a private cursor is of no use to others",
        get(f"{R}?limit=1", consent=YES, context=WOOL),
        problem(f"{R}?cursor={{0.json[next]}}&limit=1", 410, "stale-cursor", start=f"{R}?limit=1"),
        get(f"{R}?cursor={{0.json[next]}}&limit=1", consent=YES, context=LINEN, status=410),
        bad("cursor={0.json[next]}&limit=1", "cursor", path=P),
    ),
)

ORDERED = f"{R}?brand=hand-made"
PERSONAL = (
    case(
        "a personal answer is private and unlike any other",
        get(
            ORDERED,
            consent=YES,
            context=WOOL,
            expect_headers=PRIVATE,
            expect={
                "personalised": True,
                "recommendationId": re.compile(r"[\w-]{16}"),
                "items.0.id": "H-WOOL-1",
            },
        ),
        get(
            ORDERED,
            consent=YES,
            context=LINEN,
            expect={
                "items.0.inProductGroupWithID": "H-LINEN",
                "recommendationId": re.compile(r"[\w-]{16}"),
            },
        ),
    ),
    case(
        "who allows nothing is nobody in particular",
        get(ORDERED, expect_headers=PRIVATE, expect={"personalised": False}),
        get(ORDERED, context=WOOL, same_as=0),
        get(ORDERED, consent=NO, context=WOOL, same_as=0),
        get(ORDERED, consent="1.profile+training", context=WOOL, same_as=0),
        get(ORDERED, consent="2.session", context=WOOL, same_as=0),
        get(ORDERED, consent="garbage", context=LINEN, same_as=0),
        get(ORDERED, headers={"User-Agent": "x", "Accept-Language": "nl", "Cookie": "a=b; id=7"}, same_as=0),
    ),
    case(
        "Global Privacy Control overrides a choice, by exactly 1",
        get(ORDERED),
        get(ORDERED, consent=YES, context=WOOL, headers={"Sec-GPC": "1"}, same_as=0),
        get(ORDERED, consent=YES, context=WOOL, headers={"Sec-GPC": "0, 1"}, same_as=0),
        get(ORDERED, consent=YES, context=WOOL, headers={"Sec-GPC": "true"}, expect={"personalised": True}),
        get(ORDERED, consent=YES, context=WOOL, headers={"Sec-GPC": "11"}, expect={"personalised": True}),
    ),
    case(
        "the wish of the request itself counts for anyone",
        get(f"{ORDERED}&prefer=material:wool", expect={"items.0.id": "H-WOOL-1", "personalised": False}),
        get(
            f"{ORDERED}&personalise=off&prefer=material:wool",
            consent=YES,
            context=LINEN,
            expect={"items.0.id": "H-WOOL-1"},
        ),
    ),
    case(
        "personalisation can be switched off by the request",
        get(f"{ORDERED}&personalise=off"),
        get(f"{ORDERED}&personalise=off", consent=YES, context=WOOL, same_as=0),
    ),
    case(
        "a cookie that is not ours is no cookie",
        get(ORDERED),
        get(ORDERED, headers={"Cookie": f"__Host-selvedge-choice={YES}; __Host-selvedge=AAAA"}, same_as=0),
        get(
            ORDERED,
            headers={"Cookie": f"__Host-selvedge-choice={YES}; __Host-selvedge={'A' * 4000}"},
            same_as=0,
        ),
    ),
    case(
        "the style that is looked at is not recommended",
        get(
            f"{ORDERED}&item=H-LINEN-1",
            expect={"items.*.inProductGroupWithID": lambda styles: "H-LINEN" not in styles},
        ),
    ),
    case(
        "an explanation adds up",
        get(
            f"{ORDERED}&explain=true",
            consent=YES,
            context=WOOL,
            expect={
                "items": lambda items: all(
                    item["score"] == sum(term["points"] for term in item["explain"]) for item in items
                ),
                "items.0.explain.*.name": ["base", "affinity"],
                "items.0.explain.1.value": "wool",
            },
        ),
    ),
    case(
        "the filter is as hard as on the public list",
        get(f"{ORDERED}&material.not=leather", consent=YES, context=WOOL, expect={"numberOfItems": 3}),
    ),
    case(
        "a click moves no later page",
        get(f"{ORDERED}&limit=2", consent=YES, context=WOOL),
        get(f"{ORDERED}&cursor={{0.json[next]}}&limit=2", consent=YES, context=WOOL),
        get(
            f"{ORDERED}&cursor={{0.json[next]}}&limit=2",
            consent=YES,
            context=TURNED,
            expect={"items": lambda items: len(items) == 2},
        ),
        get(
            f"{ORDERED}&limit=2",
            consent=YES,
            context=TURNED,
            expect={"items.0.inProductGroupWithID": "H-LINEN"},
        ),
    ),
    case(
        "the first click does not break the page after",
        get(f"{ORDERED}&limit=2"),
        get(f"{ORDERED}&cursor={{0.json[next]}}&limit=2"),
        get(
            f"{ORDERED}&cursor={{0.json[next]}}&limit=2",
            consent=YES,
            context=WOOL,
            expect={"items": lambda items: len(items) == 2},
        ),
    ),
    case(
        "a personal order has one sort and named switches",
        bad("sort=price", "sort", "relevance", path=R),
        bad("explain=1", "explain", "true", "false", path=R),
        bad("personalise=no", "personalise", "on", "off", path=R),
        bad("prefer=colour:red", "prefer", "color", path=R),
        bad("prefer=color:", "prefer", path=R),
        bad("prefer=", "prefer", path=R),
        bad("item=NEVER", "item", path=R),
        bad("item=", "item", path=R),
    ),
    case(
        "an item that is no longer sold is passed over",
        get(f"{R}?brand=hand-made"),
        get(
            f"{R}?brand=hand-made&item=H-GONE-1",
            expect={"items": lambda items: len(items) == 4, "personalised": False},
        ),
    ),
    case(
        "a preference that nothing meets is passed over and named",
        get(f"{R}?brand=hand-made&prefer=color:sky", expect={"unknownValues": ["color:sky"]}),
    ),
    case(
        "a cookie changes nothing on public answers",
        get(MADE, expect_headers=PUBLIC),
        get(MADE, consent=YES, context=WOOL, headers={"Sec-GPC": "1"}, same_as=0),
        get(f"{P}/H-LINEN-1"),
        get(f"{P}/H-LINEN-1", consent=YES, context=LINEN, same_as=2),
    ),
)

F = "/v1/nl/en/fragments"
MARKUP = {"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff"}
FRAGMENTS = (
    case(
        "a fragment shows what the API recommends, to one person",
        get(f"{R}?brand=hand-made", consent=YES, context=WOOL, expect={"items.0.id": "H-WOOL-1"}),
        get(
            f"{F}/recommendations?brand=hand-made&limit=1",
            consent=YES,
            context=WOOL,
            expect_headers={**MARKUP, "Cache-Control": "private, no-store", "ETag": ABSENT},
            shows=("H-WOOL-1",),
        ),
    ),
    case(
        "without consent a fragment is the same for all",
        get(f"{F}/recommendations?brand=hand-made", expect_headers=MARKUP),
        get(f"{F}/recommendations?brand=hand-made", context=WOOL, same_as=0),
        get(
            f"{F}/recommendations?brand=hand-made",
            consent=YES,
            context=LINEN,
            headers={"Sec-GPC": "1"},
            same_as=0,
        ),
    ),
    case(
        "what is similar is of the product's kind, public and revalidated",
        get(
            f"{F}/similar?brand=hand-made&item=H-HIDE-1",
            expect_headers={**MARKUP, "Cache-Control": re.compile("public, .+"), "ETag": STRONG},
        ),
        get(
            f"{F}/similar?brand=hand-made&item=H-HIDE-1",
            304,
            headers={"If-None-Match": "{0.headers[etag]}"},
            empty=True,
        ),
        get(f"{F}/similar?brand=hand-made&item=H-HIDE-1", consent=YES, context=WOOL, same_as=0),
        get(f"{F}/similar?item=H-GONE-1", shows=()),
    ),
    case(
        "what is like a product is public, of other styles, and has one address",
        get(
            f"{P}/H-LINEN-1/similar?brand=hand-made",
            expect_headers=PUBLIC,
            expect={
                "items.*.id": only("H-WOOL-1", "H-HIDE-1", "H-BARE-1"),
                "numberOfItems": 3,
                "personalised": False,
                "items.0.score": ABSENT,
            },
        ),
        get(
            f"{P}/H-LINEN-1/similar?brand=hand-made",
            304,
            headers={"If-None-Match": "{0.headers[etag]}"},
            empty=True,
        ),
        get(f"{P}/H-LINEN-1/similar?brand=hand-made", consent=YES, context=WOOL, same_as=0),
        get(
            f"{P}/H-LINEN-1/similar?limit=24&brand=hand%2Dmade",
            308,
            expect_headers={"Location": f"{P}/H-LINEN-1/similar?brand=hand-made"},
            empty=True,
        ),
        get(f"{P}/H-LINEN-1/similar?brand=hand-made", method="HEAD", expect_headers=PUBLIC, empty=True),
    ),
    case(
        "pages of what is like a product follow each other and end",
        get(
            f"{P}/H-LINEN-1/similar?brand=hand-made&limit=2", expect={"items": lambda items: len(items) == 2}
        ),
        get(
            f"{P}/H-LINEN-1/similar?brand=hand-made&cursor={{0.json[next]}}&limit=2",
            expect={"items": lambda items: len(items) == 1, "next": ABSENT},
        ),
    ),
    case(
        "what is like nothing, like something withdrawn, and what makes no sense",
        problem(f"{P}/nothing/similar", 404, "not-found"),
        problem(f"{P}/H-GONE-1/similar", 410, "withdrawn"),
        problem(f"{P}/H-LINEN-1/other", 404, "not-found"),
        bad("sort=price", "sort", "relevance", path=f"{P}/H-LINEN-1/similar"),
        bad("prefer=color:blue", "prefer", path=f"{P}/H-LINEN-1/similar"),
    ),
    case(
        "what may stand in for a product is proven now, comes in its size, and is told by facts",
        get(
            f"{P}/H-SOLD-1/alternatives",
            expect_headers=PUBLIC,
            expect={
                "items.*.id": ["H-LINEN-1"],
                "items.0.because": {"kind": "facts", "text": "linen, GOTS"},
                "personalised": False,
                "next": ABSENT,
            },
        ),
        get(
            f"{P}/H-SOLD-1/alternatives",
            304,
            headers={"If-None-Match": "{0.headers[etag]}"},
            empty=True,
        ),
        get(f"{P}/H-SOLD-1/alternatives", consent=YES, context=WOOL, same_as=0),
        get(f"{P}/H-SOLD-1/alternatives?size=L", expect={"items.*.id": ["H-LINEN-2"]}),
        get(
            f"{P}/H-SOLD-1/alternatives?personalise=on",
            consent=YES,
            context=WOOL,
            expect_headers={"Cache-Control": "private, no-store"},
            expect={"items.*.id": ["H-LINEN-1"], "personalised": True},
        ),
        get(f"{F}/alternatives?item=H-SOLD-1", shows=("H-LINEN-1",), expect_headers=MARKUP),
        get(f"{P}/H-LINEN-1/alternatives", expect={"items": [], "numberOfItems": 0}),
        problem(f"{P}/H-GONE-1/alternatives", 410, "withdrawn"),
        get(f"{F}/alternatives?item=H-GONE-1", shows=()),
        bad("limit=13", "limit", "1 to 12", path=f"{P}/H-SOLD-1/alternatives"),
    ),
    case("nothing has been viewed by somebody unknown", get(f"{F}/recently-viewed", shows=())),
    case(
        "a fragment that makes no sense",
        problem(f"{F}/hero", 404, "not-found"),
        bad("cursor=x", "cursor", path=f"{F}/recommendations"),
        bad("limit=13", "limit", "1 to 12", path=f"{F}/recommendations"),
        bad("limit=2", "item", path=f"{F}/similar"),
    ),
)

SERVICE = (
    case(
        "the markets say where the shop sells",
        get(
            "/v1/markets",
            expect_headers=PUBLIC,
            expect={"markets.*.code": ["nl", "es", "se", "pl"], "markets.0.locales": ["nl", "en"]},
        ),
        get("/v1/markets", 304, headers={"If-None-Match": "{0.headers[etag]}"}, empty=True),
        bad("all=1", "all", path="/v1/markets"),
    ),
    case("health", get("/healthz", expect_headers={"Cache-Control": "no-store"}, expect={"status": "ok"})),
    case(
        "readiness names the verified snapshot",
        get(
            "/readyz",
            expect_headers={"Cache-Control": "no-store"},
            expect={
                "ready": True,
                "snapshot": re.compile(r"[0-9a-f]{16}"),
                "delta": 0,
                "products": lambda number: number > 100,
                "trouble": ABSENT,
            },
        ),
    ),
    case(
        "Global Privacy Control is declared",
        get(
            "/.well-known/gpc.json",
            expect_headers={"Content-Type": "application/json"},
            expect={"gpc": True, "lastUpdate": re.compile(r"\d{4}-\d\d-\d\d")},
        ),
    ),
    case(
        "the interface describes itself",
        get(
            "/openapi.json",
            expect_headers={"Content-Type": "application/json"},
            expect={"openapi": "3.1.0", "info.title": "Selvedge"},
        ),
    ),
)

CASES = (
    *LISTS,
    *CANONICAL,
    *CONDITIONS,
    *METHODS,
    *PRODUCTS,
    *PLACES,
    *NONSENSE,
    *CURSORS,
    *PERSONAL,
    *FRAGMENTS,
    *SERVICE,
)
