"""How fast a peer may talk unasked."""

from dataclasses import dataclass
from math import floor

__all__ = ["Pace"]


@dataclass(slots=True)
class Pace:
    """Counts what happens within each second; more than `most` is too fast. 0: nothing is."""

    most: int
    _second: int = 0
    _count: int = 0

    def step(self, now_s: float) -> bool:
        """Note that it happened once more; whether that was too fast."""
        second = floor(now_s)
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return 0 < self.most < self._count
