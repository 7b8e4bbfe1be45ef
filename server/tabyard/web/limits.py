"""How much one caller may ask for: requests, attempts, connections, frames.

Callers of this machine without a key are not limited: there is nobody to tell them apart by, and
they could do worse things than asking often.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from typing_extensions import override

from tabyard.core.errors import RateLimited
from tabyard.hub.ports import Clock

__all__ = ["Budget", "LimitSettings", "Limits"]

MOST_COUNTERS: Final = 20_000
"""Addresses are cheap to make up; the oldest counters make room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """The limits of one caller: a key, or an address without one. 0: none."""

    requests_per_minute: int = 12_000
    attempts_per_minute: int = 20
    """Wrong keys from one address; then that address has to wait."""
    connections: int = 500
    """Requests and sockets at the same time."""
    frames_per_second: int = 1_000
    """Requests on one client socket."""


class Budget(NamedTuple):
    """What is left of a caller's requests."""

    limit: int
    remaining: int
    reset_s: int
    """Until it is full again."""
    allowed: bool

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The budget as answers carry it."""
        return [
            (b"x-ratelimit-limit", b"%d" % self.limit),
            (b"x-ratelimit-remaining", b"%d" % self.remaining),
            (b"x-ratelimit-reset", b"%d" % self.reset_s),
        ]


class Limits:
    """The counters of one hub, in memory: a restart forgives everybody."""

    def __init__(self, settings: LimitSettings, clock: Clock) -> None:
        self._clock = clock
        self._windows = FixedWindowRateLimiter(_Counters(clock))
        self._requests = _per(RateLimitItemPerMinute, settings.requests_per_minute)
        self._attempts = _per(RateLimitItemPerMinute, settings.attempts_per_minute)
        self._frames = _per(RateLimitItemPerSecond, settings.frames_per_second)
        self._most_connections = settings.connections
        self._connections: Counter[str] = Counter()

    def spend(self, caller: str) -> Budget | None:
        """Count one request of `caller`; None where there is no limit."""
        if self._requests is None:
            return None
        allowed = self._windows.hit(self._requests, "request", caller)
        reset, remaining = self._windows.get_window_stats(self._requests, "request", caller)
        reset_s = max(1, ceil(reset - self._clock.monotonic_s()))
        return Budget(self._requests.amount, remaining, reset_s, allowed)

    def expect_patience(self, address: str) -> None:
        """Raise `RateLimited` when wrong keys came from `address` too often."""
        if self._attempts is not None and not self._windows.test(
            self._attempts, "attempt", address
        ):
            raise self._later(self._attempts, "attempt", address)

    def note_attempt(self, address: str) -> None:
        """A wrong key came from `address`."""
        if self._attempts is not None:
            self._windows.hit(self._attempts, "attempt", address)

    def expect_pace(self, session: str) -> None:
        """Count one frame of a client; raise `RateLimited` when they come too fast."""
        if self._frames is not None and not self._windows.hit(self._frames, "frame", session):
            raise self._later(self._frames, "frame", session)

    @contextmanager
    def connected(self, caller: str | None) -> Generator[None]:
        """Count a connection of `caller` (None: nobody to count) for the length of the block.

        Raises:
            RateLimited: the caller has as many as it may.
        """
        if caller is None or not self._most_connections:
            yield
            return
        if self._connections[caller] >= self._most_connections:
            raise RateLimited(1.0)
        self._connections[caller] += 1
        try:
            yield
        finally:
            self._connections[caller] -= 1
            if not self._connections[caller]:
                del self._connections[caller]

    def _later(self, item: RateLimitItem, *names: str) -> RateLimited:
        reset, _remaining = self._windows.get_window_stats(item, *names)
        return RateLimited(max(1.0, reset - self._clock.monotonic_s()))


def _per(kind: type[RateLimitItem], amount: int) -> RateLimitItem | None:
    """A limit; None for 0."""
    return kind(amount) if amount else None


class _Counters(Storage):
    """Counters by the hub's own clock. The library's own start a thread for each few of them."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}
        """How often, and until when that counts."""

    @property
    @override
    def base_exceptions(self) -> type[Exception]:
        return KeyError

    @override
    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now_s = self._clock.monotonic_s()
        count, until_s = self._counts.get(key, (0, 0.0))
        if until_s <= now_s:
            self._make_room(now_s)
            count, until_s = 0, now_s + expiry
        self._counts[key] = (count + amount, until_s)
        return count + amount

    @override
    def get(self, key: str) -> int:
        count, until_s = self._counts.get(key, (0, 0.0))
        return count if until_s > self._clock.monotonic_s() else 0

    @override
    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, self._clock.monotonic_s()))[1]

    @override
    def check(self) -> bool:
        return True

    @override
    def reset(self) -> int | None:
        count = len(self._counts)
        self._counts.clear()
        return count

    @override
    def clear(self, key: str) -> None:
        self._counts.pop(key, None)

    def _make_room(self, now_s: float) -> None:
        if len(self._counts) < MOST_COUNTERS:
            return
        self._counts = {key: row for key, row in self._counts.items() if row[1] > now_s}
        while len(self._counts) >= MOST_COUNTERS:
            del self._counts[next(iter(self._counts))]
