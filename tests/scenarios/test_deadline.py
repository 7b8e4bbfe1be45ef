"""A command has a deadline; past it the browser is told to stop, and its answer is late."""

import asyncio

import pytest
from tests.yard import ACT, READ, command, open_yard

from tabyard_protocol.resources.task import CommandStatus


async def test_a_command_that_takes_too_long_fails_its_task_and_is_stopped() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT, READ), await yard.submit(READ)
        call = await browser.next_call()
        assert call.deadline_ms == 60_000

        yard.clock.advance(59.9)
        assert (await yard.view(task)).commands[0].status is CommandStatus.RUNNING
        yard.clock.advance(1)

        ended = await events.complete(task)
        assert ended["error"]["code"] == "COMMAND_TIMEOUT"
        assert [one["status"] for one in ended["results"]] == ["error", "skipped"]
        await browser.until(lambda one: call.id in one.cancelled)
        await browser.answer(call, {"clicked": True})
        assert (await browser.next_call(2)).task_id == following
        assert (await yard.view(task)).commands[0].result is None


@pytest.mark.parametrize("timeout_ms", [50, 120_000])
async def test_the_arguments_may_set_the_deadline(timeout_ms: int) -> None:
    async with asyncio.timeout(5), open_yard(deadline_slack_s=0) as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(command("browser_execute", expression="1", timeout=timeout_ms))
        assert (await browser.next_call()).deadline_ms == timeout_ms

        yard.clock.advance(timeout_ms / 1000 - 0.01)
        assert (await yard.view(task)).completed_at is None
        yard.clock.advance(0.02)

        assert (await events.complete(task))["error"]["code"] == "COMMAND_TIMEOUT"


async def test_a_sleep_longer_than_its_deadline_fails() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        await yard.browser()
        events = yard.listen()
        timers = yard.clock.pending
        task = await yard.submit(command("sleep", duration=5_000, timeout=1_000))
        await yard.clock.armed(timers + 2)
        yard.clock.advance(1.1)
        assert (await events.complete(task))["error"]["code"] == "COMMAND_TIMEOUT"


async def test_an_answer_at_the_last_moment_counts() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        yard.clock.advance(60.2)
        await browser.fail(call, "ELEMENT_NOT_FOUND")
        assert (await events.complete(task))["error"]["code"] == "ELEMENT_NOT_FOUND"
