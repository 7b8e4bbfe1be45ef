"""One line about a result or about a command, for people."""

from typing import Any, Final

import orjson

from tabyard.cli.hub_client import as_object

__all__ = ["command_label", "result_line"]

LONGEST: Final = 300


def command_label(tool: str, args: dict[str, Any]) -> str:
    """`browser_navigate goto`."""
    action = args.get("action")
    return f"{tool} {action}" if isinstance(action, str) else tool


def result_line(result: dict[str, Any] | None) -> str:
    """The typed result, on one line; what a person wants to know first where that is known."""
    typed = as_object((result or {}).get("structuredContent"))
    for telling in ("result", "value", "title", "content", "text", "screenshotId"):
        if typed.get(telling) not in (None, "", True):
            value = typed[telling]
            text = value if isinstance(value, str) else orjson.dumps(value).decode()
            return _cut(" ".join(text.split()))
    return _cut(orjson.dumps(typed).decode()) if typed else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
