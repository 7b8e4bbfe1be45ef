"""Virtual time, held to what the system's clock does."""

import asyncio

import pytest

from tabyard.clock import SystemClock
from tabyard.hub.ports import Clock
from tabyard.testing import VirtualClock


@pytest.mark.parametrize("clock", [SystemClock(), VirtualClock()], ids=["system", "virtual"])
async def test_timers_fire_in_order_and_not_when_called_off(clock: Clock) -> None:
    fired: list[str] = []
    over = asyncio.Event()
    before_s, before_ms = clock.monotonic_s(), clock.now_ms()
    clock.call_later(0.02, lambda: fired.append("second"))
    clock.call_later(0.01, lambda: fired.append("first"))
    clock.call_later(0.015, lambda: fired.append("never")).cancel()
    clock.call_later(0.03, over.set)
    if isinstance(clock, VirtualClock):
        clock.advance(0.03)
    async with asyncio.timeout(5):
        await over.wait()
    assert fired == ["first", "second"]
    assert clock.monotonic_s() >= before_s + 0.03
    assert clock.now_ms() >= before_ms + 30


def test_a_timer_that_sets_a_timer_is_honoured_within_one_advance() -> None:
    clock = VirtualClock()
    fired: list[float] = []

    def again() -> None:
        fired.append(clock.monotonic_s())
        if len(fired) < 3:
            clock.call_later(1, again)

    clock.call_later(1, again)
    clock.advance(10)
    assert fired == [1, 2, 3]
    assert (clock.monotonic_s(), clock.pending) == (10, 0)


async def test_whoever_waits_for_a_timer_to_be_set_is_told() -> None:
    clock = VirtualClock()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(clock.armed(2))
        clock.call_later(1, list)
        await asyncio.sleep(0)
        clock.call_later(1, list)
