"""Callers: they submit with a key until they are answered, cancel now and then, and read events."""

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx2
import orjson
import websockets
from tests.chaos.browsers import ACT, READ, Doors
from tests.chaos.history import Heard, History, Submission
from websockets.asyncio.client import ClientConnection, connect

__all__ = ["Submitter"]

FINAL = ("completed", "failed", "cancelled")
CANCEL_SHARE = 0.08
LATE_CANCEL_SHARE = 0.08
"""Of tasks that are queued, running, or parked while a hub goes down."""
PRIORITIES = (0, 0, 0, 1, 2, -1)


class Submitter:
    """One caller with one client connection."""

    def __init__(
        self,
        name: str,
        doors: Doors,
        history: History,
        browsers: Callable[[], list[str]],
        *,
        seed: int,
        most_open: int = 6,
    ) -> None:
        self.name = name
        self.unfinished: dict[str, tuple[int | None, str | None]] = {}
        """Accepted tasks whose end it has not heard of: how far it has read, in which epoch."""
        self.stopping = False
        self._doors = doors
        self._history = history
        self._browsers = browsers
        self._dice = random.Random(seed)
        self._most_open = most_open
        self._count = 0
        self._connections = 0
        self._acked: dict[str, str] = {}
        self._socket: ClientConnection | None = None
        self._http = httpx2.AsyncClient(base_url=doors.url, timeout=1.5, trust_env=False)

    async def submit_for_ever(self) -> None:
        """Until told to stop; then what was asked for is still brought to an answer."""
        while not self.stopping:
            if len(self.unfinished) >= self._most_open:
                await asyncio.sleep(0.02)
                continue
            await self._submit_one()
            await asyncio.sleep(self._dice.random() * 0.04)

    async def _submit_one(self) -> None:
        self._count += 1
        key = f"{self.name}-{self._count}"
        browser = self._dice.choice(self._browsers())
        tools = [self._dice.choice((READ, ACT)) for _ in range(self._dice.randint(1, 3))]
        priority = self._dice.choice(PRIORITIES)
        body = task_body(key, browser, tools) | {"metadata": {"priority": priority}}
        answer = await self._answered("/tasks", body, {"Idempotency-Key": key})
        if answer is None:
            return
        task = str(answer["taskId"])
        self._history.submissions.append(Submission(key, task, browser))
        self.unfinished[task] = (None, None)
        await self._follow(task)
        if self._dice.random() < 0.1:  # a doubtful caller asks again
            again = await self._answered("/tasks", body, {"Idempotency-Key": key})
            if again is not None and again["taskId"] != task:
                self._history.defects.append(f"key {key} was answered {task}, then {again}")
        if self._dice.random() < CANCEL_SHARE:
            await self._cancel(task)
        if self._dice.random() < LATE_CANCEL_SHARE and self.unfinished:
            await self._cancel(self._dice.choice(tuple(self.unfinished)))

    async def _cancel(self, task: str) -> None:
        with suppress(httpx2.HTTPError):
            answer = await self._http.post(f"/tasks/{task}/cancel", json={})
            if answer.status_code == 200:
                self._history.cancelled.append(task)

    async def _answered(
        self, path: str, body: Mapping[str, Any], headers: dict[str, str]
    ) -> Mapping[str, Any] | None:
        """Ask until there is an answer; None: it was refused."""
        while True:
            try:
                answer = await self._http.post(path, json=body, headers=headers)
            except httpx2.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 200:
                return answer.json()
            code = answer.json().get("code")
            if answer.status_code == 503 or code == "INVALID_INSTANCE":
                if code in ("QUEUE_FULL", "INVALID_INSTANCE", "NO_INSTANCE"):
                    await asyncio.sleep(0.05)
                    return None  # said clearly: nothing was accepted
                await asyncio.sleep(0.05)
                continue
            self._history.defects.append(f"{path} was answered {answer.status_code} {answer.text}")
            return None

    async def read_for_ever(self) -> None:
        """Read the events of what was submitted, and resume after each loss."""
        while True:
            with suppress(OSError, TimeoutError, websockets.WebSocketException):
                async with asyncio.timeout(3):
                    socket = await connect(
                        f"ws://127.0.0.1:{self._doors.link_port}/",
                        compression=None,
                        ping_interval=0.5,
                        ping_timeout=1.0,
                        close_timeout=0.1,
                        proxy=None,
                    )
                try:
                    await self._read(socket)
                finally:
                    self._socket = None
                    socket.transport.abort()
            await asyncio.sleep(0.1)

    async def _read(self, socket: ClientConnection) -> None:
        self._connections += 1
        self._acked.clear()
        self._socket = socket
        for task in tuple(self.unfinished):
            await self._follow(task)
        async for text in socket:
            frame = orjson.loads(text)
            self._history.heard.append(Heard(self.name, self._connections, frame))
            self._take(frame)
            if frame["type"] == "resync":
                await self._look(str(frame["taskId"]))

    def _take(self, frame: Mapping[str, Any]) -> None:
        task = frame.get("taskId")
        if task not in self.unfinished:
            return
        match frame["type"]:
            case "subscribe_ack":
                # Its epoch counts from the next frame on: a resync may be about to follow.
                self._acked[task] = frame["epoch"]
            case "resync":
                self.unfinished[task] = (frame["offset"], frame["epoch"])
            case "task_complete":
                del self.unfinished[task]
            case _ if "offset" in frame and task in self._acked:
                self.unfinished[task] = (frame["offset"], self._acked[task])
            case _:
                pass

    async def _follow(self, task: str) -> None:
        if self._socket is None or task not in self.unfinished:
            return
        after, epoch = self.unfinished[task]
        wanted: dict[str, Any] = {"type": "subscribe_task", "taskId": task, "after": after or 0}
        if epoch is not None:
            wanted["epoch"] = epoch
        with suppress(websockets.WebSocketException):
            await self._socket.send(orjson.dumps(wanted).decode())

    async def _look(self, task: str) -> None:
        """The history is gone: the state is what counts."""
        with suppress(httpx2.HTTPError):
            answer = await self._http.get(f"/tasks/{task}")
            if answer.status_code == 200 and answer.json()["task"]["status"] in FINAL:
                self.unfinished.pop(task, None)

    async def look_at_all(self) -> None:
        """Ask for the state of whatever it still waits for."""
        for task in tuple(self.unfinished):
            await self._look(task)

    async def close(self) -> None:
        """Leave."""
        await self._http.aclose()


def task_body(key: str, browser: str, tools: list[str]) -> dict[str, Any]:
    """A task of these commands."""
    args = {READ: {"action": "get"}, ACT: {"action": "click", "selector": "#buy"}}
    return {
        "task_name": key,
        "task_intention": "chaos",
        "instanceId": browser,
        "commands": [
            {"tool_name": tool, "intention": "chaos", "args": args[tool]} for tool in tools
        ],
    }
