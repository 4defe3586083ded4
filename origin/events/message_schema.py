"""The schema of a message for the OpenAPI document, made from the struct that decodes it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.openapi.spec import Schema

from selvedge.events.handover import Message

_TEMPLATE = "{name}"

_NAMES = {
    "type": "type", "enum": "enum", "const": "const", "format": "format", "pattern": "pattern",
    "required": "required", "minimum": "minimum", "maximum": "maximum", "minLength": "min_length",
    "maxLength": "max_length", "minItems": "min_items", "maxItems": "max_items",
    "maxProperties": "max_properties",
}  # fmt: skip
"""Keywords of JSON Schema whose values stay as they are, and what Litestar calls them."""


def message_schema() -> Schema:
    """Return the schema of a message, with all that it is made of in its place."""
    (root,), components = msgspec.json.schema_components([Message], ref_template=_TEMPLATE)
    return _schema(root, components)


def _schema(found: dict[str, Any], components: dict[str, Any]) -> Schema:
    if "$ref" in found:
        return _schema(components[found["$ref"]], components)
    made = {name: found[keyword] for keyword, name in _NAMES.items() if keyword in found}
    if "anyOf" in found:
        made["any_of"] = [_schema(one, components) for one in found["anyOf"]]
    if "items" in found:
        made["items"] = _schema(found["items"], components)
    if "properties" in found:
        made["properties"] = {name: _schema(one, components) for name, one in found["properties"].items()}
    more = found.get("additionalProperties")
    if more is not None:
        made["additional_properties"] = _schema(more, components) if isinstance(more, dict) else more
    if "propertyNames" in found:
        made["property_names"] = _schema(found["propertyNames"], components)
    return Schema(**made)
