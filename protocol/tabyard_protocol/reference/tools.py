"""`tools.md`: every tool and action with arguments, result and an example."""

import json
from collections.abc import Iterator
from typing import Final

from tabyard_protocol.docstrings import summary
from tabyard_protocol.model import JsonObject
from tabyard_protocol.reference.markdown import GENERATED, fields, parts
from tabyard_protocol.shapes import slots
from tabyard_protocol.tools.aliases import ACTIONS, WIRE_NAMES
from tabyard_protocol.tools.catalogue import TOOLS
from tabyard_protocol.tools.definition import Action, Tool, ToolArgs

__all__ = ["call_of", "tools_page"]

COMMON: Final = [slot.name for slot in slots(ToolArgs, sent=False)]

PAGE: Final = """\
# Tools

What a command of a task names in `tool_name`, and what `POST /api/tools/{name}` runs at once. The
example of an action is its `args` in a command, or the whole body of that request:

    curl -X POST http://127.0.0.1:3300/api/tools/browser_navigate \\
      -H "Content-Type: application/json" -d '{"action":"goto","url":"https://example.com"}'

Every action takes two more arguments: `tabId`, an integer or `"active"` for the tab that the person
looks at (default: the task's own tab), and `timeout` in milliseconds.

## Naming elements

Where an action takes `selector`, it also takes `ref`, an element of the last snapshot.

| selector | finds |
|---|---|
| `#buy`, `form > input` | by CSS; open shadow roots are searched as well |
| `text=Buy now` | the smallest element with exactly this text |
| `button:has-text(Buy)` | by CSS, with this text somewhere inside |
| `role=button[name="Save"]` | by ARIA role and accessible name |
| `xpath=//main//a` | by XPath |
| `my-card >>> .price` | the second inside the shadow root of the first |

`frame` looks inside a frame, by its name, a part of its URL, or its index. The first match in the
order of the document is taken. An action waits until its element is attached, visible, not moving,
enabled and hit by the pointer; when its deadline passes first, it fails and says what was missing.
"""


def tools_page() -> str:
    """The whole catalogue."""
    known: set[type] = set()
    sections = [text for tool in TOOLS.values() for text in _tool(tool)]
    shared = [
        text
        for tool in TOOLS.values()
        for action in tool.actions.values()
        for model, sent in ((action.args, False), (action.result, True))
        for text in parts([model], sent=sent, known=known)
    ]
    return "\n".join([GENERATED, PAGE, *sections, "## Parts\n", *shared, *_aliases()])


def call_of(action: Action) -> JsonObject:
    """The example of `action` with its name, ready to be sent."""
    return {"action": action.name, **action.example} if action.name else dict(action.example)


def _tool(tool: Tool) -> Iterator[str]:
    yield f"## {tool.name}\n\n{tool.description}.\n"
    for action in tool.actions.values():
        if action.name:
            yield f"### {tool.name} {action.name}\n"
        yield f"{action.summary}. {_facts(action)}\n"
        yield f"```json\n{json.dumps(call_of(action), ensure_ascii=False)}\n```\n"
        arguments = fields(action.args, sent=False, without=COMMON)
        if arguments:
            yield f"{summary(action.args)}\n\n{arguments}"
        for need in action.args.NEEDS:
            yield f"Needs {_need(need)}.\n"
        yield f"Returns: {summary(action.result)}\n\n{fields(action.result, sent=True)}"


def _facts(action: Action) -> str:
    said = [
        *(["Runs on the hub."] if action.place == "hub" else []),
        *(["Only reads."] if action.read_only else []),
        *(["Can't be undone."] if action.destructive else []),
        "Safe to repeat." if action.retry_safe else "Never repeated by itself.",
        *([f"Default deadline {action.timeout_ms} ms."] if action.timeout_ms else []),
    ]
    return " ".join(said)


def _need(need: str) -> str:
    ways = [" with ".join(f"`{name}`" for name in way.split(",")) for way in need.split("|")]
    return f"{', '.join(ways[:-1])} or {ways[-1]}"


def _aliases() -> Iterator[str]:
    yield "## Other names\n\nThese are understood as well, in tasks and in requests.\n"
    yield "| written | means |\n|---|---|"
    for tool, names in ACTIONS.items():
        for alias, (action, implied) in names.items():
            meant = " ".join(
                filter(None, [tool, action, *(f"{k} {v}" for k, v in implied.items())])
            )
            yield f"| `{tool} {alias}` | `{meant}` |"
    for name, (tool, action) in WIRE_NAMES.items():
        yield f"| `{name}` | `{f'{tool} {action}'.rstrip()}` |"
    yield "| `browser_execute` with `script` | the script is the body of a function |"
    yield "| `browser_interact scroll` with `direction`, `amount` | `deltaX` or `deltaY` |\n"
