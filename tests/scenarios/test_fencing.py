"""Another hub has taken over the instance: this one's word counts no more."""

import asyncio

import pytest
from tests.yard import ACT, READ, Yard, open_yard

from tabyard.testing import ScriptedInstance
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId


async def take_over(yard: Yard, browser: ScriptedInstance) -> None:
    """What a second hub on the same store does when the browser says hello there."""
    await yard.store.attach(
        InstanceId(browser.instance_id), memory=browser.memory, ticket_hash=None, at_ms=1
    )


@pytest.mark.proves("link:epochs_fence", "durability:one_terminal_event")
async def test_an_end_under_an_old_epoch_is_refused_and_its_link_closed() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await take_over(yard, browser)

        await browser.answer(call, {"clicked": True})

        await browser.until(lambda one: one.close_code is not None)
        assert browser.close_code == CloseCode.STALE_EPOCH
        assert "task_complete" not in events.of(task)
        record = await yard.store.task(task)
        assert record is not None
        assert (record.status.value, record.epoch) == ("running", 2)


@pytest.mark.proves("link:epochs_fence")
async def test_a_browser_that_says_hello_again_goes_on_under_the_newest_epoch() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, READ)
        call = await browser.next_call()
        await take_over(yard, browser)
        await browser.answer(call, {"clicked": True})
        await browser.until(lambda one: one.close_code is not None)
        (read,) = browser.held.values()

        await yard.reconnect(browser)

        assert browser.epoch == 3
        await browser.answer(read, {})
        assert (await events.complete(task))["status"] == "completed"
        assert browser.started == [call, read], (
            "an answer that was refused is adopted, not asked for"
        )


async def test_a_defect_in_one_lane_costs_its_link_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        broken, whole = await yard.browser(), await yard.browser()

        def explode(*_args: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(yard.hub.announcer, "started", explode)
        await yard.submit(READ, instance_id=broken.instance_id)
        await broken.until(lambda one: one.close_code is not None)
        monkeypatch.undo()
        await yard.submit(READ, instance_id=whole.instance_id)
        await whole.next_call()
        assert whole.close_code is None
        await yard.reconnect(broken)
        await broken.next_call()
