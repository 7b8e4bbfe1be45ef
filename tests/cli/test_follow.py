"""Following a task through everything that can go wrong with the connection."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from tabyard.cli import follow
from tabyard.cli.exits import ExitCode
from tabyard.cli.follow import Follower
from tabyard.cli.hub_client import HubAddress, HubRefused, HubUnreachable

DRAFT: dict[str, Any] = {"task_name": "t", "commands": []}
ACCEPTED = {"type": "task_submit_response", "success": True, "taskId": "task_1"}
COMPLETE = {"type": "task_complete", "taskId": "task_1", "status": "completed"}

Event = dict[str, Any]
Line = Callable[["Stage"], Awaitable[None]]


class Stage:
    """A connection, as a scripted hub sees it."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket

    async def heard(self, kind: str) -> Event:
        request: Event = json.loads(await self._socket.recv())
        assert request["type"] == kind
        return request

    async def say(self, frame: Event, **more: Any) -> None:
        await self._socket.send(json.dumps({**frame, **more}))

    async def accept(self) -> Event:
        request = await self.heard("task_submit")
        await self.say(ACCEPTED, requestId=request["requestId"])
        await self.acknowledge(epoch="e1", status="queued")
        return request

    async def acknowledge(self, **fields: Any) -> Event:
        request = await self.heard("subscribe_task")
        ack = {"type": "subscribe_ack", "taskId": "task_1", "offset": 0, **fields}
        await self.say(ack, requestId=request["requestId"])
        return request

    async def leave(self, code: int) -> None:
        await self._socket.close(code)


def progress(offset: int) -> Event:
    return {"type": "task_progress", "taskId": "task_1", "offset": offset}


@asynccontextmanager
async def hub(*acts: Line, task: Event | None = None) -> AsyncGenerator[HubAddress]:
    """Plays one act per connection; answers `GET /tasks/task_1` with `task`."""
    played = iter(acts)

    async def play(socket: ServerConnection) -> None:
        await next(played)(Stage(socket))
        await socket.wait_closed()

    def answer(connection: ServerConnection, request: Request) -> Response | None:
        if not request.path.startswith("/tasks/"):
            return None
        return connection.respond(HTTPStatus.OK, json.dumps({"task": task}))

    server: Server
    async with serve(play, "127.0.0.1", 0, process_request=answer) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield HubAddress(f"http://127.0.0.1:{port}", None)


async def followed(address: HubAddress) -> Sequence[Event]:
    follower = Follower(address, DRAFT, idempotency_key="key")
    async with asyncio.timeout(10):
        return [event async for event in follower.events()]


def told(events: Sequence[Event]) -> list[tuple[str, int | None]]:
    return [(event["type"], event.get("offset")) for event in events]


async def test_events_that_come_before_the_acknowledgement_are_not_lost() -> None:
    async def act(stage: Stage) -> None:
        request = await stage.heard("task_submit")
        await stage.say(ACCEPTED, requestId=request["requestId"])
        await stage.say(progress(1))
        await stage.say(progress(2))
        await stage.acknowledge(epoch="e1", status="running")
        await stage.say(COMPLETE, offset=3)

    async with hub(act) as address:
        events = await followed(address)

    assert told(events) == [
        ("task_submit_response", None),
        ("task_progress", 1),
        ("task_progress", 2),
        ("task_complete", 3),
    ]


async def test_a_slow_reader_that_was_cut_off_goes_on_where_it_was() -> None:
    resumed: list[Event] = []

    async def first(stage: Stage) -> None:
        await stage.accept()
        await stage.say(progress(1))
        await stage.leave(4008)

    async def second(stage: Stage) -> None:
        resumed.append(await stage.acknowledge(epoch="e1", status="running"))
        await stage.say(progress(1))  # again: a reader has to cope with it
        await stage.say(progress(2))
        await stage.say(COMPLETE, offset=3)

    async with hub(first, second) as address:
        events = await followed(address)

    assert (resumed[0]["after"], resumed[0]["epoch"]) == (1, "e1")
    assert told(events)[1:] == [
        ("task_progress", 1),
        ("task_progress", 2),
        ("task_complete", 3),
    ]


async def test_a_submission_without_an_answer_is_repeated_under_the_same_key() -> None:
    submitted: list[Event] = []

    async def first(stage: Stage) -> None:
        submitted.append(await stage.heard("task_submit"))
        await stage.leave(1001)

    async def second(stage: Stage) -> None:
        submitted.append(await stage.accept())
        await stage.say(COMPLETE, offset=1)

    async with hub(first, second) as address:
        events = await followed(address)

    assert submitted[0] == submitted[1]
    assert submitted[0]["idempotencyKey"] == "key"
    assert told(events)[-1] == ("task_complete", 1)


ENDED: Event = {
    "id": "task_1",
    "instanceId": "inst_1",
    "status": "failed",
    "startedAt": 1000,
    "completedAt": 1500,
    "error": {"code": "X", "message": "x"},
    "commands": [
        {"id": "c0", "status": "success", "result": {}},
        {"id": "c1", "status": "error", "error": {"code": "X", "message": "x"}},
    ],
}


async def test_an_end_that_nobody_saw_is_read_by_rest() -> None:
    async def first(stage: Stage) -> None:
        await stage.accept()
        await stage.say(progress(1))
        await stage.leave(1001)

    async def second(stage: Stage) -> None:
        await stage.acknowledge(epoch="e2", status="failed")

    async with hub(first, second, task=ENDED) as address:
        events = await followed(address)

    ending = events[-1]
    assert ending["status"] == "failed"
    assert ending["summary"] == {"totalCommands": 2, "successfulCommands": 1, "duration": 500}
    assert ending["error"] == ENDED["error"]
    assert [one["status"] for one in ending["results"]] == ["success", "error"]


async def test_after_a_gap_the_end_is_read_by_rest_when_it_has_been() -> None:
    async def act(stage: Stage) -> None:
        await stage.accept()
        await stage.say({"type": "resync", "taskId": "task_1", "epoch": "e1", "offset": 7})

    async with hub(act, task=ENDED) as address:
        events = await followed(address)
    assert told(events)[-1] == ("task_complete", None)


async def test_after_a_gap_a_task_that_goes_on_is_followed_from_there() -> None:
    async def act(stage: Stage) -> None:
        await stage.accept()
        await stage.say({"type": "resync", "taskId": "task_1", "epoch": "e1", "offset": 7})
        await stage.say(progress(7))
        await stage.say(COMPLETE, offset=8)

    async with hub(act, task={**ENDED, "status": "running"}) as address:
        events = await followed(address)
    assert told(events)[1:] == [("resync", 7), ("task_complete", 8)]


async def test_a_task_that_the_next_hub_does_not_know_is_an_error() -> None:
    async def first(stage: Stage) -> None:
        await stage.accept()
        await stage.leave(1001)

    async def second(stage: Stage) -> None:
        request = await stage.heard("subscribe_task")
        refusal = {"type": "error", "error": "Task not found", "code": "TASK_NOT_FOUND"}
        await stage.say(refusal, requestId=request["requestId"])

    async with hub(first, second) as address:
        with pytest.raises(HubRefused, match="Task not found"):
            await followed(address)


async def test_a_refused_submission_says_whether_to_come_back() -> None:
    async def act(stage: Stage) -> None:
        request = await stage.heard("task_submit")
        refusal = {"success": False, "error": "Queue full", "code": "QUEUE_FULL"}
        answer = {"type": "task_submit_response", **refusal}
        await stage.say(answer, requestId=request["requestId"])

    async with hub(act) as address:
        with pytest.raises(HubRefused) as refused:
            await followed(address)
    assert refused.value.exit_code is ExitCode.UNREACHABLE


async def test_a_hub_that_does_not_come_back_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "RECONNECT_FOR_S", 0.2)
    monkeypatch.setattr(follow, "RECONNECT_EVERY_S", 0.05)

    async def act(stage: Stage) -> None:
        await stage.accept()

    async with hub(act) as address:
        events = Follower(address, DRAFT, idempotency_key="key").events()
        assert (await anext(events))["type"] == "task_submit_response"
    with pytest.raises(HubUnreachable, match="connection refused"):
        await anext(events)


async def test_a_refusal_before_the_socket_opens_is_told_in_the_hub_s_words() -> None:
    def refuse(connection: ServerConnection, _request: Request) -> Response:
        body = {"error": "A valid API key is required", "code": "UNAUTHORIZED"}
        return connection.respond(HTTPStatus.UNAUTHORIZED, json.dumps(body))

    async def nothing(_socket: ServerConnection) -> None: ...

    async with serve(nothing, "127.0.0.1", 0, process_request=refuse) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(HubRefused, match="A valid API key is required") as refused:
            await followed(HubAddress(f"http://127.0.0.1:{port}", None))
    assert "TABYARD_API_KEY" in refused.value.remedy
