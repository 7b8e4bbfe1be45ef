"""Readers of events outlive the hub: they go on where they were, or are told that they can't."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.chaos.browsers import ACT, READ
from tests.chaos.hubs import Foundry, foundry
from tests.chaos.stage import Stage, on_stage
from websockets.asyncio.client import ClientConnection, connect

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(90),
    pytest.mark.proves("events:resumed_or_told", "events:gap_visible", "events:ordered_per_task"),
]


@pytest.fixture
async def made() -> AsyncGenerator[Foundry]:
    async with foundry() as made:
        yield made


@dataclass(frozen=True, slots=True)
class Told:
    """One server-sent event."""

    kind: str
    id: str
    data: dict[str, Any]


async def told(lines: AsyncIterator[str]) -> AsyncIterator[Told]:
    """The events of a stream, comments left out."""
    fields: dict[str, str] = {}
    async for line in lines:
        name, _, value = line.partition(":")
        if line:
            fields[name] = value.strip()
        elif "event" in fields:
            yield Told(fields["event"], fields.get("id", ""), orjson.loads(fields["data"]))
            fields = {}
        else:
            fields = {}


@asynccontextmanager
async def stream(stage: Stage, task: str, last: str = "") -> AsyncGenerator[AsyncIterator[Told]]:
    """Read a task's events, from behind the event `last`."""
    headers = {"Last-Event-ID": last} if last else {}
    path = f"/tasks/{task}/events"
    async with stage.client.stream("GET", path, headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        yield told(answer.aiter_lines())


async def until(events: AsyncIterator[Told], kind: str) -> list[Told]:
    """Everything up to the first event of that kind."""
    heard: list[Told] = []
    async with asyncio.timeout(20):
        async for one in events:
            heard.append(one)
            if one.kind == kind:
                return heard
    raise AssertionError(f"the stream ended after {heard}")


def offsets(heard: list[Told]) -> list[int]:
    return [int(one.id.rpartition(".")[2]) for one in heard]


async def test_an_event_stream_goes_on_behind_its_last_event(tmp_path: Path, made: Foundry) -> None:
    async with on_stage(tmp_path, made) as stage:
        stage.browser.takes_s = lambda: 0.5
        task = await stage.submit(READ, ACT)
        async with stream(stage, task, last="") as events:
            heard = await until(events, "task_progress")
        async with stream(stage, task, heard[-1].id) as events:
            more = await until(events, "task_complete")
        assert "resync" not in [one.kind for one in more]
        both = [*offsets(heard), *offsets(more)]
        assert both == list(range(both[0], both[0] + len(both)))


async def test_an_event_stream_over_a_kill_is_told_to_look_anew(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made) as stage:
        stage.browser.takes_s = lambda: 1.0
        task = await stage.submit(READ, ACT, ACT)
        async with stream(stage, task) as events:
            heard = await until(events, "task_progress")
        assert stage.hub is not None
        await stage.hub.kill()
        await stage.start_hub()
        async with stream(stage, task, heard[-1].id) as events:
            more = await until(events, "task_complete")
        assert more[0].kind == "resync"
        assert more[0].id.partition(".")[0] != heard[-1].id.partition(".")[0]
        after = offsets(more)
        assert after == list(range(after[0], after[0] + len(after)))
        assert more[-1].data["status"] == await stage.status(task) == "completed"


async def test_an_event_stream_of_what_ended_before_the_kill_ends(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made) as stage:
        task = await stage.submit(READ)
        async with stream(stage, task) as events:
            heard = await until(events, "task_complete")
        assert stage.hub is not None
        await stage.hub.kill()
        await stage.start_hub()
        async with asyncio.timeout(20), stream(stage, task, heard[0].id) as events:
            kinds = [one.kind async for one in events]
        assert kinds[:1] == ["resync"]
        assert await stage.status(task) == "completed"


async def follow(socket: ClientConnection, task: str, **place: Any) -> dict[str, Any]:
    """Subscribe; the answer."""
    wanted = {"type": "subscribe_task", "taskId": task, **place}
    await socket.send(orjson.dumps(wanted).decode())
    while True:
        frame: dict[str, Any] = orjson.loads(await socket.recv())
        if frame["type"] == "subscribe_ack":
            return frame


async def test_a_socket_over_a_kill_is_told_to_look_anew(tmp_path: Path, made: Foundry) -> None:
    async with asyncio.timeout(60), on_stage(tmp_path, made) as stage:
        stage.browser.takes_s = lambda: 1.0
        task = await stage.submit(READ, ACT, ACT)
        where = f"ws://127.0.0.1:{stage.doors.link_port}/"
        async with connect(where, proxy=None) as socket:
            ack = await follow(socket, task, after=0)
            first = orjson.loads(await socket.recv())
            assert (first["type"], first["offset"]) == ("task_queued", 1)
            assert stage.hub is not None
            await stage.hub.kill()
        await stage.start_hub()
        place = {"after": first["offset"], "epoch": ack["epoch"]}
        async with connect(where, proxy=None) as socket:
            again = await follow(socket, task, **place)
            assert again["epoch"] != ack["epoch"]
            heard = [orjson.loads(await socket.recv())]
            assert heard[0]["type"] == "resync"
            while heard[-1]["type"] != "task_complete":
                heard.append(orjson.loads(await socket.recv()))
        counted = [one["offset"] for one in heard]
        assert counted == list(range(counted[0], counted[0] + len(counted)))
        assert heard[-1]["status"] == "completed"
