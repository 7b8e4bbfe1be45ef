"""What a submission must satisfy beyond its shape: every call has to fit a tool."""

from collections.abc import Mapping
from typing import Final

from tabyard.core.errors import InvalidInput, UnknownAction, UnknownTool
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.resources.task import CommandDraft
from tabyard_protocol.tools.catalogue import InvalidCall, ResolvedCall, resolve

__all__ = ["refusal", "resolve_commands"]

KINDS: Final[Mapping[ToolErrorCode, type[InvalidInput]]] = {
    ToolErrorCode.UNKNOWN_TOOL: UnknownTool,
    ToolErrorCode.UNKNOWN_ACTION: UnknownAction,
}
"""The refusals that are more than arguments that do not fit."""


def refusal(error: InvalidCall, *, at: str = "") -> InvalidInput:
    """What to tell the caller; `at` is the path of the call in what was sent."""
    kind = KINDS.get(error.code, InvalidInput)
    if not at:
        return kind(error.message, error.details)
    problems = {f"{at}.{path}": text for path, text in error.details.items()}
    return kind(f"{at}: {error.message}", problems)


def resolve_commands(
    commands: tuple[CommandDraft, ...], *, extra_tools: frozenset[str]
) -> tuple[ResolvedCall | None, ...]:
    """The calls that `commands` come to; None for a tool in `extra_tools`.

    Raises:
        UnknownTool, UnknownAction: a tool or action that nobody has.
        InvalidInput: arguments that do not fit; the paths start with `commands[<index>]`.
    """
    return tuple(_resolve(index, command, extra_tools) for index, command in enumerate(commands))


def _resolve(index: int, command: CommandDraft, extra_tools: frozenset[str]) -> ResolvedCall | None:
    try:
        return resolve(command.tool_name, command.args, extra_tools=extra_tools)
    except InvalidCall as error:
        raise refusal(error, at=f"commands[{index}]") from None
