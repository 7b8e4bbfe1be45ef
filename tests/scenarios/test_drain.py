"""A hub on its way down still answers who wants to cancel."""

import asyncio
from typing import Any

import pytest
from tests.yard import ACT, READ, open_yard

from tabyard.core.errors import ShuttingDown
from tabyard_protocol.resources.task import TaskStatus


def is_done(event: dict[str, Any], index: int) -> bool:
    """Whether it tells of the success of that command."""
    return event.get("commandIndex") == index and event.get("status") == "success"


@pytest.mark.proves("durability:one_terminal_event", "durability:answered_while_going_down")
async def test_a_parked_task_is_cancelled_before_the_hub_has_ended() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        busy, parked = await yard.browser(), await yard.browser()
        events = yard.listen()
        slow = await yard.submit(ACT, instanceId=busy.instance_id)
        task = await yard.submit(ACT, ACT, ACT, instanceId=parked.instance_id)
        waiting = await yard.submit(READ, instanceId=parked.instance_id)
        call = await parked.next_call()
        slow_call = await busy.next_call()
        draining = yard.group.create_task(yard.hub.drain(within_s=60))
        await parked.answer(call, {"clicked": True})
        await parked.answer(await parked.next_call(2), {"clicked": True})
        await events.until(lambda event: event.get("taskId") == task and is_done(event, 1))

        await yard.tasks.cancel(task)
        await yard.tasks.cancel(waiting)

        assert not draining.done(), "the hub waits for the other browser"
        ended = await events.complete(task)
        assert [one["status"] for one in ended["results"]] == ["success", "success", "skipped"]
        assert (await events.complete(waiting))["status"] == "cancelled"
        with pytest.raises(ShuttingDown):
            await yard.submit(READ)
        await busy.answer(slow_call, {})
        assert await draining
        assert (await events.complete(slow))["status"] == "completed"
        assert len(parked.started) == 2, "what waited there is done, and nothing is sent"


@pytest.mark.proves("durability:answered_while_going_down")
async def test_a_cancel_that_the_end_of_the_hub_overtakes_is_stored_all_the_same() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        task = await yard.submit(ACT)
        await browser.next_call()
        run = yard.hub.run_of(task, yard.hub.registry.pick(None))
        assert run is not None
        cancelling = yard.group.create_task(yard.tasks.cancel(task))
        while not run.waiting:  # noqa: ASYNC110 -- its lane has not heard of it yet
            await asyncio.sleep(0)

        await yard.hub.farewell()

        await cancelling
        record = await yard.store.task(task)
        assert record is not None
        assert record.status is TaskStatus.CANCELLED


@pytest.mark.proves("durability:answered_while_going_down")
async def test_a_task_that_was_withdrawn_before_it_could_park_ends_as_cancelled() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT)
        call = await browser.next_call()
        draining = yard.group.create_task(yard.hub.drain(within_s=60))
        cancelling = yard.group.create_task(yard.tasks.cancel(task))
        await browser.until(lambda one: call.id in one.cancelled)
        await browser.fail(call, "CANCELLED")
        await cancelling
        assert await draining
        assert (await events.complete(task))["status"] == "cancelled"
