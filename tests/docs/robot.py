"""A browser that is none: joins the hub as a script and answers every tool with something fit.

usage: robot.py HUB_URL LABEL
"""

import json
import sys
from typing import Any, Final

import httpx2
from websockets.sync.client import connect

PIXEL: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
URL: Final = "https://example.com/"
RESULTS: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("browser_content", "get"): {
        "content": "Example Domain",
        "format": "text",
        "url": URL,
        "truncated": False,
    },
    ("browser_content", "screenshot"): {"format": "png", "width": 1, "height": 1},
    ("browser_interact", "click"): {"clicked": True, "x": 1, "y": 1},
    ("browser_interact", "type"): {"typed": True, "text": "typed"},
    ("browser_interact", "press"): {"pressed": "Enter"},
    ("browser_execute", ""): {"result": 2, "value": 2},
    ("browser_tab", "list"): {"tabs": [], "count": 0},
}
DEFAULT: Final = {"success": True, "url": URL, "title": "Example Domain", "status": 200}


def joined(hub: str, label: str) -> dict[str, Any]:
    """The hub's answer to a registration."""
    accepted: dict[str, Any] = httpx2.post(
        f"{hub}/register", json={"userAgent": "robot/1.0", "label": label}
    ).json()
    return accepted


def result_of(name: str, args: dict[str, Any]) -> dict[str, Any]:
    """MCP content, as the extension sends it."""
    result = RESULTS.get((name, args.get("action", "")), DEFAULT)
    content: list[dict[str, Any]] = [{"type": "text", "text": json.dumps(result)}]
    if args.get("action") == "screenshot":
        content.append({"type": "image", "data": PIXEL, "mimeType": "image/png"})
    return {"content": content, "structuredContent": result}


def main(hub: str, label: str) -> None:
    """Join and serve until the link ends."""
    registered = joined(hub, label)
    with connect(registered["websocketUrl"]) as link:
        link.send(json.dumps({"type": "hello", "instanceId": registered["instanceId"]}))
        for text in link:
            frame = json.loads(text)
            if frame["type"] == "ping":
                link.send('{"type": "pong"}')
            elif frame["type"] == "tool_call":
                result = result_of(frame["name"], frame["args"])
                answer = {"type": "tool_result", "id": frame["id"], "result": result}
                link.send(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
