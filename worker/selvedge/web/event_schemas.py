"""Events for the OpenAPI document, made from the structs that decode them."""

from __future__ import annotations

from typing import Any

import msgspec

from selvedge.events.batch import MAX_EVENTS
from selvedge.events.event import Event

Document = dict[str, Any]

FIELDS: dict[str, str] = {
    "type": "What happened.",
    "id": "Made by the page, once; what comes with it again is the same event.",
    "time": "When it happened, with an offset; else it is when it was received.",
    "recommendationId": "Of the answer that the event is about.",
    "slot": "Where on the page it happened.",
    "experiments": "Of that answer: the arm by experiment.",
    "product": "The product's (colourway's) identifier.",
    "offer": "The size chosen: its GTIN, else the size.",
    "position": "Place in the list, from 0.",
    "quantity": "How many.",
    "price": "Of one, in minor units of `priceCurrency`.",
    "priceCurrency": "ISO 4217.",
    "order": "The order's number.",
    "filter": "The list's canonical query.",
    "query": "What was searched for.",
    "results": "How many were found.",
}


def event_components(ref_template: str) -> dict[str, Document]:
    """Return the schema of every type of event, by its name among the document's components."""
    _, components = msgspec.json.schema_components([Event], ref_template=ref_template)
    return {name: _described(schema) for name, schema in components.items()}


def batch_schema(ref_template: str) -> Document:
    """Return the schema of a batch. It is taken with any items: what is no event is told as rejected."""
    (event,), _ = msgspec.json.schema_components([Event], ref_template=ref_template)
    other = {"description": "Anything else is answered among `rejected`, and the batch taken all the same."}
    return {
        "type": "object",
        "required": ["events"],
        "additionalProperties": False,
        "properties": {
            "events": {
                "type": "array",
                "description": "Judged one by one; docs/events.md says what each is for.",
                "minItems": 1,
                "maxItems": MAX_EVENTS,
                "items": {"anyOf": [event, other]},
            }
        },
    }


def _described(schema: Document) -> Document:
    properties = {}
    for field, kind in schema["properties"].items():
        (present,) = [one for one in kind.get("anyOf", [kind]) if one != {"type": "null"}]
        plain = {key: value for key, value in present.items() if key != "default"}
        properties[field] = {**plain, "description": FIELDS[field]}
    return {**schema, "properties": properties}
