"""A store that can not write: nothing is accepted, nothing told that is not stored."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from tests.yard import ACT, READ, Yard, command, open_yard
from typing_extensions import override

from tabyard.core.errors import StoreUnavailable
from tabyard.hub.checkpoints import MOST_AHEAD
from tabyard.hub.hubtools import NoBrowsers
from tabyard.hub.ports import SocketClosed
from tabyard.storage import Faults, open_store
from tabyard.testing import (
    Behaviour,
    Call,
    ScriptedInstance,
    SequentialIds,
    VirtualClock,
)
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceStatus


class StalledDisk(Faults):
    """A commit that begins while it is stalled does not come back before it is freed."""

    def __init__(self) -> None:
        self.stalled = False
        self.begun = asyncio.Event()
        self._freed = threading.Event()
        self._loop = asyncio.get_running_loop()

    @override
    def before_commit(self) -> None:
        if self.stalled:
            self._loop.call_soon_threadsafe(self.begun.set)
            self._freed.wait()

    def free(self) -> None:
        self.stalled = False
        self._freed.set()


class FullDisk(Faults):
    """Commits fail for as long as it is full."""

    def __init__(self) -> None:
        self.full = False
        self.refusals = asyncio.Semaphore(0)
        self._loop = asyncio.get_running_loop()

    @override
    def before_commit(self) -> None:
        if self.full:
            self._loop.call_soon_threadsafe(self.refusals.release)
            raise OSError("no space left")


@asynccontextmanager
async def yard_on(
    disk: Faults, where: Path | Literal[":memory:"] = ":memory:", **settings: Any
) -> AsyncGenerator[Yard]:
    async with (
        asyncio.timeout(5),
        open_store(where, faults=disk) as store,
        open_yard(store=store, **settings) as yard,
    ):
        yield yard


@pytest.mark.proves("durability:accepted_is_on_disk")
async def test_what_can_not_be_stored_is_not_accepted() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        browser = await yard.browser()
        events = yard.listen()
        disk.full = True
        with pytest.raises(StoreUnavailable, match="no space left"):
            await yard.submit(READ)
        disk.full = False
        timers = yard.clock.pending
        await yard.clock.armed(timers)
        yard.clock.advance(1.1)
        task = await yard.submit(READ)
        await browser.answer(await browser.next_call(), {})
        await events.complete(task)
        assert events.of(task)[0] == "task_queued"
        assert len({event.get("taskId") for event in events.events} - {None}) == 1


@pytest.mark.proves("durability:one_terminal_event")
async def test_an_end_that_can_not_be_stored_is_told_when_it_can() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        disk.full = True
        timers = yard.clock.pending
        await browser.answer(call, {"clicked": True})
        await events.until(lambda event: event.get("status") == "success")
        await yard.clock.armed(timers + 1)
        assert "task_complete" not in events.of(task)
        assert call.id in browser.outbox, "what is not stored is not acknowledged"

        disk.full = False
        yard.clock.advance(1.1)

        assert (await events.complete(task))["status"] == "completed"
        await browser.until(lambda one: not one.outbox)
        assert len(browser.started) == 1


@pytest.mark.parametrize("answers", ["when told", "before"])
async def test_a_browser_is_told_to_stop_although_the_disk_hangs(
    tmp_path: Path, answers: str
) -> None:
    disk = StalledDisk()
    async with (
        # A file: in memory, also reading waits for the commit.
        yard_on(disk, tmp_path / "store", cancel_wait_s=0.1) as yard,
        asyncio.TaskGroup() as group,
    ):
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        disk.stalled = True
        try:
            cancelling = group.create_task(yard.tasks.cancel(task))
            await disk.begun.wait()
            if answers == "when told":
                await browser.until(lambda one: call.id in one.cancelled)
            assert not cancelling.done(), "what is not stored is not told"
            assert "task_complete" not in events.of(task)
            await browser.fail(call, "CANCELLED")
            await browser.send_raw('{"type":"ping"}')
            await browser.until(lambda one: one.pongs == 1)
            assert call.id in browser.outbox, "a hub that is killed now has to learn of it"
        finally:
            disk.free()
        assert (await events.complete(task))["status"] == "cancelled"
        await browser.until(lambda one: not one.outbox)


async def test_an_outcome_that_can_not_be_stored_goes_along_with_the_end() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, READ)
        first = await browser.next_call()
        disk.full = True
        await browser.answer(first, {"clicked": True})
        second = await browser.next_call(2)
        with pytest.raises(StoreUnavailable):
            await yard.submit(READ)
        disk.full = False

        await browser.answer(second, {})

        await events.complete(task)
        view = await yard.view(task)
        assert [one.result is not None for one in view.commands] == [True, True]


@pytest.mark.proves("durability:at_most_once")
async def test_no_command_with_effects_is_sent_beyond_an_outcome_that_is_not_on_disk() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        browser = await yard.browser()
        task = await yard.submit(READ, READ, ACT)
        first = await browser.next_call()
        disk.full = True
        await browser.answer(first, {})
        # Reading again would do no harm.
        second = await browser.next_call(2)
        await disk.refusals.acquire()
        timers = yard.clock.pending
        await browser.answer(second, {})
        await disk.refusals.acquire()
        await yard.clock.armed(timers + 1)
        assert len(browser.started) == 2, "a click that nobody would remember"

        disk.full = False
        yard.clock.advance(1.1)

        assert (await browser.next_call(3)).command_id == f"{task}_cmd_2"
        stored = await yard.store.task(task)
        assert stored is not None
        assert len(stored.outcomes) == 2


async def test_commands_with_effects_go_ahead_of_a_slow_disk_but_not_far(tmp_path: Path) -> None:
    disk = StalledDisk()
    async with yard_on(disk, tmp_path / "store") as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(*[ACT] * (MOST_AHEAD + 3))
        call = await browser.next_call()
        disk.stalled = True
        try:
            for count in range(2, MOST_AHEAD + 2):
                await browser.answer(call, {"clicked": count})
                call = await browser.next_call(count)
            await browser.answer(call, {"clicked": True})
            await events.until(lambda event: event.get("commandIndex") == MOST_AHEAD)
            await browser.send_raw('{"type":"ping"}')
            await browser.until(lambda one: one.pongs == 1)
            assert len(browser.started) == MOST_AHEAD + 1
            assert set(browser.outbox) == {one.id for one in browser.started}
        finally:
            disk.free()
        for count in range(MOST_AHEAD + 2, MOST_AHEAD + 4):
            await browser.answer(await browser.next_call(count), {})
        await events.complete(task)
        await browser.until(lambda one: not one.outbox)
        assert [one.command_id for one in browser.started] == [
            one.id for one in (await yard.view(task)).commands
        ]


class Launching(NoBrowsers):
    """Says that it has started a browser."""

    @override
    async def launch(self, wanted: Mapping[str, object]) -> JsonObject:
        return {"instanceId": "inst_9"}


class Left(NamedTuple):
    """What a hub leaves behind that died before it had stored the first answer."""

    browser: ScriptedInstance
    task: TaskId
    ahead: Call


@asynccontextmanager
async def after_a_death(behaviour: Behaviour) -> AsyncGenerator[tuple[Yard, Left]]:
    disk, clock, ids = FullDisk(), VirtualClock(), SequentialIds()
    async with asyncio.timeout(5), open_store(":memory:", faults=disk) as store:
        async with open_yard(store=store, clock=clock, ids=ids) as first:
            browser = await first.browser(behaviour=behaviour)
            task = await first.submit(ACT, ACT, ACT)
            call = await browser.next_call()
            disk.full = True
            await browser.answer(call, {"clicked": 1})
            ahead = await browser.next_call(2)
            await disk.refusals.acquire()
        disk.full = False
        async with open_yard(store=store, clock=clock, ids=ids) as later:
            stored = await store.task(task)
            assert stored is not None
            assert not stored.outcomes
            yield later, Left(browser, task, ahead)


@pytest.mark.proves("durability:at_most_once", "link:finished_answer_adopted")
@pytest.mark.parametrize("answered", ["before", "after"])
async def test_what_went_ahead_is_known_to_the_browser(answered: str) -> None:
    async with after_a_death(Behaviour.FULL) as (yard, left):
        browser, events = left.browser, yard.listen()
        if answered == "before":
            await browser.answer(left.ahead, {"clicked": 2})
        await yard.reconnect(browser)
        if answered == "after":
            await browser.answer(left.ahead, {"clicked": 2})
        await browser.answer(await browser.next_call(3), {"clicked": 3})

        assert (await events.complete(left.task))["status"] == "completed"

        results = [one.result for one in (await yard.view(left.task)).commands]
        clicks = [one["structuredContent"]["clicked"] for one in results if one is not None]
        assert clicks == [1, 2, 3]
        assert len(browser.started) == 3
        await browser.until(lambda one: not one.outbox)


@pytest.mark.proves("durability:at_most_once")
@pytest.mark.parametrize("behaviour", Behaviour)
async def test_what_went_ahead_and_is_forgotten_is_not_sent_again(behaviour: Behaviour) -> None:
    async with after_a_death(behaviour) as (yard, left):
        browser, events = left.browser, yard.listen()
        browser.forget(memory="m2")

        await yard.reconnect(browser)

        ended = await events.complete(left.task)
        assert ended["error"]["code"] == "INSTANCE_DISCONNECTED"
        assert len(browser.started) == 2


async def test_behind_what_the_hub_did_itself_commands_with_effects_wait_for_the_disk() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        yard.hub.use_browsers(Launching())
        browser = await yard.browser()
        task = await yard.submit(ACT, command("browser_instance", action="new"), ACT)
        call = await browser.next_call()
        disk.full = True
        timers = yard.clock.pending
        await browser.answer(call, {"clicked": 1})
        await disk.refusals.acquire()
        await yard.clock.armed(timers + 1)
        assert len(browser.started) == 1

        disk.full = False
        yard.clock.advance(1.1)

        assert (await browser.next_call(2)).command_id == f"{task}_cmd_2"
        stored = await yard.store.task(task)
        assert stored is not None
        assert len(stored.outcomes) == 2


async def test_a_browser_can_not_join_a_hub_that_can_not_remember_it() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        way = await yard.register()
        disk.full = True
        browser = ScriptedInstance(way.instance_id)
        with pytest.raises(SocketClosed):
            await yard.connect(browser, ticket=way.ticket)
        assert browser.close_code == CloseCode.GOING_AWAY
        disk.full = False
        other = await yard.browser()
        await yard.submit(READ)
        await other.next_call()


async def test_a_picture_that_can_not_be_kept_fails_its_command() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(command("browser_content", action="screenshot"))
        call = await browser.next_call()
        disk.full = True
        timers = yard.clock.pending
        picture = {"type": "image", "data": "QUJD", "mimeType": "image/png"}
        await browser.answer(call, {"content": [picture], "structuredContent": {}})
        await events.until(lambda event: event.get("status") == "error")
        await yard.clock.armed(timers + 1)
        disk.full = False
        yard.clock.advance(1.1)
        ended = await events.complete(task)
        assert "could not be kept" in ended["error"]["message"]


async def test_a_lost_browser_is_given_up_as_soon_as_that_can_be_stored() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        await browser.next_call()
        await browser.leave()
        await events.until(lambda event: event["type"] == "instance_reconnecting")
        disk.full = True
        yard.clock.advance(31)
        await disk.refusals.acquire()
        await yard.clock.armed(1)
        view = yard.hub.registry.view(InstanceId(browser.instance_id))
        assert view.status is InstanceStatus.RECONNECTING

        disk.full = False
        yard.clock.advance(1.1)

        assert (await events.complete(task))["error"]["code"] == "INSTANCE_DISCONNECTED"
