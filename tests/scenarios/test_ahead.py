"""Commands that were sent ahead of the disk, and what becomes of them when something breaks."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.scenarios.test_failing_store import FullDisk, yard_on
from tests.yard import ACT, READ, Yard, command, open_yard
from typing_extensions import override

from tabyard.core.errors import StoreUnavailable
from tabyard.hub.artifacts import Artifacts
from tabyard.hub.hubtools import NoBrowsers
from tabyard.hub.ports import SocketClosed
from tabyard.storage import Faults, SqliteStore, open_store
from tabyard.testing import Behaviour, Call, ScriptedInstance, SequentialIds, VirtualClock
from tabyard_protocol.ids import TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import TaskStatus

PICTURE: JsonObject = {
    "content": [{"type": "image", "data": "QUJD", "mimeType": "image/png"}],
    "structuredContent": {},
}


class OneBadCommit(Faults):
    """The commit that begins when it is armed hangs, and then fails; all others are well."""

    def __init__(self) -> None:
        self.armed = False
        self.begun = asyncio.Event()
        self._freed = threading.Event()
        self._loop = asyncio.get_running_loop()

    @override
    def before_commit(self) -> None:
        if self.armed:
            self.armed = False
            self._loop.call_soon_threadsafe(self.begun.set)
            self._freed.wait()
            raise OSError("input/output error")

    def free(self) -> None:
        self._freed.set()


class Untold(Faults):
    """The next commit is well, and told as failed, when it is `due`."""

    due = False

    @override
    def after_commit(self) -> None:
        if self.due:
            self.due = False
            raise OSError("input/output error")


class Launching(NoBrowsers):
    """Takes its time to start a browser."""

    def __init__(self) -> None:
        self.launched = 0
        self.go_on = asyncio.Event()

    @override
    async def launch(self, wanted: Mapping[str, object]) -> JsonObject:
        self.launched += 1
        await self.go_on.wait()
        return {"instanceId": "inst_9"}


def refusing(*_: Any, **__: Any) -> "asyncio.Future[Any]":
    """What the store says to a write for which it has no room."""
    refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    refused.set_exception(StoreUnavailable("no space left"))
    return refused


async def heard(browser: ScriptedInstance) -> None:
    """The hub has taken all that `browser` has said so far, and what follows from it is done."""
    for _ in range(3):
        pongs = browser.pongs
        await browser.send_raw('{"type":"ping"}')
        await browser.until(lambda one, pongs=pongs: one.pongs > pongs)
        await asyncio.sleep(0.005)


async def cut(yard: Yard, browser: ScriptedInstance) -> None:
    yard.cut_all()
    await browser.until(lambda one: one.close_code is not None)


def once(browser: ScriptedInstance) -> bool:
    """Whether it has begun each command once."""
    begun = [call.command_id for call in browser.started]
    return len(set(begun)) == len(begun)


@asynccontextmanager
async def two_hubs(
    disk: Faults, where: Path
) -> AsyncGenerator[tuple[SqliteStore, Callable[[], AbstractAsyncContextManager[Yard]]]]:
    """A store, and what opens one hub after the other on it."""
    clock, ids = VirtualClock(), SequentialIds()
    async with asyncio.timeout(8), open_store(where, faults=disk) as store:
        yield store, lambda: open_yard(store=store, clock=clock, ids=ids)


@pytest.mark.proves("durability:at_most_once", "link:finished_answer_adopted")
@pytest.mark.parametrize("dies", [True, False])
async def test_a_commit_that_fails_between_two_leaves_no_gap(tmp_path: Path, *, dies: bool) -> None:
    disk = OneBadCommit()
    async with two_hubs(disk, tmp_path / "store") as (store, next_hub):
        async with next_hub() as yard:
            browser = await yard.browser()
            events = yard.listen()
            task = await yard.submit(*[ACT] * 4)
            first = await browser.next_call()
            disk.armed = True
            await browser.answer(first, {"n": 0})
            second = await browser.next_call(2)
            await disk.begun.wait()
            # Its outcome is in the next commit, which is well.
            await browser.answer(second, {"n": 1})
            third = await browser.next_call(3)
            disk.free()
            await heard(browser)
            stored = await store.task(task)
            assert stored is not None
            assert not stored.outcomes, "none behind one that is missing"
            assert set(browser.outbox) == {first.id, second.id}
            if not dies:
                await cut(yard, browser)
                await browser.answer(third, {"n": 2})
                await yard.reconnect(browser)
                await browser.answer(await browser.next_call(4), {"n": 3})
                assert (await events.complete(task))["status"] == "completed"
        if dies:
            await browser.answer(third, {"n": 2})
            async with next_hub() as yard:
                events = yard.listen()
                await yard.reconnect(browser)
                await browser.answer(await browser.next_call(4), {"n": 3})
                assert (await events.complete(task))["status"] == "completed"
        assert once(browser)
        ended = await store.task(task)
        assert ended is not None
        results = [one.result for one in ended.outcomes]
        assert [one["structuredContent"] for one in results if one] == [{"n": n} for n in range(4)]


async def test_what_was_refused_at_first_is_acknowledged_when_it_is_stored() -> None:
    disk = FullDisk()
    async with yard_on(disk) as yard:
        browser = await yard.browser()
        task = await yard.submit(*[ACT] * 4)
        first = await browser.next_call()
        disk.full = True
        await browser.answer(first, {})
        await disk.refusals.acquire()
        await heard(browser)
        for number in (2, 3):  # they were sent before anything was refused
            await browser.answer(await browser.next_call(number), {})
            await heard(browser)
        assert len(browser.started) == 3, "no further, while nothing can be stored"
        disk.full = False
        yard.clock.advance(1.1)
        fourth = await browser.next_call(4)
        await browser.until(lambda one: not one.outbox)
        assert fourth.id in browser.held
        assert (await yard.view(task)).status is TaskStatus.RUNNING


async def test_the_hubs_own_tool_goes_on_behind_an_answer_that_is_adopted() -> None:
    disk, browsers = FullDisk(), Launching()
    async with yard_on(disk) as yard:
        yard.hub.use_browsers(browsers)
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, command("browser_instance", action="new"), READ)
        call = await browser.next_call()
        disk.full = True
        await browser.answer(call, {"n": 0})
        await disk.refusals.acquire()
        await cut(yard, browser)
        disk.full = False
        await yard.reconnect(browser)
        browsers.go_on.set()
        await browser.answer(await browser.next_call(2), {})
        assert (await events.complete(task))["status"] == "completed"
        assert browsers.launched == 1
        told = [
            (event["commandIndex"], event["status"])
            for event in events.events
            if event["type"] == "task_progress" and event["taskId"] == task
        ]
        assert told.count((0, "success")) == 1, "an end is told once, however often it is adopted"


async def one_answer_ahead(
    store: SqliteStore, browser: ScriptedInstance, monkeypatch: pytest.MonkeyPatch
) -> Call:
    """The call behind an answer with a picture whose outcome the store has refused."""
    call = await browser.next_call()
    with monkeypatch.context() as patch:
        patch.setattr(store, "checkpoint", refusing)
        await browser.answer(call, PICTURE)
        ahead = await browser.next_call(2)
        await heard(browser)
    return ahead


async def left_by_one_without_memory(
    store: SqliteStore, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> tuple[ScriptedInstance, TaskId]:
    """A browser that keeps answers and names no memory: one answer, and a second call at work."""
    browser = await yard.browser()
    await cut(yard, browser)
    await yard.reconnect(browser, memory=None)
    task = await yard.submit(*[ACT] * 3)
    await one_answer_ahead(store, browser, monkeypatch)
    return browser, task


@pytest.mark.proves("durability:at_most_once")
async def test_a_link_that_is_lost_while_answers_are_adopted_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = asyncio.Event()

    async def keep(*_: Any, **__: Any) -> Any:
        keeping.set()
        await asyncio.Event().wait()

    async with two_hubs(Faults(), tmp_path / "store") as (store, next_hub):
        async with next_hub() as yard:
            browser, task = await left_by_one_without_memory(store, yard, monkeypatch)
        browser.held.clear()
        async with next_hub() as yard:
            events = yard.listen()
            with monkeypatch.context() as patch:
                patch.setattr(Artifacts, "keep", keep)
                await yard.reconnect(browser, memory=None)
                await keeping.wait()
                await cut(yard, browser)
            await yard.reconnect(browser, memory=None)
            assert (await events.complete(task))["error"]["code"] == "INSTANCE_DISCONNECTED"
            assert once(browser)


@pytest.mark.proves("lanes:one_running")
async def test_what_runs_behind_an_answer_that_can_not_be_kept_is_stopped_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_room(*_: Any, **__: Any) -> Any:
        raise OSError("no space left")

    async with two_hubs(Faults(), tmp_path / "store") as (store, next_hub):
        async with next_hub() as yard:
            browser = await yard.browser()
            task, behind = await yard.submit(*[ACT] * 3), await yard.submit(ACT)
            at_work = await one_answer_ahead(store, browser, monkeypatch)
        async with next_hub() as yard:
            events = yard.listen()
            monkeypatch.setattr(Artifacts, "keep", no_room)
            await yard.reconnect(browser)
            await browser.until(lambda one: one.cancelled == [at_work.id])
            assert len(browser.started) == 2, "nothing starts beside it"
            monkeypatch.undo()
            await browser.fail(at_work, "CANCELLED")
            assert (await events.complete(task))["error"]["code"] == "INTERNAL"
            await browser.answer(await browser.next_call(3), {})
            assert (await events.complete(behind))["status"] == "completed"


async def test_what_runs_again_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        events = yard.listen()
        task = await yard.submit(READ, READ)
        with monkeypatch.context() as patch:
            patch.setattr(yard.store, "checkpoint", refusing)
            await browser.answer(await browser.next_call(), {"v": "first"})
            await browser.next_call(2)
            await cut(yard, browser)
        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(3), {"v": "second"})
        await browser.answer(await browser.next_call(4), {})
        await events.complete(task)
        told = [
            event["result"]["structuredContent"]
            for event in events.events
            if event.get("commandIndex") == 0 and event.get("status") == "success"
        ]
        assert told == [{"v": "first"}, {"v": "second"}]


async def test_an_answer_for_which_its_task_did_not_wait_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def no_room(*_: Any, **__: Any) -> Any:
        asked.set()
        await go_on.wait()
        raise OSError("no space left")

    async with two_hubs(Faults(), tmp_path / "store") as (store, next_hub):
        async with next_hub() as yard:
            browser = await yard.browser()
            task = await yard.submit(*[ACT] * 3)
            at_work = await one_answer_ahead(store, browser, monkeypatch)
        async with next_hub() as yard:
            events = yard.listen()
            monkeypatch.setattr(Artifacts, "keep", no_room)
            await yard.reconnect(browser)
            await asked.wait()
            await browser.answer(at_work, {})
            await heard(browser)
            go_on.set()
            assert (await events.complete(task))["error"]["code"] == "INTERNAL"
            await browser.until(lambda one: not one.outbox)


async def test_what_was_never_sent_is_not_called_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        events = yard.listen()
        upload = command("browser_interact", action="upload", selector="#f", files=["/nope/x"])
        task = await yard.submit(READ, upload)
        call = await browser.next_call()
        with monkeypatch.context() as patch:
            patch.setattr(yard.store, "advance", refusing)
            await browser.answer(call, {})
            await events.until(lambda event: event.get("status") == "error")
            await cut(yard, browser)
        await yard.reconnect(browser)
        assert (await events.complete(task))["error"]["code"] == "INVALID_ARGUMENTS"
        assert len(browser.started) == 1


@pytest.mark.proves("durability:one_terminal_event")
async def test_a_task_that_was_cancelled_stays_so_when_its_call_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asyncio.timeout(5), open_yard(cancel_wait_s=0.1) as yard:
        browser = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        events = yard.listen()
        task = await yard.submit(ACT, ACT)
        await browser.next_call()
        async with asyncio.TaskGroup() as group:
            with monkeypatch.context() as patch:
                patch.setattr(yard.store, "finish", refusing)
                cancelling = group.create_task(yard.tasks.cancel(task))
                await events.until(lambda event: event.get("status") == "skipped")
                await cut(yard, browser)
            assert not cancelling.done()
            await yard.reconnect(browser)
            assert (await events.complete(task))["status"] == "cancelled"
        assert len(browser.started) == 1


@pytest.mark.parametrize("failing", [False, True])
async def test_an_attachment_that_failed_and_is_stored_costs_no_task(*, failing: bool) -> None:
    disk = Untold()
    async with yard_on(disk, silent_after_s=1e9) as yard:
        browser = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        events = yard.listen()
        task = await yard.submit(READ, ACT)
        call, ticket = await browser.next_call(), browser.welcome["ticket"]
        disk.due = True
        await browser.answer(call, {})
        await heard(browser)
        assert not disk.due
        assert len(browser.started) == 1, "it waits for the disk"
        await cut(yard, browser)
        await events.until(lambda event: event["type"] == "instance_reconnecting")
        if failing:
            await yard.store.task(task)  # behind all that is written so far
            disk.due = True
            with pytest.raises(SocketClosed):
                await yard.connect(browser, ticket=ticket)
        await yard.connect(browser, ticket=ticket)
        await browser.answer(await browser.next_call(2), {})
        assert (await events.complete(task))["status"] == "completed"
