"""Waiting by the hub's own clock, so that tests can let time pass."""

import asyncio

from tabyard.hub.ports import Clock

__all__ = ["pause", "wake"]


def wake(sleeper: "asyncio.Future[None]") -> None:
    """End a wait; without effect when it has ended already."""
    if not sleeper.done():
        sleeper.set_result(None)


async def pause(clock: Clock, duration_s: float) -> None:
    """Back after `duration_s` seconds of `clock`; at once when that is nothing."""
    if duration_s <= 0:
        return
    sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    timer = clock.call_later(duration_s, lambda: wake(sleeper))
    try:
        await sleeper
    finally:
        timer.cancel()
