"""What is over for long enough is taken away, and nothing else."""

import asyncio

import pytest
from tests.yard import READ, open_yard

from tabyard.work.sweep import Sweep, SweepSettings


async def test_only_tasks_that_ended_long_ago_go_and_they_go_by_themselves() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        old, young, running = [await yard.submit(READ) for _ in range(3)]
        await browser.answer(await browser.next_call(), {})
        await events.complete(old)
        settings = SweepSettings(keep_s=100, every_s=30)
        Sweep(hub=yard.hub, store=yard.store, blobs=yard.blobs, settings=settings).start()
        for _ in range(3):
            timers = yard.clock.pending
            yard.clock.advance(30.1)
            await yard.clock.armed(timers)
        await browser.answer(await browser.next_call(2), {})
        await events.complete(young)
        await browser.next_call(3)
        assert await yard.store.task(old) is not None

        timers = yard.clock.pending
        yard.clock.advance(30.1)
        await yard.clock.armed(timers)

        assert await yard.store.task(old) is None
        assert await yard.store.task(young) is not None
        assert await yard.store.task(running) is not None


@pytest.mark.proves("durability:kept_for_its_time")
async def test_a_wall_clock_that_jumps_ahead_takes_nothing_away_early() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        before = await yard.submit(READ)
        await browser.answer(await browser.next_call(), {})
        await events.complete(before)
        settings = SweepSettings(keep_s=100, every_s=30)
        sweep = Sweep(hub=yard.hub, store=yard.store, blobs=yard.blobs, settings=settings)

        yard.clock.jump(86_400)
        await sweep.sweep()
        assert await yard.store.task(before) is not None
        yard.clock.advance(99)
        await sweep.sweep()
        assert await yard.store.task(before) is not None

        yard.clock.advance(2)
        await sweep.sweep()
        assert await yard.store.task(before) is None
