"""The wire as JSON Schema: what a well-behaved sender writes, by groups."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from pydantic import TypeAdapter
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaMode

from tabyard_protocol.inventory import UNIONS, Direction, bodies
from tabyard_protocol.model import JsonObject
from tabyard_protocol.tools.catalogue import TOOLS

__all__ = ["render", "tidy"]

DIALECT: Final = GenerateJsonSchema.schema_dialect
MODES: Final[Mapping[Direction, JsonSchemaMode]] = {
    "sent": "serialization",
    "received": "validation",
}


def render() -> Mapping[str, JsonObject]:
    """The schemas by file name without its ending: the unions, the bodies and the tools."""
    unions = {union.name: union for union in UNIONS.values()}
    link = [unions["HubFrame"], unions["BrowserFrame"]]
    client = [unions["ClientRequest"], unions["ClientAnswer"], unions["HubEvent"]]
    actions = [action for tool in TOOLS.values() for action in tool.actions.values()]
    return {
        "link": _schema(
            "The link: hub and browser instance", [(u.name, u.union, u.direction) for u in link]
        ),
        "client": _schema(
            "The client WebSocket, and its events", [(u.name, u.union, u.direction) for u in client]
        ),
        "rest": _schema(
            "Bodies of the REST API",
            [
                *((model.__name__, model, "received") for model in bodies("received")),
                *((model.__name__, model, "sent") for model in bodies("sent")),
            ],
        ),
        "tools": _schema(
            "Arguments and results of the tools' actions",
            [
                *((action.args.__name__, action.args, "received") for action in actions),
                *((action.result.__name__, action.result, "sent") for action in actions),
            ],
        ),
    }


def _schema(title: str, types: Iterable[tuple[str, Any, Direction]]) -> JsonObject:
    """One document; each of `types` is a definition in it under its name."""
    by_name: dict[str, tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = {
        name: (name, MODES[way], TypeAdapter[Any](kind)) for name, kind, way in types
    }
    found, document = TypeAdapter.json_schemas(by_name.values(), ref_template=DEFAULT_REF_TEMPLATE)
    definitions: JsonObject = dict(document.get("$defs", {}))
    for (name, _mode), schema in found.items():
        if schema != {"$ref": f"#/$defs/{name}"}:
            definitions.setdefault(name, schema)
    tidied = {name: tidy(definitions[name]) for name in sorted(definitions)}
    return {"$schema": DIALECT, "title": title, "$defs": _united(tidied)}


def _united(definitions: JsonObject) -> JsonObject:
    """One definition where input and output of a model turned out the same."""
    same = {
        name: name.removesuffix("-Input")
        for name in definitions
        if name.endswith("-Input")
        and definitions[name] == definitions[name.removesuffix("-Input") + "-Output"]
    }
    text = json.dumps(definitions)
    for name, plain in same.items():
        text = text.replace(f'"#/$defs/{name}"', f'"#/$defs/{plain}"')
        text = text.replace(f'"#/$defs/{plain}-Output"', f'"#/$defs/{plain}"')
    united: JsonObject = json.loads(text)
    for name, plain in same.items():
        united[plain] = united.pop(name)
        del united[f"{plain}-Output"]
    return {name: united[name] for name in sorted(united)}


def tidy(schema: JsonObject) -> JsonObject:
    """`schema` without titles; None as a default means absence, and a tag is always there."""
    tidied = {key: _any(part) for key, part in schema.items() if key != "title"}
    properties: JsonObject | None = schema.get("properties")
    if properties is None:
        return tidied
    required = set(schema.get("required", ())) | {
        name for name, field in properties.items() if name == "type" and "const" in field
    }
    required -= {name for name, field in properties.items() if _is_absence(field)}
    tidied["properties"] = {name: _property(name, field) for name, field in properties.items()}
    tidied.pop("required", None)
    if required:
        tidied["required"] = [name for name in properties if name in required]
    return tidied


def _any(value: Any) -> Any:  # noqa: ANN401  (JSON of any kind)
    if isinstance(value, list):
        return [_any(part) for part in cast("list[Any]", value)]
    return tidy(cast("JsonObject", value)) if isinstance(value, dict) else value


def _is_absence(field: JsonObject) -> bool:
    return "default" in field and field["default"] is None


def _property(name: str, schema: JsonObject) -> JsonObject:
    field = {key: _any(part) for key, part in schema.items() if key != "title"}
    if name == "type" and "const" in field:
        field.pop("default", None)
    if _is_absence(field):
        del field["default"]
        choices = [part for part in field.pop("anyOf", ()) if part != {"type": "null"}]
        if len(choices) == 1:
            return choices[0] | field
        if choices:
            field["anyOf"] = choices
    return field
