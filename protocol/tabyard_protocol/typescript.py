"""The wire as TypeScript: one module of types, made from the models themselves.

What the hub sends has required fields where a default exists; what it receives may leave them out.
None as a default means absence, so such a field is `name?: T`, never `T | null`.
"""

import json
import types
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import override

from tabyard_protocol.docstrings import field_docs, summary
from tabyard_protocol.inventory import BODIES, ENUMS, UNIONS
from tabyard_protocol.model import JsonObject
from tabyard_protocol.shapes import bare, is_union, nested, slots
from tabyard_protocol.tools.catalogue import TOOLS
from tabyard_protocol.tools.definition import Action, Tool
from tabyard_protocol.version import CURRENT

__all__ = ["NameTaken", "render"]

HEADER: Final = """\
// Generated from protocol/tabyard_protocol by `make wire`. Do not edit.

/** A JSON object whose shape belongs to its sender. */
export type JsonObject = Readonly<Record<string, unknown>>;
"""

SCALARS: Final = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    types.NoneType: "null",
    object: "unknown",
    Any: "unknown",
}


class NameTaken(Exception):
    """Two different classes would become one TypeScript name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @override
    def __str__(self) -> str:
        return f"two wire types are called {self.name}"


class _Declarations:
    """Interfaces and enums in the order in which they are first needed, each once."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[type, bool]] = {}
        self.lines: list[str] = []

    def add(self, cls: type, *, sent: bool) -> None:
        """Declare `cls` after everything that it mentions."""
        if cls.__name__ in self._seen:
            known, direction = self._seen[cls.__name__]
            if known is not cls or (
                direction is not sent
                and issubclass(cls, BaseModel)
                and _interface(cls, sent=True) != _interface(cls, sent=False)
            ):
                raise NameTaken(cls.__name__)
            return
        self._seen[cls.__name__] = (cls, sent)
        if issubclass(cls, BaseModel):
            for slot in slots(cls, sent=sent):
                for part in nested(slot.annotation):
                    if issubclass(part, BaseModel | Enum):
                        self.add(part, sent=sent)
            self.lines.append(_interface(cls, sent=sent))
        else:
            assert issubclass(cls, Enum)
            self.lines.append(_enum(cls))


def render(*, extra: Iterable[type[BaseModel]] = ()) -> str:
    """The whole module; `extra` models are declared as well.

    Raises:
        NameTaken: two classes share a name, or one differs between its two directions.
    """
    declared = _Declarations()
    for enum in ENUMS:
        declared.add(enum, sent=True)
    for union in UNIONS.values():
        for model in union.models:
            declared.add(model, sent=union.direction == "sent")
        names = "\n  | ".join(model.__name__ for model in union.models)
        declared.lines.append(
            f"{_comment(union.summary)}export type {union.name} =\n  | {names};\n"
        )
    for body in BODIES:
        declared.add(body.model, sent=body.direction == "sent")
    for tool in TOOLS.values():
        for action in tool.actions.values():
            declared.add(action.args, sent=False)
            declared.add(action.result, sent=True)
    for model in extra:
        declared.add(model, sent=True)
    version = (
        f"/** The wire revision that this file describes. */\nexport const PROTOCOL = {CURRENT};\n"
    )
    return "\n".join([HEADER, version, *declared.lines, *_tools()])


def _comment(text: str | None, indent: str = "") -> str:
    return f"{indent}/** {text} */\n" if text else ""


def _interface(model: type[BaseModel], *, sent: bool) -> str:
    docs = field_docs(model)
    lines = [f"{_comment(summary(model))}export interface {model.__name__} {{\n"]
    for slot in slots(model, sent=sent):
        mark = "" if slot.required else "?"
        said = slot.description or docs.get(slot.attribute)
        lines.append(_comment(said, "  "))
        lines.append(f"  readonly {slot.name}{mark}: {_type(slot.annotation)};\n")
    return "".join([*lines, "}\n"])


def _enum(enum: type[Enum]) -> str:
    docs = field_docs(enum)
    lines = [f"{_comment(summary(enum))}export const {enum.__name__} = {{\n"]
    for member in enum:
        lines.append(_comment(docs.get(member.name), "  "))
        lines.append(f"  {member.name}: {json.dumps(member.value)},\n")
    name = enum.__name__
    lines.append(f"}} as const;\nexport type {name} = (typeof {name})[keyof typeof {name}];\n")
    return "".join(lines)


def _type(annotation: Any) -> str:  # noqa: ANN401  (types have no common type)
    annotation = bare(annotation)
    if annotation == JsonObject:
        return "JsonObject"
    if annotation in SCALARS:
        return SCALARS[annotation]
    if is_union(annotation):
        return " | ".join(dict.fromkeys(_type(part) for part in get_args(annotation)))
    return _generic(annotation)


def _generic(annotation: Any) -> str:  # noqa: ANN401  (types have no common type)
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Literal:
            return " | ".join(json.dumps(value) for value in arguments)
        case origin if origin in (tuple, list):
            item = _type(arguments[0])
            return f"readonly ({item})[]" if " | " in item else f"readonly {item}[]"
        case origin if origin is dict:
            return f"Readonly<Record<string, {_type(arguments[1])}>>"
        case _:
            return annotation.__name__


def _tools() -> Iterator[str]:
    """The catalogue: what each action takes and returns, and what may be done with it."""
    yield (
        '/** Arguments and result of each action of each tool; `""` where a tool has only one. */\n'
        + (
            "export interface ToolActions {\n"
            + "".join(_signatures(tool) for tool in TOOLS.values())
            + "}\n"
        )
    )
    yield (
        "export type ToolName = keyof ToolActions;\n"
        "export type ActionName<T extends ToolName> = keyof ToolActions[T] & string;\n"
    )
    for tool in TOOLS.values():
        yield _tool_args(tool)
    yield (
        "/** The arguments of a tool as they travel, `action` included. */\n"
        "export interface ToolArguments {\n"
        + "".join(f"  readonly {tool.name}: {_pascal(tool.name)}Args;\n" for tool in TOOLS.values())
        + "}\n"
        "export type ArgsOf<T extends ToolName> = ToolArguments[T];\n"
        "export type ResultOf<T extends ToolName, A extends ActionName<T> = ActionName<T>> =\n"
        "  ToolActions[T][A] extends { readonly result: infer R } ? R : never;\n"
    )
    yield (
        "/** What an action is, beyond its types. */\n"
        "export interface ActionFacts {\n"
        '  readonly place: "browser" | "hub";\n'
        "  readonly readOnly: boolean;\n"
        "  readonly retrySafe: boolean;\n"
        "  readonly destructive: boolean;\n"
        "}\n"
    )
    facts = "".join(_facts(tool) for tool in TOOLS.values())
    yield (
        "/** All tools with their actions. */\n"
        f"export const TOOLS = {{\n{facts}}} as const satisfies {{\n"
        "  readonly [T in ToolName]: { readonly [A in ActionName<T>]: ActionFacts };\n"
        "};\n"
    )
    yield CALLS


CALLS: Final = """\
/** A call of the catalogue: narrowing `tool` narrows `args`. */
export type CatalogueCall = {
  readonly [T in ToolName]: { readonly tool: T; readonly args: ArgsOf<T> };
}[ToolName];

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(TOOLS, name);
}

/**
 * The call with its type; undefined when the catalogue has no such tool or action. The arguments
 * themselves are taken on trust: the hub has checked them before it sends a call.
 */
export function catalogueCall(name: string, args: JsonObject): CatalogueCall | undefined {
  if (!isToolName(name)) return undefined;
  const action = args["action"] ?? "";
  if (typeof action !== "string" || !Object.hasOwn(TOOLS[name], action)) return undefined;
  return { tool: name, args } as unknown as CatalogueCall;
}
"""


def _signatures(tool: Tool) -> str:
    actions = "".join(
        f"    readonly {_key(action)}: "
        f"{{ readonly args: {action.args.__name__}; readonly result: {action.result.__name__} }};\n"
        for action in tool.actions.values()
    )
    return f"  readonly {tool.name}: {{\n{actions}  }};\n"


def _tool_args(tool: Tool) -> str:
    """`{action: "goto"} & NavigateGoto | …`, so that a `switch` on `action` is exhaustive."""
    name = f"{_pascal(tool.name)}Args"
    parts = [
        f'({{ readonly action: "{action.name}" }} & {action.args.__name__})'
        if action.name
        else action.args.__name__
        for action in tool.actions.values()
    ]
    if len(parts) == 1:
        return f"export type {name} = {parts[0]};\n"
    return f"export type {name} =\n  | " + "\n  | ".join(parts) + ";\n"


def _facts(tool: Tool) -> str:
    lines = [f"  {tool.name}: {{\n"]
    for action in tool.actions.values():
        facts = {
            "place": action.place,
            "readOnly": action.read_only,
            "retrySafe": action.retry_safe,
            "destructive": action.destructive,
        }
        body = ", ".join(f"{key}: {json.dumps(value)}" for key, value in facts.items())
        lines.append(f"    {_key(action)}: {{ {body} }},\n")
    return "".join([*lines, "  },\n"])


def _key(action: Action) -> str:
    return action.name or '""'


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
