"""What the OpenAPI document says of lists, of products and of parts of pages."""

from __future__ import annotations

from selvedge.web.fragments import SLOTS
from selvedge.web.openapi_parameters import (
    EXPLAIN,
    FILTERS,
    FRAGMENT,
    LIST,
    ONLY_ORDER,
    PERSONAL,
    PERSONAL_ORDER,
    PLACE,
    PRODUCT,
    SHORT,
    SORT,
)
from selvedge.web.openapi_parts import (
    Document,
    fragment_answer,
    garment_answer,
    linked_answer,
    make_operation,
    other_answers,
    path_parameter,
    private_answer,
    product_answer,
    public_answer,
)


def list_paths(schemas: Document) -> Document:
    """Return the paths of lists; `schemas` are those of the structs by name."""
    return {
        "/v1/{market}/{locale}/products": {
            "get": make_operation(
                "listProducts",
                "List products that satisfy a filter; the same for everyone",
                [*PLACE, *LIST, SORT],
                {200: public_answer(schemas["ProductList"]), **other_answers(304, 308, 400, 404, 410, 503)},
            )
        },
        "/v1/{market}/{locale}/recommendations": {
            "get": make_operation(
                "recommend",
                "List products in a personal order, as far as consent allows",
                [*PLACE, *LIST, *PERSONAL],
                {200: private_answer(schemas["Recommendations"]), **other_answers(400, 404, 410, 429, 503)},
            )
        },
        "/v1/{market}/{locale}/fragments/{slot}": {
            "get": make_operation(
                "showFragment",
                "Show a part of a page as HTML; empty where there is nothing to show",
                [*PLACE, path_parameter("slot", "Which part", enum=list(SLOTS)), *FRAGMENT],
                {200: fragment_answer(), **other_answers(304, 308, 400, 404, 429, 503)},
            )
        },
    }


def product_paths(schemas: Document) -> Document:
    """Return the paths about one product."""
    return {
        "/v1/{market}/{locale}/products/{id}": {
            "get": make_operation(
                "showProduct",
                "Show a product with its offers and evidence",
                [*PLACE, PRODUCT],
                {200: product_answer(schemas["ProductPage"]), **other_answers(304, 400, 404, 410, 503)},
            )
        },
        "/v1/{market}/{locale}/products/{id}/jsonld": {
            "get": make_operation(
                "showProductAsJsonLd",
                "Show a product as JSON-LD, in the terms of schema.org and GS1",
                [*PLACE, PRODUCT],
                {200: linked_answer(), **other_answers(304, 308, 400, 404, 410, 503)},
            )
        },
        "/v1/{market}/{locale}/products/{id}/similar": {
            "get": make_operation(
                "listSimilar",
                "List what is like a product; the same for everyone",
                [*PLACE, PRODUCT, *LIST, ONLY_ORDER, EXPLAIN],
                {
                    200: public_answer(schemas["Recommendations"]),
                    **other_answers(304, 308, 400, 404, 410, 503),
                },
            )
        },
        "/v1/{market}/{locale}/products/{id}/alternatives": {
            "get": make_operation(
                "listAlternatives",
                "List what may stand in for a product, with the facts that are proven of each now",
                [*PLACE, PRODUCT, *FILTERS, SHORT, PERSONAL_ORDER],
                {
                    200: garment_answer(schemas["Recommendations"]),
                    **other_answers(304, 308, 400, 404, 410, 429, 503),
                },
            )
        },
    }
