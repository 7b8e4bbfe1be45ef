"""A hub in a process of its own with one real Chromium, and pages driven through the client API."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

Command = tuple[str, Mapping[str, Any]]
Result = dict[str, Any]

START_WITHIN_S: Final = 20.0
PICTURES: Final = ("png", "jpeg", "webp")


class Failed(Exception):
    """A command failed in the browser."""

    def __init__(self, error: Mapping[str, Any], done: Sequence[Result]) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code: str = error["code"]
        self.message: str = error["message"]
        self.details: Mapping[str, Any] = error.get("details") or {}
        self.done = done
        """What the commands before it have answered."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub; `client` speaks to its REST API."""

    client: httpx2.Client
    url: str
    link_url: str
    instance: str

    def call(self, tool: str, args: Mapping[str, Any]) -> Result:
        """The typed result of a tool that is run at once. Raises `Failed`."""
        answer = self.client.post(f"/api/tools/{tool}", json=dict(args)).json()
        if not answer["success"]:
            raise Failed(answer["error"], [])
        return answer["result"]["structuredContent"]

    def start(self, commands: Sequence[Command], **task: Any) -> str:
        """Hands in a task and returns its id; `task` are further fields of the draft."""
        draft = {
            "task_name": "Test",
            "task_intention": "Show that it works",
            "instanceId": self.instance,
            "commands": [
                {"tool_name": tool, "intention": tool, "args": dict(args)}
                for tool, args in commands
            ],
        }
        accepted = self.client.post("/tasks", json=draft | task)
        assert accepted.status_code == 200, accepted.text
        return accepted.json()["taskId"]

    def task(self, task_id: str) -> Result:
        """The task as it is now."""
        return self.client.get(f"/tasks/{task_id}").json()["task"]

    def cancel(self, task_id: str) -> None:
        answer = self.client.post(f"/tasks/{task_id}/cancel")
        assert answer.status_code == 200, answer.text

    def cancel_at_last_command(self, task_id: str, *, after_s: float = 0.3) -> Result:
        """Cancels the task when its last command has run for a while; the task as it ended."""
        for event in self.events(task_id):
            runs = event["type"] == "task_progress" and event["status"] == "running"
            if runs and event["commandIndex"] == event["totalCommands"] - 1:
                time.sleep(after_s)
                self.cancel(task_id)
        return self.task(task_id)

    def events(self, task_id: str) -> Iterator[Result]:
        """The task's events from the first to the last."""
        with self.client.stream("GET", f"/tasks/{task_id}/events") as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def ended(self, task_id: str) -> Result:
        """The task once it has ended."""
        for _event in self.events(task_id):
            pass
        return self.task(task_id)


@dataclass(frozen=True, slots=True)
class Page:
    """A session of its own: what is run in it works in one tab that nobody else uses."""

    hub: Hub
    session: str

    def run(self, commands: Sequence[Command], **task: Any) -> list[Result]:
        """The typed results of a task of this session. Raises `Failed` at its first failure."""
        ended = self.hub.ended(self.start(commands, **task))
        return results(ended)

    def start(self, commands: Sequence[Command], **task: Any) -> str:
        """Hands in a task of this session and returns its id."""
        return self.hub.start(commands, session=self.session, **task)

    def do(self, tool: str, action: str, /, **args: Any) -> Result:
        """The typed result of one action. Raises `Failed`."""
        return self.run([(f"browser_{tool}", {"action": action, **args})])[-1]

    def goto(self, url: str, **args: Any) -> Result:
        return self.do("navigate", "goto", url=url, **args)

    def click(self, selector: str, **args: Any) -> Result:
        return self.do("interact", "click", selector=selector, **args)

    def value(self, expression: str, **args: Any) -> Any:
        """What `expression` is in the page, awaited."""
        script = {"expression": expression, "awaitPromise": True, **args}
        return self.run([("browser_execute", script)])[-1]["value"]

    def tabs(self) -> set[int]:
        """All tabs that the browser has now."""
        return {tab["id"] for tab in self.do("tab", "list")["tabs"]}

    def new_tab(self, before: set[int], within_s: float = 5.0) -> int:
        """The one tab that has come since then, as soon as it is there."""
        deadline = time.monotonic() + within_s
        while True:
            come = self.tabs() - before
            if come or time.monotonic() > deadline:
                (tab,) = come
                return tab

    def snapshot(self, **args: Any) -> str:
        return self.do("content", "snapshot", **args)["snapshot"]

    def wait(self, expression: str, **args: Any) -> None:
        """Until `expression` is true in the page."""
        self.do("navigate", "wait", expression=expression, **{"timeout": 8000, **args})

    def picture(self, **args: Any) -> tuple[Result, bytes]:
        """A screenshot: its facts and the file itself."""
        args = {"action": "screenshot", **args}
        ended = self.hub.ended(self.start([("browser_content", args)]))
        facts = results(ended)[-1]
        content = ended["commands"][-1]["result"]["content"]
        (image,) = [part for part in content if part["type"] == "image"]
        return facts, base64.b64decode(image["data"])


def results(task: Result) -> list[Result]:
    """The typed results of an ended task. Raises `Failed` when it is not completed."""
    done = [
        command["result"]["structuredContent"]
        for command in task["commands"]
        if command.get("result") is not None
    ]
    if task["status"] == "completed":
        return done
    failed = [command["error"] for command in task["commands"] if command.get("error")]
    raise Failed(failed[0] if failed else {"code": task["status"], "message": str(task)}, done)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on right now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def environment_of(folder: Path, http_port: int, link_port: int) -> dict[str, str]:
    """Of a hub that keeps everything in `folder`."""
    return {
        # Chromium is found where the person has it.
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # noqa: TID251
        "HOME": str(folder),
        "NO_COLOR": "1",
        "TABYARD_DATA_DIR": str(folder / "data"),
        "TABYARD_STORE": "memory",
        # Each test has its files beside those of this hub.
        "TABYARD_UPLOAD_DIR": str(folder.parent),
        # What hangs fails while the test still has time to say so.
        "TABYARD_COMMAND_TIMEOUT_MS": "15000",
        "TABYARD_HTTP_PORT": str(http_port),
        "TABYARD_LINK_PORT": str(link_port),
    }


@contextmanager
def running_hub(folder: Path) -> Generator[Hub]:
    """`tabyard serve` in a process of its own, with a headless Chromium connected."""
    http_port, link_port = free_ports(2)
    url = f"http://127.0.0.1:{http_port}"
    with (folder / "log").open("w") as log:
        serving = subprocess.Popen(
            ["tabyard", "serve"],
            env=environment_of(folder, http_port, link_port),
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            with httpx2.Client(base_url=url, timeout=60) as client:
                wait_until_healthy(client, serving)
                hub = Hub(client, url, f"ws://127.0.0.1:{link_port}", "")
                wish = {"action": "new", "headless": True, "label": "pages"}
                instance = hub.call("browser_instance", wish)["instanceId"]
                yield Hub(client, url, hub.link_url, instance)
                hub.call("browser_instance", {"action": "close", "instanceId": instance})
        except BaseException:
            sys.stderr.write((folder / "log").read_text()[-4000:])
            raise
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.wait(timeout=15)


def wait_until_healthy(client: httpx2.Client, serving: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and serving.poll() is None:
        try:
            client.get("/health")
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the hub did not start")
