"""The example of each action, as the reference shows it, run in a real Chromium."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typing_extensions import override

from tabyard_protocol.reference.tools import call_of
from tabyard_protocol.tools.catalogue import TOOLS

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parent / "examples"
PAGE = "page.html"
Command = tuple[str, dict[str, Any]]

GOTO: Command = ("browser_navigate", {"action": "goto", "url": "https://example.com"})
BEFORE: dict[str, Sequence[Command]] = {
    "browser_navigate back": [
        ("browser_navigate", {"action": "goto", "url": "https://example.com?2"})
    ],
    "browser_navigate forward": [
        ("browser_navigate", {"action": "goto", "url": "https://example.com?2"}),
        ("browser_navigate", {"action": "back"}),
    ],
    "browser_debug dialog": [
        ("browser_execute", {"expression": "void setTimeout(() => prompt('Sure?'), 50)"}),
        ("sleep", {"duration": 300}),
    ],
    "browser_debug trace_stop": [("browser_debug", {"action": "trace_start"})],
    "browser_debug download_wait": [
        ("browser_interact", {"action": "click", "selector": "#download"})
    ],
}
"""What has to happen first, after the page was opened."""

AFTER: dict[str, tuple[str, Any]] = {
    "browser_interact click": ("document.title", "Saved"),
    "browser_interact type": ("document.querySelector('#name').value", "blue mug"),
    "browser_interact select": ("document.querySelector('#size').value", "l"),
    "browser_interact upload": ("document.querySelector('#photo').files[0].name", "mug.png"),
    "browser_interact drag": ("document.querySelector('#bin').textContent", "Dropped"),
    "browser_interact fill_form": (
        "['#name', '#size'].map(s => document.querySelector(s).value).join()",
        "blue mug,l",
    ),
    "browser_interact scroll": ("scrollY > 0", True),
    "browser_network set_storage": ("localStorage.cart", "[]"),
    "browser_network set_cookie": ("document.cookie.includes('theme=dark')", True),
    "browser_emulate viewport": ("innerWidth", 390),
    "browser_emulate user_agent": (
        "navigator.userAgent",
        "Mozilla/5.0 (compatible; PriceWatch/1.0)",
    ),
    "browser_emulate timezone": (
        "Intl.DateTimeFormat().resolvedOptions().timeZone",
        "Europe/Berlin",
    ),
    "browser_emulate offline": ("navigator.onLine", False),
}
"""What the page must then say."""

ACTIONS = [
    (tool.name, action.name)
    for tool in TOOLS.values()
    for action in tool.actions.values()
    if tool.name != "browser_instance"
]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves the example page; also for addresses with a query."""

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the example page."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text((EXAMPLES / PAGE).read_text("utf-8"), "utf-8")
    (folder / "price.txt").write_text("blue mug 42\n")
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(hub: Any, extension_dist: Path, chromium: Path) -> Iterator[str]:
    """A Chromium that the hub has launched; its id."""
    assert extension_dist.is_dir()
    assert chromium.is_file()
    opened = call(hub, "browser_instance", {"action": "new", "headless": True, "label": "examples"})
    yield opened["instanceId"]
    call(hub, "browser_instance", {"action": "close", "instanceId": opened["instanceId"]})


def call(hub: Any, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """The typed result of a tool that is run at once."""
    answer = httpx2.post(f"{hub.url}/api/tools/{tool}", json=args, timeout=60).json()
    assert answer["success"], answer
    result: dict[str, Any] = answer["result"]["structuredContent"]
    return result


def run(
    hub: Any, instance: str, commands: Sequence[Command], *, session: str
) -> list[dict[str, Any]]:
    """The typed results of a task; it must be completed."""
    draft = {
        "task_name": "Example",
        "task_intention": "Show that it works",
        # A tab of its own: what one example sets must not be in force in the next.
        "session": session,
        "instanceId": instance,
        "commands": [
            {"tool_name": tool, "intention": tool, "args": args} for tool, args in commands
        ],
    }
    accepted = httpx2.post(f"{hub.url}/tasks", json=draft)
    assert accepted.status_code == 200, accepted.text
    task_id = accepted.json()["taskId"]
    with httpx2.stream("GET", f"{hub.url}/tasks/{task_id}/events", timeout=60) as stream:
        for _line in stream.iter_lines():
            pass
    task = hub.get(f"/tasks/{task_id}")["task"]
    assert task["status"] == "completed", task.get("error")
    return [command["result"]["structuredContent"] for command in task["commands"]]


@pytest.mark.parametrize("named", ACTIONS, ids=lambda named: f"{named[0]} {named[1]}".rstrip())
def test_the_example_works_in_a_browser(
    hub: Any, browser: str, site: str, tmp_path: Path, named: tuple[str, str]
) -> None:
    tool, name = named
    picture = tmp_path / "mug.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    action = TOOLS[tool].actions[name]
    label = f"{tool} {name}".rstrip()
    steps = [GOTO, *BEFORE.get(label, ()), (tool, call_of(action))]
    if label in AFTER:
        steps.append(("browser_execute", {"expression": AFTER[label][0]}))
    here = (
        json.dumps(steps)
        .replace("https://example.com", site)
        .replace("/srv/photos/mug.png", str(picture))
    )
    steps = [(tool, args) for tool, args in json.loads(here)]
    results = run(hub, browser, steps, session=label.replace(" ", "-"))
    action.result.model_validate(results[len(BEFORE.get(label, ())) + 1])
    if label in AFTER:
        assert results[-1]["value"] == AFTER[label][1]


def test_a_browser_is_launched_listed_and_closed(hub: Any, chromium: Path) -> None:
    assert chromium.is_file()
    opened = call(
        hub,
        "browser_instance",
        {**call_of(TOOLS["browser_instance"].actions["new"]), "url": "about:blank"},
    )
    listed = call(hub, "browser_instance", {"action": "list"})["instances"]
    assert opened["instanceId"] in [row["id"] for row in listed if row["label"] == "checkout"]
    closed = call(hub, "browser_instance", {"action": "close", "instanceId": opened["instanceId"]})
    assert closed["success"] is True
    call(hub, "browser_instance", {"action": "profiles"})
