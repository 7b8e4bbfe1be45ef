"""The durable floor: the bare server with the hub's own store below it, and no hub.

A task is accepted, claimed, checkpointed and ended in the store by the operations, the commits and
the rules of the hub: an answer waits for its acceptance to be on disk, an end for its row, a task
for its claim, and a command for nothing. What a hub is for is missing: drafts are taken as they
come, nobody is asked who they are, no command is looked up, nothing has a deadline, can be
cancelled or comes back after a loss, and events are kept for nobody.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from tests.bench.floor import client, register, serve, tell

from tabyard.core.records import Command, InstanceRecord, Outcome, TaskRecord
from tabyard.hub.ports import Ending
from tabyard.storage.sqlite.opening import open_store
from tabyard.storage.sqlite.store import SqliteStore
from tabyard.work.ports import NewTask
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceKind
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

QUEUE_LIMIT = 1_000

ids = itertools.count()
lanes: dict[str, "Lane"] = {}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Lane:
    """One browser's tasks, one after the other."""

    def __init__(self, store: SqliteStore, instance: InstanceId, epoch: int, ws: WebSocket) -> None:
        self.store, self.instance, self.epoch, self.ws = store, instance, epoch, ws
        self.claim: asyncio.Future[TaskRecord | None] | None = None
        self.outcomes: set[asyncio.Future[bool]] = set()
        self.queued = asyncio.Event()
        self.reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def ask(self) -> None:
        """Claim the next task, in the same commit with what was just queued."""
        self.claim = self.store.claim(self.instance, epoch=self.epoch, at_ms=now_ms())

    def wake(self) -> None:
        """A task was queued."""
        if self.claim is None:
            self.ask()
        self.queued.set()

    async def work(self) -> None:
        """Run what comes, until the socket is closed."""
        while True:
            if self.claim is None:
                self.queued.clear()
                await self.queued.wait()
                continue
            record = await self.claim
            while record is not None:
                record = await self.run(record)
            if self.queued.is_set():
                self.queued.clear()
                self.ask()
            else:
                self.claim = None

    async def run(self, record: TaskRecord) -> TaskRecord | None:
        """All commands of a task, and its end; the next task."""
        await tell("task_started", record.id)
        last = len(record.commands) - 1
        outcomes: tuple[Outcome, ...] = ()
        for index, command in enumerate(record.commands):
            await tell("task_progress", record.id)
            began = now_ms()
            result = await self.call(record, index, command)
            await tell("task_progress", record.id, result)
            outcome = Outcome(index, CommandStatus.SUCCESS, began, now_ms(), result, None)
            if index < last:
                stored = self.store.checkpoint(record.id, outcome, epoch=self.epoch, hurry=False)
                self.outcomes.add(stored)
                stored.add_done_callback(self.outcomes.discard)
            else:
                outcomes = (outcome,)
        ending = Ending(
            task=record.id,
            status=TaskStatus.COMPLETED,
            at_ms=now_ms(),
            epoch=self.epoch,
            outcomes=outcomes,
            current_index=last,
        )
        self.queued.clear()
        ended = await self.store.advance(ending, at_ms=now_ms())
        assert ended.stored
        await tell("task_complete", record.id)
        return ended.following

    async def call(self, record: TaskRecord, index: int, command: Command) -> dict[str, Any]:
        """Send one command and wait for its result."""
        self.reply = asyncio.get_running_loop().create_future()
        frame = {
            "type": "tool_call",
            "id": f"{record.id}:{index}",
            "name": command.tool_name,
            "args": command.args,
            "epoch": self.epoch,
            "deadlineMs": 60_000,
        }
        await self.ws.send_text(orjson.dumps(frame).decode())
        return await self.reply


async def submit(request: Request) -> Response:
    """Accept a task; the answer is given when it is on disk."""
    draft = orjson.loads(await request.body())
    task = TaskId(f"task_{now_ms()}_{next(ids):026d}")
    lane = lanes[draft["instanceId"]]
    accepted = lane.store.submit(
        NewTask(
            id=task,
            instance_id=lane.instance,
            name=draft["task_name"],
            intention=draft["task_intention"],
            commands=tuple(
                Command(one["tool_name"], one["intention"], one["args"])
                for one in draft["commands"]
            ),
            metadata=None,
            session=None,
            dialogs=None,
            priority=0,
            created_at_ms=now_ms(),
            queue_limit=QUEUE_LIMIT,
            idempotency=None,
        )
    )
    lane.wake()
    position = (await accepted).position
    await tell("task_queued", task)
    return Response(orjson.dumps({"taskId": task, "queuePosition": position}))


async def browser(ws: WebSocket) -> None:
    """One browser's socket."""
    await ws.accept()
    name = InstanceId(ws.path_params["id"])
    store: SqliteStore = ws.app.state.store
    record = InstanceRecord(
        id=name,
        kind=InstanceKind.SCRIPT,
        label=name,
        browser_type="script",
        created_at_ms=now_ms(),
    )
    await store.add_instance(record)
    attached = await store.attach(name, memory=None, ticket_hash=None, at_ms=now_ms())
    lane = lanes[name] = Lane(store, name, attached.epoch, ws)
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(lane.work())
        await hear(ws, lane)
        work.cancel()


async def hear(ws: WebSocket, lane: Lane) -> None:
    """What the browser says, until it goes."""
    async for text in ws.iter_text():
        frame = orjson.loads(text)
        if frame["type"] == "tool_result":
            lane.reply.set_result(frame["result"])
        elif frame["type"] == "hello":
            await ws.send_text('{"type":"welcome","epoch":1}')


@asynccontextmanager
async def stored(app: Starlette) -> AsyncGenerator[None]:
    """The store, as long as the server runs."""
    async with open_store(Path(sys.argv[2]) / "floor.db") as app.state.store:
        yield


app = Starlette(
    routes=[
        Route("/register", register, methods=["POST"]),
        Route("/tasks", submit, methods=["POST"]),
        WebSocketRoute("/instances/{id}", browser),
        WebSocketRoute("/", client),
    ],
    lifespan=stored,
)

if __name__ == "__main__":
    serve(app)
