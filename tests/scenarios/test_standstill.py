"""A hub that stood still, or whose machine slept, holds that against nobody."""

import asyncio

import pytest
from tests.yard import ACT, READ, Listener, Yard, command, open_yard

from tabyard.testing import ScriptedInstance
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.instance import InstanceStatus

pytestmark = pytest.mark.proves("link:standstill_is_forgiven")


def status_of(yard: Yard, browser: ScriptedInstance) -> InstanceStatus:
    return yard.hub.registry.view(InstanceId(browser.instance_id)).status


async def lost(yard: Yard, events: Listener) -> None:
    yard.cut_all()
    await events.until(lambda event: event["type"] == "instance_reconnecting")


@pytest.mark.parametrize("asleep", [False, True])
async def test_a_lost_browser_has_a_fresh_grace_afterwards(asleep: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await lost(yard, events)
        yard.clock.advance(29)
        if asleep:  # only the wall clock went on
            yard.clock.jump(3600)
            yard.clock.advance(1)
        else:
            yard.clock.stand_still(3600)
        yard.clock.advance(29)

        await yard.reconnect(browser)
        await browser.answer(call, {"clicked": True})

        assert (await events.complete(task))["status"] == "completed"


async def test_a_browser_that_stays_away_is_gone_after_that_grace() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        await browser.next_call()
        await lost(yard, events)
        yard.clock.stand_still(3600)
        yard.clock.advance(29.9)
        assert status_of(yard, browser) is InstanceStatus.RECONNECTING
        yard.clock.advance(0.2)
        assert (await events.complete(task))["error"]["code"] == "INSTANCE_DISCONNECTED"


async def test_a_link_is_not_taken_for_silent_by_who_did_not_listen() -> None:
    async with asyncio.timeout(5), open_yard(silent_after_s=45) as yard:
        browser = await yard.browser()
        yard.clock.stand_still(3600)
        await browser.until(lambda one: one.pings > 0)
        assert status_of(yard, browser) is InstanceStatus.CONNECTED
        assert browser.close_code is None


async def test_a_link_that_stays_silent_afterwards_is_dead() -> None:
    async with asyncio.timeout(5), open_yard(silent_after_s=45) as yard:
        browser = await yard.browser()
        events = yard.listen()
        yard.clock.stand_still(3600)
        yard.clock.advance(45)
        lost = await events.until(lambda event: event["type"] == "instance_reconnecting")
        assert "silent" in lost["reason"]
        assert status_of(yard, browser) is InstanceStatus.RECONNECTING


@pytest.mark.proves("durability:at_most_once")
async def test_an_answer_that_came_meanwhile_counts_although_its_deadline_has_passed() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        yard.clock.stand_still(3600)
        await browser.answer(call, {"clicked": True})
        assert (await events.complete(task))["status"] == "completed"


async def test_a_call_that_nobody_has_answered_afterwards_is_late() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ)
        call = await browser.next_call()
        yard.clock.stand_still(3600)
        yard.clock.advance(2.1)
        await browser.until(lambda one: one.cancelled == [call.id])
        await browser.fail(call, "CANCELLED")
        assert (await events.complete(task))["error"]["code"] == "COMMAND_TIMEOUT"


async def test_the_hubs_own_tools_are_not_late_either() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        await yard.browser()
        events = yard.listen()
        timers = yard.clock.pending
        task = await yard.submit(command("sleep", duration=30_000))
        await yard.clock.armed(timers + 2)
        yard.clock.stand_still(3600)
        assert (await events.complete(task))["status"] == "completed"
