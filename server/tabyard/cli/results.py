"""One line about a result or about a command, for people."""

from typing import Any, Final, cast

import orjson

from tabyard.cli.hub_client import as_object

__all__ = ["command_label", "result_line"]

LONGEST: Final = 300

TELLING: Final = ("result", "value", "title", "content", "text", "selected")
"""Members of typed results that say it all, the most telling first."""

DULL: Final = frozenset(
    {"success", "clicked", "hovered", "moved", "pressed", "typed", "waited", "slept"}
)
"""Members of results that say no more than that it was done."""


def command_label(tool: str, args: dict[str, Any]) -> str:
    """`browser_navigate goto`."""
    action = args.get("action")
    return f"{tool} {action}" if isinstance(action, str) else tool


def result_line(result: dict[str, Any] | None) -> str:
    """What a person wants to know first of a typed result, on one line; nothing when it is dull."""
    typed = as_object((result or {}).get("structuredContent"))
    if "width" in typed and "height" in typed:
        return f"{typed['width']}x{typed['height']} {typed.get('format', '')}".rstrip()
    for name in TELLING:
        if typed.get(name) not in (None, "", True):
            return _cut(" ".join(_shown(typed[name]).split()))
    count = typed.get("count")
    counted = next((name for name, value in typed.items() if isinstance(value, list)), None)
    if counted is not None and isinstance(count, int):
        return f"{count} {counted.removesuffix('s') if count == 1 else counted}"
    return "" if typed.keys() & DULL else _cut(orjson.dumps(typed).decode()) if typed else ""


def _shown(value: object) -> str:
    """`value` as a person writes it: a text without quotes, several with commas between them."""
    if isinstance(value, str):
        return value
    texts = cast("list[object]", value) if isinstance(value, list) else []
    if texts and all(isinstance(one, str) for one in texts):
        return ", ".join(map(str, texts))
    return orjson.dumps(value).decode()


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
