"""The catalogue: all tools, and the one way from a caller's words to a call that will fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import ValidationError
from typing_extensions import override

from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.model import JsonObject
from tabyard_protocol.problems import problems, sentence
from tabyard_protocol.tools.aliases import canonical
from tabyard_protocol.tools.browser_content import BROWSER_CONTENT
from tabyard_protocol.tools.browser_debug import BROWSER_DEBUG
from tabyard_protocol.tools.browser_emulate import BROWSER_EMULATE
from tabyard_protocol.tools.browser_execute import BROWSER_EXECUTE
from tabyard_protocol.tools.browser_instance import BROWSER_INSTANCE
from tabyard_protocol.tools.browser_interact import BROWSER_INTERACT
from tabyard_protocol.tools.browser_navigate import BROWSER_NAVIGATE
from tabyard_protocol.tools.browser_network import BROWSER_NETWORK
from tabyard_protocol.tools.browser_tab import BROWSER_TAB
from tabyard_protocol.tools.definition import Action, Tool, ToolArgs
from tabyard_protocol.tools.sleep import SLEEP

__all__ = ["TOOLS", "InvalidCall", "ResolvedCall", "find_action", "resolve"]

TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        BROWSER_INSTANCE,
        BROWSER_TAB,
        BROWSER_NAVIGATE,
        BROWSER_CONTENT,
        BROWSER_INTERACT,
        BROWSER_EXECUTE,
        BROWSER_NETWORK,
        BROWSER_EMULATE,
        BROWSER_DEBUG,
        SLEEP,
    )
}
"""All tools by name."""


class InvalidCall(Exception):
    """A call that can't be made; `details` maps argument paths (`args.url`) to what is wrong."""

    def __init__(self, code: ToolErrorCode, message: str, details: Mapping[str, str]) -> None:
        super().__init__(code, message, details)
        self.code = code
        self.message = message
        self.details = details

    @override
    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class ResolvedCall:
    """A checked call: `args` in the wire's spelling, `action` included where the tool has any."""

    tool: str
    action: Action
    args: JsonObject
    timeout_ms: int | None
    """The deadline that the caller asked for, else the action's own, else None."""


def find_action(tool: str, args: Mapping[str, Any]) -> Action | None:
    """The action that already canonical `args` name; None for a tool outside the catalogue."""
    definition = TOOLS.get(tool)
    if definition is None:
        return None
    return definition.actions.get(str(args.get("action", "")))


def resolve(
    tool: str, args: Mapping[str, Any], *, extra_tools: frozenset[str] = frozenset()
) -> ResolvedCall | None:
    """The call that `tool` and `args` mean, aliases included; None for a tool in `extra_tools`.

    Raises:
        InvalidCall: unknown tool or action, or arguments that do not fit.
    """
    name, rewritten = canonical(tool, args)
    definition = TOOLS.get(name)
    if definition is None:
        if tool in extra_tools:
            return None
        valid = ", ".join([*TOOLS, *sorted(extra_tools)])
        message = f"Unknown tool '{tool}'. Valid tools: {valid}"
        raise InvalidCall(ToolErrorCode.UNKNOWN_TOOL, message, {"tool_name": message})
    action = _action_of(definition, rewritten)
    given = {key: value for key, value in rewritten.items() if key != "action"}
    if not _takes_instance(action.args):
        given.pop("instanceId", None)
    try:
        checked = action.args.model_validate(given)
    except ValidationError as error:
        details = problems(error, given, action.args, root="args")
        path, text = next(iter(details.items()))
        label = f"{name} {action.name}".rstrip()
        message = f"{label}: {sentence(path, text)}"
        raise InvalidCall(ToolErrorCode.INVALID_ARGUMENTS, message, details) from None
    wire = checked.to_object()
    if action.name:
        wire = {"action": action.name, **wire}
    return ResolvedCall(name, action, wire, checked.timeout or action.timeout_ms)


@cache
def _takes_instance(arguments: type[ToolArgs]) -> bool:
    """Whether an action itself has a use for `instanceId`, which names the browser otherwise."""
    return "instance_id" in arguments.model_fields


def _action_of(tool: Tool, args: Mapping[str, Any]) -> Action:
    """The action that `args` name, or the tool's only one."""
    name = args.get("action", "")
    if isinstance(name, str) and name in tool.actions:
        return tool.actions[name]
    if "" in tool.actions:
        message = f"{tool.name} has no actions; leave out 'action' ('{name}')"
    else:
        valid = ", ".join(tool.actions)
        missing = name == ""
        message = (
            f"{tool.name} needs an action: {valid}"
            if missing
            else f"{tool.name} has no action '{name}'. Valid actions: {valid}"
        )
    raise InvalidCall(ToolErrorCode.UNKNOWN_ACTION, message, {"args.action": message})
