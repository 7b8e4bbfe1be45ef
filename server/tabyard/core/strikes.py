"""Patience with a peer that talks nonsense: so many times within a while, then no more."""

from collections import deque
from dataclasses import dataclass, field

__all__ = ["Strikes"]


@dataclass(slots=True)
class Strikes:
    """Counts misdeeds within the last `window_s` seconds; the `limit`-th is one too many."""

    limit: int
    window_s: float
    _at_s: deque[float] = field(default_factory=deque[float])

    def strike(self, now_s: float) -> bool:
        """Note one misdeed; whether patience has ended."""
        while self._at_s and self._at_s[0] <= now_s - self.window_s:
            self._at_s.popleft()
        self._at_s.append(now_s)
        return len(self._at_s) >= self.limit
