"""The base of everything that crosses the wire."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

__all__ = ["JsonObject", "WireModel"]

JsonObject = dict[str, Any]
"""A JSON object whose shape belongs to its sender: metadata, raw arguments, structured results."""


class WireModel(BaseModel):
    """Anything that crosses the wire: immutable, camelCase outside, lenient about new fields."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        json_schema_serialization_defaults_required=True,
    )

    def to_json(self) -> bytes:
        """This value as compact JSON, by wire names, absent fields left out."""
        return self.__pydantic_serializer__.to_json(self, by_alias=True, exclude_none=True)

    def to_object(self) -> JsonObject:
        """This value as plain JSON-ready objects, by wire names, absent fields left out."""
        plain: JsonObject = self.__pydantic_serializer__.to_python(
            self, mode="json", by_alias=True, exclude_none=True
        )
        return plain
