"""Server-sent events: the same events, resumable, ending with the task."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.web.door import NAVIGATE, ServedDoor, raw_http, serve_door, succeed


@dataclass(frozen=True, slots=True)
class Sent:
    """One event as a browser's EventSource would see it."""

    event: str
    id: str
    data: dict[str, Any]


async def read_events(answer: httpx2.Response) -> AsyncIterator[Sent]:
    """The events of a stream; comments and `retry` are skipped."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line == "":
            if "data" in fields:
                yield Sent(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


@asynccontextmanager
async def stream(
    door: ServedDoor, path: str, last: str | None = None
) -> AsyncGenerator[httpx2.Response]:
    """An open event stream."""
    headers = {} if last is None else {"last-event-id": last}
    async with door.http.stream("GET", path, headers=headers) as answer:
        yield answer


async def whole(door: ServedDoor, path: str, last: str | None = None) -> list[Sent]:
    """All events of a stream that ends by itself."""
    async with stream(door, path, last) as answer:
        assert answer.status_code == 200
        return [event async for event in read_events(answer)]


async def test_a_tasks_stream_starts_with_its_first_event_and_ends_with_its_last() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        task = await door.submit()
        call = await browser.next_call()
        async with stream(door, f"/tasks/{task}/events") as answer:
            events = read_events(answer)
            sent = [await anext(events) for _ in range(3)]
            await browser.answer(call, {})
            sent += [event async for event in events]
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    kinds = ["task_queued", "task_started", "task_progress", "task_progress", "task_complete"]
    assert [event.event for event in sent] == [event.data["type"] for event in sent] == kinds
    epoch = sent[0].id.rpartition(".")[0]
    assert [event.id for event in sent] == [f"{epoch}.{n}" for n in range(1, 6)]
    assert [event.data["offset"] for event in sent] == [1, 2, 3, 4, 5]


async def test_last_event_id_resumes_after_that_event() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        await door.yard.browser(handler=succeed)
        task = await door.submit()
        await door.ended(task)
        everything = await whole(door, f"/tasks/{task}/events")
        rest = await whole(door, f"/tasks/{task}/events", everything[2].id)
    assert rest == everything[3:]


async def test_a_reader_that_has_seen_the_end_is_told_not_to_come_back() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        await door.yard.browser(handler=succeed)
        task = await door.submit()
        await door.ended(task)
        everything = await whole(door, f"/tasks/{task}/events")
        async with stream(door, f"/tasks/{task}/events", everything[-1].id) as answer:
            assert answer.status_code == 204


async def test_an_unknown_task_or_browser_is_not_found_before_the_stream_starts() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        task = await door.http.get("/tasks/task_0_0/events")
        browser = await door.http.get("/instances/inst_0_0/events")
    assert (task.status_code, task.json()["code"]) == (404, "TASK_NOT_FOUND")
    assert (browser.status_code, browser.json()["code"]) == (404, "INSTANCE_NOT_FOUND")


async def test_the_end_of_a_forgotten_task_is_told_from_the_store() -> None:
    async with asyncio.timeout(5), serve_door(history_events=1) as door:
        await door.yard.browser(handler=succeed)
        task = await door.submit(NAVIGATE, NAVIGATE, metadata={"client": "x", "n": 10**400})
        await door.ended(task)
        await door.ended(await door.submit())
        sent = await whole(door, f"/tasks/{task}/events")
        async with stream(door, f"/tasks/{task}/events", sent[-1].id) as again:
            assert again.status_code == 204
    complete = sent[-1].data
    assert [event.event for event in sent][-1] == "task_complete"
    assert complete["taskId"] == task
    assert complete["status"] == "completed"
    assert complete["summary"]["successfulCommands"] == 2
    assert len(complete["results"]) == 2
    assert complete["metadata"] == {"client": "x", "n": 10**400}


async def test_a_hole_in_the_history_is_said_before_live_events() -> None:
    async with asyncio.timeout(5), serve_door(history_events=1) as door:
        browser = await door.yard.browser()
        task = await door.submit()
        call = await browser.next_call()
        async with stream(door, f"/tasks/{task}/events") as answer:
            events = read_events(answer)
            first = await anext(events)
            await browser.answer(call, {})
            rest = [event async for event in events]
    assert first.event == "resync"
    assert first.data["taskId"] == task
    assert [event.data["offset"] for event in rest] == [first.data["offset"] + 1, 5]


@pytest.mark.parametrize("last", ["another-process.3", "nonsense", ".", "7", "x." + "9" * 5_000])
async def test_an_id_of_another_time_is_answered_with_resync(last: str) -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        task = await door.submit()
        call = await browser.next_call()
        async with stream(door, f"/tasks/{task}/events", last) as answer:
            events = read_events(answer)
            assert (await anext(events)).event == "resync"
            await browser.answer(call, {})
            assert [event.event async for event in events][-1] == "task_complete"


async def test_a_browsers_stream_has_all_its_tasks_from_now_on() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser(handler=succeed)
        path = f"/instances/{browser.instance_id}/events"
        before = await door.submit()
        await door.ended(before)
        async with stream(door, path) as answer:
            task = await door.submit()
            events = read_events(answer)
            sent = [await anext(events) for _ in range(5)]
        async with stream(door, path, sent[1].id) as answer:
            events = read_events(answer)
            resumed = [await anext(events) for _ in range(3)]
    assert {event.data["taskId"] for event in sent} == {task}
    assert resumed == sent[2:]


async def test_an_idle_stream_is_kept_open_by_comments() -> None:
    async with asyncio.timeout(5), serve_door(web={"comment_interval_s": 0.02}) as door:
        browser = await door.yard.browser()
        async with stream(door, f"/instances/{browser.instance_id}/events") as answer:
            comments = 0
            async for line in answer.aiter_lines():
                comments += line.startswith(":")
                if comments == 3:
                    break


async def test_when_the_hub_goes_down_its_streams_end_properly() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with stream(door, f"/instances/{browser.instance_id}/events") as answer:
            door.yard.hub.bus.close()
            # An answer cut short would raise here.
            assert [event async for event in read_events(answer)] == []


async def test_a_reader_that_leaves_is_forgotten() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        path = f"/instances/{browser.instance_id}/events"
        async with raw_http(door.http_port, f"GET {path} HTTP/1.1", "Host: localhost"):
            await until_metric(door, "tabyard_event_streams 1.0")
        await until_metric(door, "tabyard_event_streams 0.0")


async def until_metric(door: ServedDoor, line: str) -> None:
    """Wait until the metrics say `line`."""
    while line not in (await door.http.get("/metrics")).text:
        pass


async def test_head_is_answered_without_opening_a_stream() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        answer = await door.http.head(f"/instances/{browser.instance_id}/events")
    assert answer.status_code == 200
    assert answer.content == b""
