"""A browser instance in Python: speaks the link, answers calls as it is told.

It is what the hub's own tests talk to, and a reference for third parties who implement an
instance. `Behaviour.COMPATIBLE` does what a simple script does: hello, `tool_call` in,
`tool_result` out. `Behaviour.FULL` also remembers which call runs and which answers nobody
acknowledged, and says both in its next hello.

    async with TaskGroup() as group:
        browser = ScriptedInstance(instance_id, handler=answer)
        await browser.join(socket, group=group, ticket=ticket)

`socket` is a `MemorySocket`, a real WebSocket (`tabyard.testing.remote`), or anything else with
`receive`, `send` and `close`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import orjson

from tabyard.core.json_text import dumps
from tabyard.hub.ports import SocketClosed
from tabyard_protocol.model import JsonObject

__all__ = ["Behaviour", "Call", "Handler", "ScriptedInstance", "ToolFault", "Transport"]


class Behaviour(Enum):
    """How much of the link an instance speaks."""

    COMPATIBLE = "compatible"
    """Hello, calls, answers; unknown frames are ignored."""
    FULL = "full"
    """Everything: running, outbox, memory, acknowledgements, cancel, calls that come ahead."""


class Transport(Protocol):
    """A WebSocket, as far as an instance needs one."""

    async def receive(self) -> str | bytes: ...
    async def send(self, text: str) -> None: ...
    async def close(self, code: int = 1000, reason: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """A `tool_call` that has arrived."""

    id: str
    name: str
    args: JsonObject
    epoch: int
    deadline_ms: int
    task_id: str | None
    command_id: str | None
    after: str | None
    """The call that has to succeed before."""
    frame: JsonObject = field(repr=False)


class ToolFault(Exception):
    """Raised by a handler: the call fails with this code."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message or code


Handler = Callable[[Call], Awaitable[object]]
"""Answers a call: the returned value is the result; it may raise `ToolFault`."""


class ScriptedInstance:
    """One browser. It outlives its links: `join` again after a loss, and it still remembers."""

    def __init__(
        self,
        instance_id: str,
        *,
        behaviour: Behaviour = Behaviour.FULL,
        handler: Handler | None = None,
        label: str | None = None,
        tools: tuple[str, ...] | None = None,
        memory: str = "m1",
    ) -> None:
        self.instance_id = instance_id
        self.behaviour = behaviour
        self.label = label
        self.tools = tools
        self.memory = memory
        self.welcome: JsonObject = {}
        self.epoch = 0
        self.started: list[Call] = []
        """All calls that it began to execute, in order; a call said twice is begun once."""
        self.held: dict[str, Call] = {}
        """Calls that it executes now."""
        self.waiting: dict[str, Call] = {}
        """Calls that are to come after another, by that one's id."""
        self.outbox: dict[str, JsonObject] = {}
        """Answers that nobody has acknowledged."""
        self.cancelled: list[str] = []
        self.ended_tasks: list[str] = []
        self.pings = 0
        self.pongs = 0
        self.frames: list[JsonObject] = []
        """All frames but pings, as they came."""
        self.close_code: int | None = None
        self._handler = handler
        self._socket: Transport | None = None
        self._reader: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._changed = asyncio.Condition()

    async def join(
        self,
        socket: Transport,
        *,
        group: asyncio.TaskGroup,
        ticket: str | None = None,
        proof: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> JsonObject:
        """Say hello on `socket` and take frames from then on; the hub's welcome.

        Raises:
            SocketClosed: the hub refused.
        """
        self._socket, self._group = socket, group
        self.close_code = None
        said = frozenset(self.outbox)
        hello = self._hello(ticket=ticket, proof=proof) | dict(extra or {})
        await self._send(hello)
        try:
            while True:
                frame = orjson.loads(await socket.receive())
                if frame.get("type") == "welcome" and "instanceId" in frame:
                    break
        except SocketClosed as closed:
            self.close_code = closed.code
            raise
        self.welcome = frame
        self.epoch = frame["epoch"]
        for ack in frame["acks"]:
            self.outbox.pop(ack, None)
        for answer in self.outbox.values():
            if answer["id"] not in said:
                await self._send(_answer_frame(answer))
        self._reader = group.create_task(self._read(socket))
        return frame

    async def next_call(self, count: int = 1) -> Call:
        """The `count`-th call that was begun since the instance was made, once it has come."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.started) >= count)
        return self.started[count - 1]

    async def until(self, condition: Callable[["ScriptedInstance"], bool]) -> None:
        """Wait until something about this instance is so."""
        async with self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def answer(self, call: Call, result: object) -> None:
        """End `call` well. What has to be remembered has to be an object."""
        bare = self.behaviour is Behaviour.FULL and not isinstance(result, dict)
        await self._finish(call, {"result": {"value": result} if bare else result})

    async def fail(self, call: Call, code: str, message: str = "") -> None:
        """End `call` with an error."""
        await self._finish(call, {"error": {"code": code, "message": message or code}})

    async def send_again(self, call: Call) -> None:
        """Say the answer to a call once more, whether or not it was acknowledged."""
        answer = self.outbox.get(call.id, {"id": call.id, "result": {"again": True}})
        with suppress(SocketClosed):
            await self._send(_answer_frame(answer))

    async def send_raw(self, text: str) -> None:
        """Say anything, also nonsense."""
        assert self._socket is not None
        await self._socket.send(text)

    async def leave(self) -> None:
        """Close the link; what it does and remembers stays."""
        if self._socket is not None:
            await self._socket.close(1000, "")

    def forget(self, *, memory: str) -> None:
        """The browser was restarted: nothing runs, nothing is remembered."""
        self.held.clear()
        self.waiting.clear()
        self.outbox.clear()
        self.memory = memory

    def _hello(self, *, ticket: str | None, proof: str | None) -> JsonObject:
        hello: JsonObject = {"type": "hello", "instanceId": self.instance_id}
        optional = {"ticket": ticket, "proof": proof, "label": self.label, "tools": self.tools}
        hello |= {name: value for name, value in optional.items() if value is not None}
        if self.behaviour is Behaviour.FULL:
            self.waiting.clear()
            hello |= {"protocol": 1, "memory": self.memory, "outbox": list(self.outbox.values())}
            hello["ahead"] = True
            if self.held:
                running = next(reversed(self.held.values()))  # older ones the hub has given up
                hello["running"] = {
                    "id": running.id,
                    "taskId": running.task_id,
                    "commandId": running.command_id,
                }
        return hello

    async def _read(self, socket: Transport) -> None:
        try:
            while True:
                frame: JsonObject = orjson.loads(await socket.receive())
                if self._socket is not socket:
                    return
                await self._take(frame)
        except SocketClosed as closed:
            if self._socket is socket:
                self.waiting.clear()
                self.close_code = closed.code
                await self._note_change()

    async def _take(self, frame: JsonObject) -> None:
        kind = frame["type"]
        if kind == "ping":
            self.pings += 1
            await self._send({"type": "pong"})
            await self._note_change()
            return
        self.frames.append(frame)
        if kind == "tool_call":
            await self._take_call(_call(frame))
        elif kind == "pong":
            self.pongs += 1
        elif kind == "tool_ack":
            for call in frame["ids"]:
                self.outbox.pop(call, None)
        elif kind == "task_ended":
            self.ended_tasks.append(frame["taskId"])
        elif kind == "tool_cancel":
            await self._take_cancel(frame["id"])
        await self._note_change()

    async def _take_cancel(self, cancelled: str) -> None:
        self.cancelled.append(cancelled)
        for first, call in list(self.waiting.items()):
            if call.id == cancelled:
                await self._refuse(self.waiting.pop(first))

    async def _take_call(self, call: Call) -> None:
        first = call.after
        if first is not None and (first in self.held or first in self._waiting_ids):
            self.waiting[first] = call
        elif first is None or "result" in self.outbox.get(first, {}):
            self._begin(call)
        else:
            await self._refuse(call)

    @property
    def _waiting_ids(self) -> set[str]:
        return {call.id for call in self.waiting.values()}

    async def _refuse(self, call: Call) -> None:
        error = {"code": "CANCELLED", "message": "not begun", "details": {"begun": False}}
        await self._finish(call, {"error": error})

    def _begin(self, call: Call) -> None:
        if call.epoch < self.epoch or call.id in self.held or call.id in self.outbox:
            return
        self.held[call.id] = call
        self.started.append(call)
        if self._handler is not None:
            assert self._group is not None
            self._group.create_task(self._handle(call, self._handler))

    async def _handle(self, call: Call, handler: Handler) -> None:
        try:
            result = await handler(call)
        except ToolFault as fault:
            await self.fail(call, fault.code, fault.message)
        else:
            await self.answer(call, result)

    async def _finish(self, call: Call, outcome: JsonObject) -> None:
        self.held.pop(call.id, None)
        answer = {"id": call.id, "taskId": call.task_id, "commandId": call.command_id, **outcome}
        if self.behaviour is Behaviour.FULL:
            self.outbox[call.id] = answer
        behind = self.waiting.pop(call.id, None)
        if behind is not None and "result" in outcome:
            self._begin(behind)  # before it tells
        with suppress(SocketClosed):  # said again in the next hello
            await self._send(_answer_frame(answer))
        if behind is not None and "error" in outcome:
            await self._refuse(behind)
        await self._note_change()

    async def _send(self, frame: JsonObject) -> None:
        assert self._socket is not None
        await self._socket.send(dumps(frame))

    async def _note_change(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _call(frame: JsonObject) -> Call:
    return Call(
        id=frame["id"],
        name=frame["name"],
        args=frame["args"],
        epoch=frame["epoch"],
        deadline_ms=frame["deadlineMs"],
        task_id=frame.get("taskId"),
        command_id=frame.get("commandId"),
        after=frame.get("after"),
        frame=frame,
    )


def _answer_frame(answer: JsonObject) -> JsonObject:
    kind = "tool_error" if "error" in answer else "tool_result"
    part = "error" if "error" in answer else "result"
    return {"type": kind, "id": answer["id"], part: answer[part]}
