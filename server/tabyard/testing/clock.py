"""Time that stands still until a test lets it pass."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

__all__ = ["VirtualClock"]

_START_MS: Final = 1_700_000_000_000


@dataclass(order=True, slots=True)
class _VirtualTimer:
    due_s: float
    number: int
    then: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """A `Clock` that `advance` moves. Timers fire inside `advance`, in the order they are due."""

    def __init__(self, *, start_ms: int = _START_MS) -> None:
        self._start_ms = start_ms
        self._now_s = 0.0
        self._numbers = count()
        self._timers: list[_VirtualTimer] = []
        self._set = asyncio.Event()

    def now_ms(self) -> int:
        return self._start_ms + round(self._now_s * 1000)

    def monotonic_s(self) -> float:
        return self._now_s

    def call_later(self, delay_s: float, then: Callable[[], object]) -> _VirtualTimer:
        timer = _VirtualTimer(self._now_s + delay_s, next(self._numbers), then)
        heapq.heappush(self._timers, timer)
        self._set.set()
        return timer

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; timers that timers set are honoured too."""
        until_s = self._now_s + seconds
        while self._timers and self._timers[0].due_s <= until_s:
            timer = heapq.heappop(self._timers)
            self._now_s = max(self._now_s, timer.due_s)
            if not timer.cancelled:
                timer.then()
        self._now_s = until_s

    def stand_still(self, seconds: float) -> None:
        """The process does not run for `seconds`: then all timers that fell due fire at once."""
        self._now_s += seconds
        self.advance(0)

    def jump(self, seconds: float) -> None:
        """The wall clock is set: no time passes, and no timer fires."""
        self._start_ms += round(seconds * 1000)

    async def armed(self, count: int) -> None:
        """Wait until so many timers are pending: what waits for time does so now."""
        while self.pending < count:
            self._set.clear()
            await self._set.wait()

    @property
    def pending(self) -> int:
        """Timers that are set and not called off."""
        return sum(not timer.cancelled for timer in self._timers)
