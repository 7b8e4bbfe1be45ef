"""Waiting by the hub's own clock, so that tests can let time pass.

A process that is stopped, or whose machine sleeps, finds all its timers due when it wakes, and all
that others have said meanwhile still unread. `Deadline` and `Patience` do not hold that against
them.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from tabyard.hub.ports import Clock, Timer

__all__ = [
    "CATCH_UP_S",
    "ROUNDING_S",
    "STANDSTILL_S",
    "Deadline",
    "Patience",
    "outcome_of",
    "pause",
    "wake",
]

logger = logging.getLogger(__name__)

T = TypeVar("T")

STANDSTILL_S: Final = 2.0
"""A timer that is so late was not held up by work: the process stood still."""

STEP_S: Final = 1.0
"""How often patience looks at the clock."""

ROUNDING_S: Final = 0.001
"""Less than this is nothing to wait for."""

CATCH_UP_S: Final = 2.0
"""Within this a hub that stood still has read what was said to it meanwhile."""


def wake(sleeper: "asyncio.Future[None]") -> None:
    """End a wait; without effect when it has ended already."""
    if not sleeper.done():
        sleeper.set_result(None)


async def outcome_of(work: "asyncio.Future[T]") -> T:
    """What comes of `work`, which goes on when this wait is cancelled.

    As `await asyncio.shield(work)`, which takes twice as long, several times per task.
    """
    if not work.done():
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        work.add_done_callback(partial(_worked, sleeper))
        await sleeper
    return work.result()


def _worked(sleeper: "asyncio.Future[None]", work: "asyncio.Future[T]") -> None:
    if not sleeper.done():
        sleeper.set_result(None)
    elif not work.cancelled():
        work.exception()  # heard, though nobody waits any more


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


class Deadline:
    """Calls `then` after `delay_s`, a `Timer`; one that fires late lets others be heard first."""

    __slots__ = ("_clock", "_due_s", "_slack_s", "_then", "_timer")

    def __init__(
        self, clock: Clock, delay_s: float, then: Callable[[], object], *, slack_s: float
    ) -> None:
        self._clock = clock
        self._slack_s = slack_s
        self._then = then
        self._due_s = clock.monotonic_s() + delay_s
        self._timer = clock.call_later(delay_s, self._due)

    def cancel(self) -> None:
        self._timer.cancel()

    def _due(self) -> None:
        if self._clock.monotonic_s() - self._due_s > self._slack_s:
            self._timer = self._clock.call_later(CATCH_UP_S, self._then)
        else:
            self._then()


class Patience:
    """Calls `then` after `wait_s`, a `Timer` that begins anew whenever this process stood still.

    Whoever was to come in that time could not have been let in.
    """

    __slots__ = ("_clock", "_left_s", "_since", "_step_s", "_then", "_timer", "_wait_s")

    def __init__(self, clock: Clock, wait_s: float, then: Callable[[], object]) -> None:
        self._clock = clock
        self._wait_s = self._left_s = wait_s
        self._then = then
        self._timer = self._step()

    def cancel(self) -> None:
        self._timer.cancel()

    def _step(self) -> Timer:
        self._step_s = min(STEP_S, self._left_s)
        self._since = self._clock.monotonic_s(), self._clock.now_ms()
        return self._clock.call_later(self._step_s, self._passed)

    def _passed(self) -> None:
        since_s, since_ms = self._since
        passed_s = self._clock.monotonic_s() - since_s
        # Only the wall clock goes on while a machine sleeps. One that was set ahead looks the
        # same, and costs no more than a longer wait.
        late_s = max(passed_s, (self._clock.now_ms() - since_ms) / 1000) - self._step_s
        if late_s > STANDSTILL_S:
            logger.warning("the hub stood still", extra={"seconds": round(late_s)})
            self._left_s = self._wait_s
        else:
            self._left_s -= passed_s
        if self._left_s > ROUNDING_S:
            self._timer = self._step()
        else:
            self._then()
