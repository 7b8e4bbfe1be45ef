"""Two ends of a socket in memory."""

import asyncio
from typing import Final

from tabyard.hub.ports import Ear, SocketClosed

__all__ = ["MemorySocket", "socket_pair"]

_GONE: Final = 1006


class MemorySocket:
    """One end: a `Socket`. What one end sends, the other receives; nothing is copied or lost."""

    def __init__(self) -> None:
        self.close_code: int | None = None
        self.close_reason = ""
        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._peer: MemorySocket | None = None
        self._over = asyncio.Event()
        self._ear: Ear | None = None
        self._awaited = False

    async def wait_closed(self) -> int:
        """The code with which it was closed, once it is."""
        await self._over.wait()
        assert self.close_code is not None
        return self.close_code

    def connect(self, peer: "MemorySocket") -> None:
        """Send to `peer` from now on."""
        self._peer = peer

    async def receive(self) -> str | bytes:
        if self.close_code is not None and self._inbox.empty():
            raise SocketClosed(self.close_code)
        self._awaited = True
        try:
            message = await self._inbox.get()
        finally:
            self._awaited = False
        if message is None:
            assert self.close_code is not None
            raise SocketClosed(self.close_code)
        return message

    def listen(self, ear: Ear) -> None:
        self._ear = ear

    def send_now(self, text: str) -> bool:
        if self.close_code is not None or self._peer is None:
            return False
        self._peer.deliver(text)
        return True

    async def send(self, text: str | bytes) -> None:
        if self.close_code is not None:
            raise SocketClosed(self.close_code)
        assert self._peer is not None
        self._peer.deliver(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.shut(code, reason)
        if self._peer is not None:
            self._peer.shut(code, reason)

    def cut(self) -> None:
        """The wire breaks: both ends see the end without a closing frame."""
        self.shut(_GONE, "")
        if self._peer is not None:
            self._peer.shut(_GONE, "")

    def deliver(self, message: str | bytes) -> None:
        """A message arrives; dropped when this end is closed."""
        if self.close_code is None and not self._heard(message):
            self._inbox.put_nowait(message)

    def _heard(self, message: str | bytes) -> bool:
        if self._ear is None or not self._awaited or not self._inbox.empty():
            return False
        return isinstance(message, str) and self._ear(message.encode())

    def shut(self, code: int, reason: str) -> None:
        """This end is over; the first reason counts."""
        if self.close_code is None:
            self.close_code = code
            self.close_reason = reason
            self._over.set()
            self._inbox.put_nowait(None)


def socket_pair() -> tuple[MemorySocket, MemorySocket]:
    """The hub's end and the browser's end."""
    hub, browser = MemorySocket(), MemorySocket()
    hub.connect(browser)
    browser.connect(hub)
    return hub, browser
