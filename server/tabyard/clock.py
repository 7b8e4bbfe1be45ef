"""The system's time: the one place where it is read."""

import asyncio
import time
from collections.abc import Callable

from tabyard.hub.ports import Timer

__all__ = ["SystemClock"]


class SystemClock:
    """A `Clock` over the running event loop; the loop's own heap holds all timers."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()

    def call_later(self, delay_s: float, then: Callable[[], object]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s, then)
