"""Ctrl-C and SIGTERM: the first asks to stop, the second stops at once."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

__all__ = ["StopRequest", "stop_on_signals"]

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Whether, and how urgently, the process is asked to end."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._urged = asyncio.Event()

    def ask(self) -> None:
        """Ask once more: the second time urges."""
        if self._asked.is_set():
            self._urged.set()
        self._asked.set()

    @property
    def urgent(self) -> bool:
        return self._urged.is_set()

    async def asked(self) -> None:
        """Return when somebody asked."""
        await self._asked.wait()

    async def urged(self) -> None:
        """Return when somebody lost patience."""
        await self._urged.wait()


@contextmanager
def stop_on_signals() -> Generator[StopRequest]:
    """A request that signals make, for the length of the block; the terminal hanging up is one."""
    request = StopRequest()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, request.ask)
    try:
        yield request
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
