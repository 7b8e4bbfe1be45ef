"""The deadlines of one link's calls, on one timer."""

from collections.abc import Callable
from typing import Final

from tabyard.hub.ports import Clock, Timer
from tabyard.hub.waiting import CATCH_UP_S, ROUNDING_S
from tabyard_protocol.ids import CallId

__all__ = ["Deadlines"]

_NEVER: Final = float("inf")


class Deadlines:
    """Calls `then` with each call whose time is over; one that is dropped in time costs nothing.

    Nearly all calls are answered long before their deadline, so the timer is not moved when one is:
    it fires once in a while, finds nothing, and waits for what is due next.
    """

    __slots__ = ("_clock", "_due_s", "_next_s", "_slack_s", "_then", "_timer")

    def __init__(self, clock: Clock, then: Callable[[CallId], object], *, slack_s: float) -> None:
        """A timer that is later than `slack_s` finds that the process stood still.

        Then others are heard first.
        """
        self._clock = clock
        self._then = then
        self._slack_s = slack_s
        self._due_s: dict[CallId, float] = {}
        self._next_s = _NEVER
        """When the timer fires; no call is due before."""
        self._timer: Timer | None = None

    def add(self, call: CallId, due_s: float) -> None:
        """`call` is over at `due_s`, monotonic."""
        self._due_s[call] = due_s
        if due_s < self._next_s:
            self._wait_until(due_s)

    def drop(self, call: CallId) -> None:
        """`call` has ended. Idempotent."""
        self._due_s.pop(call, None)

    def clear(self) -> None:
        """No call has a deadline any more."""
        self._due_s.clear()
        self._stop()

    def _wait_until(self, due_s: float) -> None:
        self._stop()
        self._next_s = due_s
        self._timer = self._clock.call_later(max(0.0, due_s - self._clock.monotonic_s()), self._due)

    def _stop(self) -> None:
        self._next_s = _NEVER
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        now_s = self._clock.monotonic_s()
        late_s = now_s - self._next_s
        self._timer, self._next_s = None, _NEVER
        if late_s > self._slack_s and self._due_s:
            self._next_s = now_s + CATCH_UP_S
            self._timer = self._clock.call_later(CATCH_UP_S, self._expire)
        else:
            self._expire()

    def _expire(self) -> None:
        self._timer, self._next_s = None, _NEVER
        now_s = self._clock.monotonic_s()
        for call in [call for call, due_s in self._due_s.items() if due_s <= now_s + ROUNDING_S]:
            self._due_s.pop(call, None)
            self._then(call)
        if self._due_s and self._timer is None:
            self._wait_until(min(self._due_s.values()))
