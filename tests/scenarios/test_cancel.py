"""Cancel: in the books and in the browser, and a late answer changes nothing."""

import asyncio

import pytest
from tests.yard import ACT, READ, command, open_yard

from tabyard.core.errors import TaskFinished, TaskNotFound
from tabyard.testing import Behaviour
from tabyard_protocol.ids import TaskId
from tabyard_protocol.resources.task import CommandStatus, TaskStatus


async def test_a_queued_task_is_cancelled_and_never_starts() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        running, queued = await yard.submit(READ), await yard.submit(ACT, READ)
        call = await browser.next_call()

        await yard.tasks.cancel(queued)

        ended = await events.complete(queued)
        assert (ended["status"], ended["summary"]["duration"]) == ("cancelled", 0)
        assert [one["status"] for one in ended["results"]] == ["skipped", "skipped"]
        await browser.answer(call, {})
        await events.complete(running)
        third = await yard.submit(READ)
        assert (await browser.next_call(2)).task_id == third


async def test_a_running_call_is_stopped_in_the_browser_before_the_next_task_starts() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT, READ), await yard.submit(READ)
        call = await browser.next_call()

        await yard.tasks.cancel(task)

        ended = await events.complete(task)
        assert ended["status"] == "cancelled"
        assert events.of(task)[-2:] == ["task_progress:skipped", "task_complete"]
        await browser.until(lambda one: call.id in one.cancelled)
        assert len(browser.started) == 1, "the browser has not confirmed yet"
        await browser.fail(call, "CANCELLED")
        assert (await browser.next_call(2)).task_id == following
        view = await yard.view(task)
        assert [one.status for one in view.commands] == [
            CommandStatus.SKIPPED,
            CommandStatus.SKIPPED,
        ]


@pytest.mark.parametrize("behaviour", Behaviour)
async def test_a_browser_that_does_not_confirm_holds_its_lane_for_two_seconds(
    behaviour: Behaviour,
) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser(behaviour=behaviour)
        task, following = await yard.submit(ACT), await yard.submit(READ)
        await browser.next_call()
        timers = yard.clock.pending
        await yard.tasks.cancel(task)
        await yard.clock.armed(timers + 1)

        yard.clock.advance(1.9)
        assert (await yard.view(following)).started_at is None
        assert len(browser.started) == 1
        yard.clock.advance(0.2)

        assert (await browser.next_call(2)).task_id == following


@pytest.mark.proves("durability:final_is_final")
async def test_an_answer_after_the_cancel_changes_nothing() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await yard.tasks.cancel(task)

        await browser.answer(call, {"clicked": True})
        await browser.answer(call, {"clicked": True})
        later = await yard.submit(READ)
        await browser.answer(await browser.next_call(2), {})
        await events.complete(later)

        view = await yard.view(task)
        assert view.status is TaskStatus.CANCELLED
        assert view.commands[0].result is None
        assert events.of(task).count("task_complete") == 1
        await browser.until(lambda one: not one.outbox)


async def test_a_finished_task_can_not_be_cancelled() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ)
        await browser.answer(await browser.next_call(), {})
        await events.complete(task)

        with pytest.raises(TaskFinished, match="Task already completed"):
            await yard.tasks.cancel(task)
        with pytest.raises(TaskNotFound):
            await yard.tasks.cancel(TaskId("task_0_0"))


@pytest.mark.proves("durability:one_terminal_event")
@pytest.mark.parametrize("cancel_first", [True, False])
async def test_a_cancel_that_races_the_last_answer_gives_one_ending(*, cancel_first: bool) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ)
        call = await browser.next_call()

        async def cancel() -> str:
            try:
                await yard.tasks.cancel(task)
            except TaskFinished as error:
                return error.status.value
            return "cancelled"

        racers = [cancel(), browser.answer(call, {})]
        said, _ = await asyncio.gather(*(racers if cancel_first else reversed(racers)))
        ended = await events.complete(task)

        if cancel_first:
            assert said == ended["status"]
        assert events.of(task).count("task_complete") == 1
        assert (await yard.view(task)).status.value == ended["status"]


async def test_two_cancels_at_once_agree() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        task = await yard.submit(ACT)
        await browser.next_call()

        outcomes = await asyncio.gather(
            yard.tasks.cancel(task), yard.tasks.cancel(task), return_exceptions=True
        )

        assert all(one is None or isinstance(one, TaskFinished) for one in outcomes)
        assert (await yard.view(task)).status is TaskStatus.CANCELLED


async def test_a_sleep_is_cancelled_at_once() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(command("sleep", duration=60_000), READ)
        following = await yard.submit(READ)
        await events.until(lambda event: event["type"] == "task_progress")

        await yard.tasks.cancel(task)

        assert (await events.complete(task))["status"] == "cancelled"
        assert (await browser.next_call()).task_id == following
        assert browser.cancelled == []


async def test_a_task_is_cancelled_in_the_moment_of_its_claim() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        submitted = asyncio.gather(yard.submit(READ), yard.submit(READ))
        first, second = await submitted

        await asyncio.gather(yard.tasks.cancel(first), yard.tasks.cancel(second))

        for task in (first, second):
            assert (await events.complete(task))["status"] == "cancelled"
        for call in list(browser.held.values()):
            await browser.fail(call, "CANCELLED")
        third = await yard.submit(READ)
        await browser.until(lambda one: one.started[-1:] != [] and one.started[-1].task_id == third)


async def test_a_lost_browsers_running_task_is_cancelled_and_stopped_when_it_returns() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await browser.leave()
        await events.until(lambda event: event["type"] == "instance_reconnecting")

        await yard.tasks.cancel(task)
        assert (await events.complete(task))["status"] == "cancelled"

        following = await yard.submit(READ)
        await yard.reconnect(browser)
        await browser.until(lambda one: one.cancelled == [call.id])
        assert len(browser.started) == 1
        await browser.fail(call, "CANCELLED")
        assert (await browser.next_call(2)).task_id == following
