"""What a submission must satisfy beyond its shape: every call has to fit a tool."""

from tabyard.core.errors import InvalidInput, UnknownTool
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.resources.task import CommandDraft
from tabyard_protocol.tools.catalogue import InvalidCall, ResolvedCall, resolve

__all__ = ["resolve_commands"]


def resolve_commands(
    commands: tuple[CommandDraft, ...], *, extra_tools: frozenset[str]
) -> tuple[ResolvedCall | None, ...]:
    """The calls that `commands` come to; None for a tool in `extra_tools`.

    Raises:
        UnknownTool: a tool or action that nobody has.
        InvalidInput: arguments that do not fit; the paths start with `commands[<index>]`.
    """
    return tuple(_resolve(index, command, extra_tools) for index, command in enumerate(commands))


def _resolve(index: int, command: CommandDraft, extra_tools: frozenset[str]) -> ResolvedCall | None:
    try:
        return resolve(command.tool_name, command.args, extra_tools=extra_tools)
    except InvalidCall as error:
        problems = {f"commands[{index}].{path}": text for path, text in error.details.items()}
        unknown = error.code is not ToolErrorCode.INVALID_ARGUMENTS
        kind = UnknownTool if unknown else InvalidInput
        raise kind(f"commands[{index}]: {error.message}", problems) from None
