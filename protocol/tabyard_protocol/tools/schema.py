"""A tool as a language model or an MCP client is shown it: one flat object schema, kept small.

One object per tool instead of a union per action: models and clients handle it better, and it costs
a third of the tokens. Which arguments belong to which action stands in the description.
"""

from collections.abc import Iterator
from typing import Final, cast

from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.hub import ToolView
from tabyard_protocol.schema import tidy
from tabyard_protocol.shapes import slots
from tabyard_protocol.tools.definition import Action, Tool, ToolArgs

__all__ = ["describe", "signature"]

COMMON: Final = frozenset(slot.name for slot in slots(ToolArgs, sent=False))
"""Arguments that every action takes; named once per tool, not once per action."""

KEPT: Final = frozenset(
    {
        "additionalProperties",
        "anyOf",
        "const",
        "description",
        "enum",
        "items",
        "properties",
        "required",
        "type",
    }
)
"""What a caller has to know; limits are told by the error when somebody breaks them."""


def describe(tool: Tool) -> ToolView:
    """`tool` with its merged schema; the hub checks more than the schema can say."""
    properties: JsonObject = {}
    required: list[str] = []
    if "" not in tool.actions:
        properties["action"] = {"enum": list(tool.actions)}
        required.append("action")
    for action in tool.actions.values():
        schema = action.args.model_json_schema(mode="validation")
        definitions: JsonObject = schema.get("$defs", {})
        tidied = tidy(schema)
        if not action.name:
            required += tidied.get("required", [])
        for name, field in tidied["properties"].items():
            compact = _compact(field, definitions)
            properties[name] = _merged(properties.get(name), compact)
    for name in sorted(COMMON, key=list(properties).index):
        properties[name] = properties.pop(name)
    return ToolView(
        name=tool.name,
        description="\n".join([tool.description, *_lines(tool)]),
        input_schema={"type": "object", "properties": properties, "required": required},
    )


def signature(action: Action) -> str:
    """`click(selector|ref|x,y, button?)`: the arguments of `action`, common ones left out."""
    needs = action.args.NEEDS
    spoken_for = {name for need in needs for way in need.split("|") for name in way.split(",")}
    own = [
        slot.name if slot.required else f"{slot.name}?"
        for slot in slots(action.args, sent=False)
        if slot.name not in spoken_for | COMMON
    ]
    return f"{action.name}({', '.join([*needs, *own])})"


def _lines(tool: Tool) -> Iterator[str]:
    for action in tool.actions.values():
        if action.name:
            yield f"{signature(action)}: {action.summary}"


def _compact(field: JsonObject, definitions: JsonObject) -> JsonObject:
    """`field` with its references filled in and nothing but what is kept."""
    reference = field.get("$ref")
    if isinstance(reference, str):
        field = tidy(definitions[reference.rsplit("/", 1)[-1]])
        field.pop("description", None)
    compact: JsonObject = {
        key: _part(key, value, definitions) for key, value in field.items() if key in KEPT
    }
    if compact.get("additionalProperties") is False:
        del compact["additionalProperties"]
    if "enum" in compact or "const" in compact:
        compact.pop("type", None)
    return compact


def _part(key: str, value: object, definitions: JsonObject) -> object:
    """The value of one keyword, with the schemas inside it made compact."""
    match key:
        case "properties":
            fields = cast("JsonObject", value)
            return {name: _compact(inner, definitions) for name, inner in fields.items()}
        case "items":
            return _compact(cast("JsonObject", value), definitions)
        case "anyOf":
            return [_compact(choice, definitions) for choice in cast("list[JsonObject]", value)]
        case _:
            return value


def _merged(one: JsonObject | None, other: JsonObject) -> JsonObject:
    """What either action accepts under one name."""
    if one is None or one == other:
        return other
    text = "; ".join(
        dict.fromkeys(side["description"] for side in (one, other) if "description" in side)
    )
    said = {"description": text} if text else {}
    plain = [{k: v for k, v in side.items() if k != "description"} for side in (one, other)]
    if plain[0] != plain[1]:
        # Only the choices may differ: callers could not tell which type is for which action.
        plain = [{"enum": list(dict.fromkeys([*one["enum"], *other["enum"]]))}]
    return plain[0] | said
