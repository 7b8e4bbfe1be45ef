"""What browsers are told that can wait: it is gathered for a moment, and then sent."""

import asyncio
from typing import Final, Protocol

__all__ = ["News"]

WITHIN_S: Final = 0.005
"""After this it is sent by itself. An extension's worker writes an answer down that has not been
acknowledged within 50 ms."""


class Teller(Protocol):
    """Somebody with news."""

    def tell(self) -> None:
        """Send them now, if there are any left."""
        ...


class News:
    """All who have some, on one timer; some tell theirs before it fires, with their next task."""

    def __init__(self) -> None:
        self._tellers: set[Teller] = set()
        self._timer: asyncio.TimerHandle | None = None

    def of(self, teller: Teller) -> None:
        """`teller` has news."""
        self._tellers.add(teller)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WITHIN_S, self._tell)

    def _tell(self) -> None:
        self._timer = None
        tellers, self._tellers = self._tellers, set()
        for teller in tellers:
            teller.tell()
