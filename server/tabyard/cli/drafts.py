"""Reading a task from a file or stdin: the body of `POST /tasks`, or a bare list of commands."""

import sys
from pathlib import Path
from typing import Any

import orjson

from tabyard.cli.exits import CliError, ExitCode
from tabyard.cli.hub_client import as_object
from tabyard.cli.results import command_label

__all__ = ["read_draft"]

EXAMPLE = (
    '[{"tool_name": "browser_navigate", "args": {"action": "goto", "url": "https://example.com"}}]'
)


def read_draft(source: str) -> dict[str, Any]:
    """The task that `source` (a path, or `-` for stdin) describes, names and intentions filled in.

    Raises:
        CliError: there is no such file, or it holds no task.
    """
    text, stem = _read(source)
    source = stem if source == "-" else source
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _invalid(f"{source} is not JSON: {error}") from None
    draft: dict[str, Any] = {"commands": value} if isinstance(value, list) else as_object(value)
    if not isinstance(draft.get("commands"), list) or not draft["commands"]:
        raise _invalid(f"{source} has no commands.")
    named = [_named(as_object(one), source) for one in draft["commands"]]
    names = {"task_name": stem, "task_intention": f"Run {stem}"}
    return {**names, **draft, "commands": named}


def _named(command: dict[str, Any], source: str) -> dict[str, Any]:
    tool = command.get("tool_name")
    if not isinstance(tool, str):
        raise _invalid(f"{source}: every command needs at least a tool_name.")
    args = as_object(command.get("args"))
    return {"intention": command_label(tool, args), "args": args, **command}


def _read(source: str) -> tuple[bytes, str]:
    if source == "-":
        return sys.stdin.buffer.read(), "stdin"
    path = Path(source)
    try:
        return path.read_bytes(), path.stem
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CliError(f"{source}: {reason}", exit_code=ExitCode.INVALID) from None


def _invalid(message: str) -> CliError:
    return CliError(message, exit_code=ExitCode.INVALID, remedy=f"a task is at least: {EXAMPLE}")
