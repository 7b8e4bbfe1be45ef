"""Frames that come twice, late or in another order have one effect."""

import asyncio
import random

import orjson
import pytest
from tests.yard import ACT, READ, Listener, Yard, open_yard

from tabyard.testing import Call, MemorySocket, ScriptedInstance
from tabyard_protocol.ids import TaskId
from tabyard_protocol.resources.task import TaskStatus

pytestmark = pytest.mark.proves(
    "link:frames_count_once", "durability:one_terminal_event", "durability:at_most_once"
)


class Stutter:
    """A wire on which the browser's frames are repeated and overtake one another."""

    def __init__(self, socket: MemorySocket, seed: int) -> None:
        self._socket = socket
        self._dice = random.Random(seed)
        self._held: list[str] = []
        self.repeated = 0

    async def receive(self) -> str | bytes:
        return await self._socket.receive()

    async def send(self, text: str) -> None:
        kind = orjson.loads(text)["type"]
        if kind not in ("tool_result", "tool_error"):
            await self._socket.send(text)
            return
        # Older ones come again, before and behind the new one.
        again = self._dice.sample(self._held, min(len(self._held), 3))
        frames = [text, text, *again, *again]
        self._dice.shuffle(frames)
        self.repeated += len(frames) - 1
        self._held.append(text)
        for frame in frames:
            await self._socket.send(frame)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)


async def stuttering(yard: Yard, seed: int) -> tuple[ScriptedInstance, Stutter]:
    """A browser that answers at once, over such a wire."""

    async def answer(call: Call) -> dict[str, object]:
        return {"content": [], "structuredContent": {"command": call.command_id}}

    way = await yard.register()
    browser = ScriptedInstance(way.instance_id, handler=answer)
    wire = Stutter(yard.socket(), seed)
    await browser.join(wire, group=yard.group, ticket=way.ticket)
    return browser, wire


def told_once(events: Listener, task: TaskId) -> None:
    """The story of a task has one beginning, one end, and no hole."""
    story = events.of(task)
    assert story.count("task_complete") == 1
    assert story.count("task_started") == 1
    assert story[-1] == "task_complete"
    offsets = [one["offset"] for one in events.events if one.get("taskId") == task]
    assert offsets == list(range(1, len(offsets) + 1))


@pytest.mark.parametrize("seed", range(5))
async def test_answers_that_come_again_and_again_count_once(seed: int) -> None:
    async with asyncio.timeout(10), open_yard() as yard:
        browser, wire = await stuttering(yard, seed)
        events = yard.listen()
        tasks = [await yard.submit(ACT, READ, ACT) for _ in range(6)]
        for task in tasks:
            assert (await events.complete(task))["status"] == "completed"
        assert wire.repeated > 20
        for task in tasks:
            told_once(events, task)
            commands = (await yard.view(task)).commands
            results = [one.result["structuredContent"] for one in commands if one.result]
            assert results == [{"command": f"{task}_cmd_{index}"} for index in range(3)]
        started = [one.command_id for one in browser.started]
        assert started == [f"{task}_cmd_{index}" for task in tasks for index in range(3)]
        await browser.until(lambda one: not one.outbox)


async def test_a_failure_and_a_success_of_one_call_are_not_both_believed() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT), await yard.submit(READ)
        call = await browser.next_call()
        await browser.fail(call, "ELEMENT_NOT_FOUND")
        for result in ({"clicked": True}, None):
            frame = {"type": "tool_result", "id": call.id, "result": result}
            await browser.send_raw(orjson.dumps(frame).decode())
        assert (await events.complete(task))["error"]["code"] == "ELEMENT_NOT_FOUND"
        await browser.answer(await browser.next_call(2), {})
        assert (await events.complete(following))["status"] == "completed"
        told_once(events, task)
        assert (await yard.view(task)).status is TaskStatus.FAILED


async def test_a_hello_that_is_said_twice_changes_nothing() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        hello = {"type": "hello", "instanceId": browser.instance_id}
        await browser.send_raw(orjson.dumps(hello).decode())
        await browser.answer(call, {"clicked": True})
        assert (await events.complete(task))["status"] == "completed"
        assert (browser.epoch, browser.close_code) == (1, None)
        told_once(events, task)


async def test_a_calls_answer_before_the_call_of_the_next_link_is_of_no_use_to_it() -> None:
    """The answer of a lost link's call comes over the new link after it was made again."""
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ)
        old = await browser.next_call()
        yard.cut_all()
        await events.until(lambda event: event["type"] == "instance_reconnecting")
        browser.forget(memory="m2")
        await yard.reconnect(browser)
        again = await browser.next_call(2)
        assert (again.command_id, again.id != old.id) == (old.command_id, True)
        stale = {"type": "tool_result", "id": old.id, "result": {"read": "long ago"}}
        await browser.send_raw(orjson.dumps(stale).decode())
        await browser.answer(again, {"read": "now"})
        await events.complete(task)
        result = (await yard.view(task)).commands[0].result
        assert result is not None
        assert result["structuredContent"] == {"read": "now"}
        told_once(events, task)


async def test_calls_that_the_hub_repeats_are_begun_once() -> None:
    """What a fault on the way does to the hub's frames: the reference instance ignores repeats."""
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        link = next(iter(yard.hub.registry.all())).link
        assert link is not None
        for _ in range(3):
            await link.send(orjson.dumps(call.frame).decode())
        await browser.answer(call, {"clicked": True})
        await link.send(orjson.dumps(call.frame).decode())
        await events.complete(task)
        pongs = browser.pongs
        await browser.send_raw('{"type":"ping"}')
        await browser.until(lambda one: one.pongs > pongs)
        assert [one.id for one in browser.started] == [call.id]
        told_once(events, task)


async def test_an_answer_under_an_epoch_that_made_no_call_is_nobodys() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        frame = {"type": "tool_result", "id": f"{call.command_id}#7", "result": {"clicked": 7}}
        await browser.send_raw(orjson.dumps(frame).decode())
        await browser.answer(call, {"clicked": True})
        assert (await events.complete(task))["status"] == "completed"
        result = (await yard.view(task)).commands[0].result
        assert result is not None
        assert result["structuredContent"] == {"clicked": True}
        told_once(events, task)
