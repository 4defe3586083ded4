"""A product page as JSON-LD, in schema.org's and GS1's words, for pages to embed and crawlers to read.

It has a path of its own: a media type asked for in a header would be hidden from shared caches.
https://schema.org/Product, https://schema.org/Certification and https://ref.gs1.org/voc/ list the terms.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from selvedge.web.http import JSON_LD, Response
from selvedge.web.money import plain_amount
from selvedge.web.products import answer_product

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.certifications import Certification, DerivedFact
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request
    from selvedge.web.items import Material, ProductPage, ServedOffer

    Node = dict[str, Any]

CONTEXT = {
    "@vocab": "https://schema.org/",
    "gs1": "https://ref.gs1.org/voc/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_SCHEMA = "https://schema.org/"
_SECOND = timedelta(seconds=1)
_PRODUCT, _BRAND = "_:product", "_:brand"


async def show_jsonld(
    edge: Edge, request: Request, background: Background, market: str, locale: str, product_id: str
) -> Response:
    """`GET /v1/{market}/{locale}/products/{id}/jsonld`."""
    path = f"/v1/{market}/{locale}/products/{quote(product_id, safe='')}/jsonld"
    answer, headers = await answer_product(edge, request, background, market, locale, product_id, path)
    if isinstance(answer, Response):
        return answer
    return Response(200, {"Content-Type": JSON_LD, **headers}, encode(describe(answer, locale)))


def encode(node: Node) -> bytes:
    """Return JSON that no text in it can end a `script` element with."""
    return msgspec.json.encode(node).replace(b"<", b"\\u003c")


def describe(page: ProductPage, locale: str) -> Node:
    """Return the product as a JSON-LD node; what is not known is absent."""
    whole = [one for one in page.has_certification if one.component is None]
    own = [_certification(one, number, locale, _PRODUCT) for number, one in enumerate(whole)]
    passport = page.digital_product_passport
    node = {
        "@context": CONTEXT,
        "@id": _PRODUCT,
        "@type": "Product",
        "productID": page.id,
        "inProductGroupWithID": page.in_product_group_with_id,
        "name": page.name,
        "description": page.description,
        "brand": _brand(page, locale),
        "color": page.color_name,
        "image": page.image,
        "url": page.url,
        "countryOfOrigin": page.country_of_origin and _country(page.country_of_origin),
        "material": [one.name for one in page.material],
        "gs1:textileMaterial": [_textile(one, locale) for one in page.material],
        "hasCertification": own,
        "gs1:certification": [{"@id": one["@id"]} for one in own],
        "gs1:dpp": passport and {"@id": passport},
        "additionalProperty": _percentages(page),
        "offers": [_offer(one) for one in page.offers],
    }
    return _present(node)


def _present(node: Node) -> Node:
    return {name: value for name, value in node.items() if value not in (None, "", [])}


def _country(code: str) -> Node:
    return {"@type": "Country", "identifier": code}


def _text(text: str, locale: str) -> Node:
    return {"@value": text, "@language": locale}


def _textile(material: Material, locale: str) -> Node:
    return _present(
        {
            "@type": "gs1:TextileMaterialDetails",
            "gs1:textileMaterialDescription": _text(material.name, locale),
            "gs1:textileMaterialPercentage": material.percentage,
        }
    )


def _brand(page: ProductPage, locale: str) -> Node:
    """Return the brand; a certificate of it stands there and not on the product."""
    of_brand = [one for one in page.related_certification if one.level == "brand" and one.component is None]
    if not of_brand:
        return {"@type": "Brand", "name": page.brand}
    start = len(page.has_certification)
    certified = [
        _certification(one, number, locale, _BRAND) for number, one in enumerate(of_brand, start=start)
    ]
    return {"@id": _BRAND, "@type": "Organization", "name": page.brand, "hasCertification": certified}


def _certification(one: Certification, number: int, locale: str, about: str) -> Node:
    """Return a certificate of the node `about`; one of the material alone says so."""
    part = one.level if one.level == "material" else None
    subject = None if part else {"@id": about}
    return _present(
        {
            "@id": f"_:certificate{number}",
            "@type": ["Certification", "gs1:CertificationDetails"],
            "name": one.name,
            "identifier": one.scheme,
            "certificationIdentification": one.certification_identification,
            "certificationStatus": {"@id": f"{_SCHEMA}CertificationActive"},
            "issuedBy": one.issued_by and {"@type": "Organization", "name": one.issued_by},
            "about": part and {"@type": "Thing", "name": part},
            "validFrom": one.valid_from,
            "expires": one.valid_through,
            "hasMeasurement": None if one.percentage is None else _percent(one.percentage),
            "gs1:certificationStandard": _text(one.name, locale),
            "gs1:certificationAgency": one.issued_by and _text(one.issued_by, locale),
            "gs1:certificationIdentification": one.certification_identification,
            "gs1:certificationStatus": {"@id": "gs1:CertificationStatus-ACTIVE"},
            "gs1:certificationStartDate": one.valid_from and _date(one.valid_from),
            "gs1:certificationEndDate": one.valid_through and _date(one.valid_through, before=_SECOND),
            "gs1:certificationSubject": subject,
        }
    )


def _date(moment: str, before: timedelta = timedelta()) -> Node:
    """Return a day (UTC). GS1's last day of validity is inclusive, our end is not."""
    day = (datetime.fromisoformat(moment) - before).date()
    return {"@type": "xsd:date", "@value": day.isoformat()}


def _percent(value: float) -> Node:
    return {"@type": "QuantitativeValue", "value": value, "unitCode": "P1"}


def _percentages(page: ProductPage) -> list[Node]:
    """Return the shares that schema.org has no term for, by the names of the filter grammar.

    The one that the shop states, and of those derived the highest that holds now.
    """
    shares = {one.name: one.value for one in sorted(page.derived, key=_share) if _share(one) >= 0}
    if page.recycled_content_percentage is not None:
        shares["recycledContentPercentage"] = page.recycled_content_percentage
    return [
        {"@type": "PropertyValue", "propertyID": name, "value": value, "unitCode": "P1"}
        for name, value in sorted(shares.items())
    ]


def _share(one: DerivedFact) -> float:
    return -1.0 if isinstance(one.value, str) else one.value


def _offer(one: ServedOffer) -> Node:
    return _present(
        {
            "@type": "Offer",
            "availability": {"@id": f"{_SCHEMA}{one.availability}"},
            "price": plain_amount(one.price, one.price_currency),
            "priceCurrency": one.price_currency,
            "gtin": one.gtin,
            "itemOffered": {"@type": "Product", "size": one.size},
        }
    )
