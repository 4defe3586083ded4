"""What Litestar's OpenAPI document would say wrongly: tuples, structs as arrays, Python's patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.plugins import OpenAPISchemaPlugin

if TYPE_CHECKING:
    from litestar import Request
    from litestar._openapi.schema_generation import SchemaCreator
    from litestar.typing import FieldDefinition


class Arrays(OpenAPISchemaPlugin):
    """Describes as arrays what msgspec writes as arrays."""

    @staticmethod
    def is_plugin_supported_type(_value: Any) -> bool:
        """Types alone do not tell."""
        return False

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whether msgspec writes the field as an array whose form Litestar does not know."""
        return field_definition.origin is tuple or _is_array(field_definition.annotation)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """Return the schema of the array."""
        if _is_array(field_definition.annotation):
            size = len(field_definition.annotation.__struct_fields__)
            return Schema(type=OpenAPIType.ARRAY, min_items=size, max_items=size)
        inner = field_definition.inner_types
        if field_definition.args[-1] is Ellipsis:
            items = schema_creator.for_field_definition(inner[0])
            return Schema(type=OpenAPIType.ARRAY, items=items)
        return Schema(type=OpenAPIType.ARRAY, min_items=len(inner), max_items=len(inner))


class Document(JsonRenderPlugin):
    """Serves the document in JSON."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document with patterns as OpenAPI wants them."""
        return super().render(request, with_ecma_patterns(openapi_schema))


def with_ecma_patterns(schema: Any) -> Any:
    r"""Return a schema with patterns in ECMA-262, whose `$` ends a text as `\Z` does in Python."""
    if isinstance(schema, list):
        return [with_ecma_patterns(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: with_ecma_patterns(value) for name, value in schema.items()}
    if isinstance(found.get("pattern"), str):
        found["pattern"] = found["pattern"].replace(r"\Z", "$")
    return found


def _is_array(annotation: Any) -> bool:
    config = getattr(annotation, "__struct_config__", None)
    return config is not None and bool(config.array_like)
