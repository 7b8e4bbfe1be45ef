"""Commands that wait in the browser until the one before them has succeeded."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.scenarios.test_ahead import cut, heard, once, two_hubs
from tests.scenarios.test_failing_store import FullDisk, StalledDisk, yard_on
from tests.yard import ACT, READ, command, open_yard

from tabyard.hub.artifacts import Artifacts
from tabyard.storage import Faults
from tabyard.testing import Behaviour, Call, ScriptedInstance
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

LOST = "INSTANCE_DISCONNECTED"


def calls(browser: ScriptedInstance) -> list[str]:
    """The commands of all calls that it was sent, in order."""
    return [str(frame["commandId"]) for frame in browser.frames if frame["type"] == "tool_call"]


async def followed(browser: ScriptedInstance) -> Call:
    """The first call that was begun, once another one waits behind it."""
    call = await browser.next_call()
    await browser.until(lambda one: bool(one.waiting))
    return call


def statuses(ended: dict[str, Any]) -> list[str]:
    return [one["status"] for one in ended["results"]]


async def test_the_next_command_is_there_before_it_is_needed() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT, ACT)
        first = await browser.next_call()
        await browser.until(lambda one: len(one.waiting) == 1)
        second = browser.waiting[first.id]
        assert second.command_id == f"{task}_cmd_1"
        assert [call.id for call in browser.started] == [first.id]
        await heard(browser)
        assert len(calls(browser)) == 2, "one is enough"
        await events.until(lambda event: event.get("status") == "running")
        assert events.of(task) == ["task_queued", "task_started", "task_progress:running"]

        await browser.answer(first, {})
        assert browser.started[1:] == [second], "the hub has not heard of the answer yet"

        await browser.answer(second, {})
        await browser.answer(await browser.next_call(3), {})
        assert (await events.complete(task))["status"] == "completed"
        told = ["task_progress:running", "task_progress:success"]
        assert events.of(task) == ["task_queued", "task_started", *told * 3, "task_complete"]
        await browser.until(lambda one: not one.outbox)


@pytest.mark.parametrize(
    ("pair", "ahead"),
    [
        ((ACT, ACT), True),
        ((ACT, READ), True),
        ((READ, READ), True),
        # When the hub dies, the first may be sent again, and what has effects behind it must not.
        ((READ, ACT), False),
        ((ACT, command("browser_instance", action="list")), False),
        ((ACT, command("browser_interact", action="upload", selector="#f", files=["/x"])), False),
    ],
)
async def test_only_what_can_not_run_twice_goes_ahead(
    pair: tuple[dict[str, Any], ...], *, ahead: bool
) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        await yard.submit(*pair)
        await browser.next_call()
        await heard(browser)
        assert len(calls(browser)) == 1 + ahead


async def test_a_plain_script_is_sent_one_at_a_time() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        await yard.submit(ACT, ACT)
        call = await browser.next_call()
        await heard(browser)
        assert len(calls(browser)) == 1
        assert call.after is None


async def test_a_failure_ends_the_task_and_nothing_behind_it_has_run() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT, ACT), await yard.submit(READ)
        call = await followed(browser)
        await browser.fail(call, "ELEMENT_NOT_FOUND")
        ended = await events.complete(task)
        assert ended["error"]["code"] == "ELEMENT_NOT_FOUND"
        assert statuses(ended) == ["error", "skipped"]
        assert (await browser.next_call(2)).task_id == following
        await browser.until(lambda one: not one.outbox)
        assert not browser.cancelled, "the browser has refused it by itself"


@pytest.mark.proves("lanes:one_running")
async def test_a_cancel_reaches_both_and_neither_goes_on() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT, ACT), await yard.submit(READ)
        call = await followed(browser)
        waiting = browser.waiting[call.id]
        await yard.tasks.cancel(task)
        assert statuses(await events.complete(task)) == ["skipped", "skipped"]
        await browser.until(lambda one: one.cancelled == [waiting.id, call.id])
        assert len(browser.started) == 1, "the first has not let go yet"
        await browser.answer(call, {})
        assert (await browser.next_call(2)).task_id == following
        await browser.until(lambda one: not one.outbox)


@pytest.mark.proves("lanes:one_running")
async def test_a_cancel_that_crosses_an_answer_stops_what_has_begun_meanwhile() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT, ACT), await yard.submit(READ)
        call = await followed(browser)
        cancelling = yard.group.create_task(yard.tasks.cancel(task))
        await browser.answer(call, {})
        second = await browser.next_call(2)
        await cancelling
        assert (await events.complete(task))["status"] == "cancelled"
        await browser.until(lambda one: second.id in one.cancelled)
        assert len(browser.started) == 2, "nothing starts beside it"
        await browser.fail(second, "CANCELLED")
        assert (await browser.next_call(3)).task_id == following
        await browser.until(lambda one: not one.outbox)


async def test_its_deadline_counts_from_its_turn() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT)
        call = await followed(browser)
        yard.clock.advance(50)
        await browser.answer(call, {})
        await events.until(lambda event: event.get("status") == "success")
        await heard(browser)
        yard.clock.advance(59.9)
        assert (await yard.view(task)).commands[1].status is CommandStatus.RUNNING
        yard.clock.advance(1)
        ended = await events.complete(task)
        assert ended["error"]["code"] == "COMMAND_TIMEOUT"
        assert statuses(ended) == ["success", "error"]


@pytest.mark.proves("durability:at_most_once", "link:finished_answer_adopted")
async def test_what_waits_is_forgotten_with_the_link_and_sent_again() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT)
        call = await followed(browser)
        await cut(yard, browser)
        await yard.reconnect(browser)
        await browser.answer(call, {})
        await browser.answer(await browser.next_call(2), {})
        assert (await events.complete(task))["status"] == "completed"
        assert once(browser)


@pytest.mark.proves("durability:at_most_once", "link:finished_answer_adopted")
@pytest.mark.parametrize("done", [False, True])
async def test_a_hub_that_comes_anew_takes_up_what_went_on_without_it(
    tmp_path: Path, *, done: bool
) -> None:
    async with two_hubs(Faults(), tmp_path / "store") as (_, next_hub):
        async with next_hub() as yard:
            browser = await yard.browser()
            task = await yard.submit(ACT, ACT, ACT)
            first = await followed(browser)
            await browser.answer(first, {})
            second = await browser.next_call(2)
        if done:
            await browser.answer(second, {})
        async with next_hub() as yard:
            events = yard.listen()
            await yard.reconnect(browser)
            if not done:
                await browser.answer(second, {})
            await browser.answer(await browser.next_call(3), {})
            assert (await events.complete(task))["status"] == "completed"
            assert once(browser)


@pytest.mark.proves("durability:at_most_once")
@pytest.mark.parametrize("first", [ACT, READ])
async def test_a_browser_that_forgot_both_is_sent_only_what_may_run_twice(
    first: dict[str, Any],
) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(first, READ)
        call = await followed(browser)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(browser, "_send", silence)
            await browser.answer(call, {})
            assert len(browser.started) == 2, "the second runs, and the hub has heard of nothing"
        await cut(yard, browser)
        browser.forget(memory="another")
        await yard.reconnect(browser)
        if first is READ:
            for number in (3, 4):
                await browser.answer(await browser.next_call(number), {})
            assert (await events.complete(task))["status"] == "completed"
        else:
            assert (await events.complete(task))["error"]["code"] == LOST
            assert once(browser)


@pytest.mark.proves("link:grace_then_gone")
@pytest.mark.parametrize("returns", [False, True])
async def test_a_lost_command_tells_that_the_one_behind_it_may_have_begun(*, returns: bool) -> None:
    async with asyncio.timeout(5), open_yard(silent_after_s=1e9) as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT, ACT)
        await followed(browser)
        await cut(yard, browser)
        if returns:
            browser.forget(memory="another")
            await yard.reconnect(browser)
        else:
            await events.until(lambda event: event["type"] == "instance_reconnecting")
            yard.clock.advance(31)
        ended = await events.complete(task)
        assert statuses(ended) == ["error", "skipped", "skipped"]
        fault = (await yard.view(task)).commands[0].error
        assert fault is not None
        assert fault.details == {"mayHaveBegun": [f"{task}_cmd_1"]}


async def silence(_: object) -> None:
    """What is sent is lost."""


@pytest.mark.proves("lanes:one_running")
async def test_what_runs_behind_an_answer_that_can_not_be_kept_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def no_room(*_: Any, **__: Any) -> Any:
        raise OSError("no space left")

    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT, ACT), await yard.submit(READ)
        call = await followed(browser)
        with monkeypatch.context() as patch:
            patch.setattr(Artifacts, "keep", no_room)
            await browser.answer(call, {})
            second = await browser.next_call(2)
            await browser.until(lambda one: second.id in one.cancelled)
        assert len(browser.started) == 2
        await browser.fail(second, "CANCELLED")
        assert (await events.complete(task))["error"]["code"] == "INTERNAL"
        assert (await browser.next_call(3)).task_id == following
        await browser.until(lambda one: not one.outbox)


@pytest.mark.proves("durability:answered_while_going_down")
async def test_a_hub_that_goes_down_waits_for_what_it_has_sent_and_sends_no_more() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        await yard.submit(ACT, ACT, ACT)
        call = await followed(browser)
        draining = yard.group.create_task(yard.hub.drain(within_s=60))
        await browser.answer(call, {})
        second = await browser.next_call(2)
        await heard(browser)
        assert not draining.done()
        await browser.answer(second, {})
        assert await draining
        assert len(calls(browser)) == 2


async def without_telling(browser: ScriptedInstance, call: Call) -> None:
    """`call` succeeds, and its answer is lost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browser, "_send", silence)
        await browser.answer(call, {})


@pytest.mark.proves("durability:at_most_once")
async def test_a_success_whose_result_was_dropped_names_what_began_behind_it() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT, ACT)
        first = await followed(browser)
        await without_telling(browser, first)
        # As the extension does when there is no room for it.
        del browser.outbox[first.id]["result"]
        error = {"code": "INTERNAL", "message": "too large", "details": {"succeeded": True}}
        browser.outbox[first.id]["error"] = error
        await cut(yard, browser)
        await yard.reconnect(browser)
        second = browser.started[1]
        await browser.until(lambda one: second.id in one.cancelled)
        await browser.fail(second, "CANCELLED")
        assert statuses(await events.complete(task)) == ["error", "skipped", "skipped"]
        fault = (await yard.view(task)).commands[0].error
        assert fault is not None
        assert fault.details == {"succeeded": True, "mayHaveBegun": [f"{task}_cmd_1"]}


async def test_a_cancel_reaches_what_waits_before_the_disk_has_heard_of_it(tmp_path: Path) -> None:
    disk = StalledDisk()
    async with yard_on(disk, tmp_path / "store") as yard:
        browser = await yard.browser()
        task = await yard.submit(ACT, ACT)
        first = await followed(browser)
        disk.stalled = True
        cancelling = yard.group.create_task(yard.tasks.cancel(task))
        await disk.begun.wait()
        await browser.until(lambda one: len(one.cancelled) == 1)
        await browser.answer(first, {})
        await heard(browser)
        assert len(browser.started) == 1
        disk.free()
        await cancelling
        await browser.until(lambda one: not one.outbox)


@pytest.mark.proves("durability:at_most_once")
async def test_what_was_recalled_before_it_began_is_sent_by_a_hub_that_knows_of_no_cancel(
    tmp_path: Path,
) -> None:
    async with two_hubs(Faults(), tmp_path / "store") as (_, next_hub):
        async with next_hub() as yard:
            browser = await yard.browser()
            task = await yard.submit(ACT, ACT)
            first = await followed(browser)
            # The hub is killed in the middle of a cancel: this is all that has left it.
            run = yard.hub.run_of(task, yard.hub.registry.pick(None))
            assert run is not None
            (instance,) = yard.hub.registry.all()
            assert instance.link is not None
            run.recall(instance.link)
            await browser.until(lambda one: not one.waiting)
        await browser.answer(first, {})
        async with next_hub() as yard:
            events = yard.listen()
            await yard.reconnect(browser)
            await browser.answer(await browser.next_call(2), {})
            assert (await events.complete(task))["status"] == "completed"
            assert once(browser)


async def test_nothing_goes_ahead_of_a_task_of_which_the_browser_may_have_forgotten_something() -> (
    None
):
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ, ACT, ACT)
        await browser.next_call()
        await cut(yard, browser)
        browser.forget(memory="m2")
        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(2), {})
        act = await browser.next_call(3)
        await cut(yard, browser)
        await browser.answer(act, {})
        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(4), {})
        assert (await events.complete(task))["status"] == "completed"
        assert len(calls(browser)) == 4


@pytest.mark.parametrize("said", [{"memory": None}, {"protocol": None}])
async def test_nothing_goes_ahead_to_who_could_not_say_what_became_of_it(
    said: dict[str, None],
) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        await cut(yard, browser)
        await yard.reconnect(browser, **said)
        await yard.submit(ACT, ACT)
        await browser.next_call()
        await heard(browser)
        assert len(calls(browser)) == 1


async def test_a_resumed_command_that_ends_too_late_names_none_that_could_not_begin() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT)
        call = await followed(browser)
        await cut(yard, browser)
        await yard.reconnect(browser)
        await heard(browser)
        yard.clock.advance(61)
        await browser.until(lambda one: call.id in one.cancelled)
        await browser.fail(call, "CANCELLED")
        assert (await events.complete(task))["error"]["code"] == "COMMAND_TIMEOUT"
        fault = (await yard.view(task)).commands[0].error
        assert fault is not None
        assert fault.details is None


@pytest.mark.proves("durability:at_most_once")
async def test_a_hub_does_not_trust_its_own_books_after_another_one_had_the_browser(
    tmp_path: Path,
) -> None:
    async with two_hubs(Faults(), tmp_path / "store") as (_, next_hub), next_hub() as old:
        browser = await old.browser()
        task = await old.submit(*[ACT] * 6)
        first = await browser.next_call()
        await heard(browser)
        ticket = browser.welcome["ticket"]
        async with next_hub() as new:
            await new.reconnect(browser)
            await browser.answer(first, {})
            for number in (2, 3):
                await browser.answer(await browser.next_call(number), {})
            await browser.next_call(4)
            await heard(browser)
        browser.forget(memory="other")
        await old.connect(browser, ticket=ticket)
        await heard(browser)
        assert once(browser)
        assert (await old.view(task)).status is TaskStatus.FAILED


@pytest.mark.proves("durability:at_most_once", "link:finished_answer_adopted")
async def test_nothing_goes_ahead_over_a_link_whose_memory_is_not_known_yet() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        one = await yard.submit(READ)
        await browser.next_call()
        await cut(yard, browser)
        browser.forget(memory="m2")
        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(2), {})
        await events.complete(one)
        two = await yard.submit(ACT, ACT)
        call = await browser.next_call(3)
        await heard(browser)
        assert not browser.waiting
        await cut(yard, browser)
        await browser.answer(call, {})
        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(4), {})
        assert (await events.complete(two))["status"] == "completed"


async def test_what_went_on_while_the_disk_was_full_keeps_its_own_deadline() -> None:
    disk = FullDisk()
    async with yard_on(disk, silent_after_s=1e9, grace_s=1e6) as yard:
        browser = await yard.browser()
        await yard.submit(*[ACT] * 4)
        first = await followed(browser)
        disk.full = True
        await browser.answer(first, {})
        second = await browser.next_call(2)
        await disk.refusals.acquire()
        await heard(browser)
        yard.clock.advance(55)
        await browser.answer(second, {})
        await heard(browser)
        third = await browser.next_call(3)
        await cut(yard, browser)
        disk.full = False
        yard.clock.advance(1.1)
        await yard.reconnect(browser)
        await heard(browser)
        yard.clock.advance(8)
        await heard(browser)
        assert third.id in browser.held
        assert not browser.cancelled
