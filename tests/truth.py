"""The truth by brute force: what each answer must be, read off the catalogue product by product.

Slow and plain on purpose; it shares no code with what it checks but the base order's definition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from origin.building.arrangement import arrange
from origin.building.facts import slug

if TYPE_CHECKING:
    from collections.abc import Callable

    from selvedge.catalogue.model import Catalogue, Component, Evidence, Offer, Product, ProductGroup
    from selvedge.catalogue.query import FacetFilter, Query, RangeFilter

LEVELS = {
    "certification": ("product", "material"),
    "facilityCertification": ("facility",),
    "brandCertification": ("brand",),
}

LEAST = {
    "organicContent": {
        "GOTS_ORGANIC": 95,
        "GOTS_MADE_WITH_ORGANIC_MATERIALS": 70,
        "ORGANIC_CONTENT_STANDARD_100": 95,
        "ORGANIC_CONTENT_STANDARD_BLENDED": 5,
        "IVN_NATURTEXTIL": 100,
    },
    "recycledContent": {
        "GLOBAL_RECYCLED_STANDARD": 50,
        "RECYCLED_CLAIM_STANDARD_100": 95,
        "RECYCLED_CLAIM_STANDARD_BLENDED": 5,
    },
}
"""The schemes that have content of a kind, and the least that a certificate means which states no share."""

STEPS = {"organicContent": (5, 70, 95), "recycledContent": (5, 20, 50, 95)}
GROWN = {
    "alpaca",
    "angora",
    "cashmere",
    "cotton",
    "hemp",
    "jute",
    "linen",
    "mohair",
    "ramie",
    "silk",
    "wool",
    "yak",
}
"""The fibres of the demo shop and of `tests.wardrobe` that grow."""

COUNTRIES = {
    "africa": "EG ET MA MG MU TN",
    "americas": "PE",
    "asia": "BD CN ID IN JO KH LK MM PK TH TR VN",
    "europe": "AL BG ES GR IT LT NL PL PT RO RS SE UA",
    "eu": "BG ES GR IT LT NL PL PT RO SE",
}
"""Where the demo shop and `tests.wardrobe` have garments made, by region."""


class Truth:
    """One market of a catalogue at one time (epoch seconds)."""

    def __init__(self, catalogue: Catalogue, market: str, now: int) -> None:
        self.now = now
        self.market = market
        self.ranked = arrange(catalogue).products
        self.rank = {product.id: rank for rank, product in enumerate(self.ranked)}
        self.groups: dict[str, ProductGroup] = {group.id: group for group in catalogue.groups}

    def in_stock(self, product: Product) -> list[Offer]:
        return [one for one in product.offers if one.market == self.market and one.stock > 0]

    def counts(self, evidence: Evidence) -> bool:
        start, end = evidence.valid_from, evidence.valid_to
        return (start is None or start.timestamp() <= self.now) and (
            end is None or self.now < end.timestamp()
        )

    @staticmethod
    def is_whole(product: Product, evidence: Evidence) -> bool:
        """Whether evidence is about all of the product: nothing is beside its component, if it has one."""
        names = [part.name for part in product.components]
        return evidence.component is None or names == [evidence.component]

    @staticmethod
    def is_open(part: Component) -> bool:
        """Whether there may be fibres in `part` beside those that the shop names."""
        if not part.fibres or not all(fibre.known for fibre in part.fibres):
            return True
        shares = [fibre.percentage for fibre in part.fibres]
        return None not in shares and sum(share or 0 for share in shares) < 99.5

    def values(self, product: Product, field: str) -> set[str]:  # noqa: PLR0911 - a rule for each field
        """The values that `product` has in a field now."""
        if field in LEVELS:
            schemes = {
                one.scheme
                for one in product.evidence
                if one.level in LEVELS[field] and self.counts(one) and self.is_whole(product, one)
            }
            return schemes or {"unknown"}
        if field in LEAST:
            share = self.certified(product, field)
            return {f"at_least_{step}" for step in STEPS[field] if share >= step} or {"unknown"}
        if field == "fibreMix":
            known = {fibre.fibre for part in product.components for fibre in part.fibres if fibre.known}
            if len(known) > 1:
                return {"several_fibres"}
            told = product.components and not any(map(self.is_open, product.components))
            return {"single_fibre"} if told else {"unknown"}
        if field == "madeInRegion":
            country = product.country_of_origin or "none"
            return {region for region, made in COUNTRIES.items() if country in made} or {"unknown"}
        if field == "material":
            known = {fibre.fibre for part in product.components for fibre in part.fibres if fibre.known}
            open_parts = [part for part in product.components if self.is_open(part)]
            return known if product.components and not open_parts else known | {"unknown"}
        if field == "size":
            return {one.size for one in self.in_stock(product)}
        group = self.groups[product.group]
        single = {
            "brand": slug(group.brand),
            "category": group.category,
            "color": product.color,
            "countryOfOrigin": product.country_of_origin or "unknown",
        }
        return {single[field]}

    def certified(self, product: Product, field: str) -> float:
        """The share in percent that a certificate of the product itself carries now; 0 without one."""
        grown = self.grown(product) if len(product.components) == 1 else None
        shares = [0.0]
        for one in product.evidence:
            if (
                one.scheme in LEAST[field]
                and one.level == "product"
                and self.counts(one)
                and self.is_whole(product, one)
            ):
                share = LEAST[field][one.scheme] if one.share is None else one.share
                bounded = field == "organicContent" and grown is not None and grown + 0.5 < share
                shares.append(grown if bounded and grown is not None else share)
        return max(shares)

    @staticmethod
    def grown(product: Product) -> float | None:
        """The natural share of the main component, if all of it is told and adds up."""
        main = product.components[0].fibres if product.components else ()
        total = sum(one.percentage or 0 for one in main)
        if not all(one.known and one.percentage is not None for one in main) or not 99.5 <= total <= 100.5:
            return None
        return min(100, sum(one.percentage or 0 for one in main if one.fibre in GROWN))

    @staticmethod
    def is_stated(product: Product) -> bool:
        """Whether the main component states all its shares, and leaves nothing open."""
        main = product.components[0].fibres if product.components else ()
        whole = bool(main) and all(one.known and one.percentage is not None for one in main)
        return whole and sum(one.percentage or 0 for one in main) >= 99.5

    def number(self, product: Product, field: str) -> int | None:
        """The number that a range filter on `field` looks at."""
        if field == "price":
            return min((one.price for one in self.in_stock(product)), default=None)
        if field == "recycledContentPercentage":
            share = product.recycled_content_percentage
            return None if share is None else int(share)
        if field == "naturalFibrePercentage":
            grown = self.grown(product)
            return None if grown is None else int(grown)
        fibre = field.removeprefix("share.")
        main = product.components[0].fibres if product.components else ()
        shares = [one.percentage for one in main if one.known and one.fibre == fibre]
        known = [share for share in shares if share is not None]
        if known:
            return int(sum(known))
        return 0 if self.is_stated(product) and not shares else None

    def matching(self, query: Query, *, without: str | None = None) -> list[Product]:
        """The products on sale that satisfy `query`, in base order."""
        return [
            product
            for product in self.ranked
            if self.in_stock(product)
            and all(self._has(product, one) for one in query.facet_filters if one.field != without)
            and all(self._lies(product, one) for one in query.range_filters)
        ]

    def _has(self, product: Product, one: FacetFilter) -> bool:
        has = self.values(product, one.field)
        if one.mode == "any":
            return bool(has & set(one.values))
        if one.mode == "all":
            return has >= set(one.values)
        return not has & {*one.values, "unknown"}

    def _lies(self, product: Product, one: RangeFilter) -> bool:
        number = self.number(product, one.field)
        if number is None:
            return False
        return (one.low is None or one.low <= number) and (one.high is None or number <= one.high)

    def whole(self, query: Query) -> list[str]:
        """The ids of the whole list that `query` asks for, in order."""
        ordered = sorted(self.matching(query), key=self.sort_key(query.sort))
        return self.each_style_once(ordered, every=query.every_colourway)

    def sort_key(self, sort: str) -> Callable[[Product], tuple[int, int]]:
        sign: dict[str, Callable[[Product], int]] = {
            "relevance": lambda _: 0,
            "price": lambda product: self.number(product, "price") or 0,
            "-price": lambda product: -(self.number(product, "price") or 0),
            "newest": lambda product: -(int(product.published.timestamp()) // 86_400),
        }
        return lambda product: (sign[sort](product), self.rank[product.id])

    @staticmethod
    def each_style_once(ordered: list[Product], *, every: bool) -> list[str]:
        seen: set[str] = set()
        shown = []
        for product in ordered:
            if every or product.group not in seen:
                seen.add(product.group)
                shown.append(product.id)
        return shown

    def score(self, product: Product, weights: dict[tuple[str, str], int], base: int) -> int:
        """The personal score of a product: its base score and the weights of the values it has."""
        return base + sum(
            weight for (field, value), weight in weights.items() if value in self.values(product, field)
        )


def ids(answer: dict[str, Any]) -> list[str]:
    """The ids of a page, in order."""
    return [item["id"] for item in answer["items"]]
