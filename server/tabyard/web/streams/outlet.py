"""The one way out to a peer: answers and events share it, each in its turn."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from tabyard.hub.ports import Socket
from tabyard_protocol.model import WireModel

__all__ = ["Outlet", "Put", "Stuck"]

Put = Callable[[str], Awaitable[None]]


class Stuck(Exception):
    """The peer has not read anything for too long."""


class Outlet:
    """Whoever holds the turn writes; turns are granted in the order in which they were asked for.

    So an acknowledgement that asks before the pump wakes up precedes the events it promises.
    """

    def __init__(self, socket: Socket, *, patience_s: float) -> None:
        self._socket = socket
        self._patience_s = patience_s
        self._lock = asyncio.Lock()

    async def say(self, frame: WireModel) -> None:
        """Send one frame.

        Raises:
            SocketClosed, Stuck.
        """
        async with self.turn() as put:
            await put(frame.to_json().decode())

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[Put]:
        """Nobody else writes during the block."""
        async with self._lock:
            yield self._put

    async def _put(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._socket.send(text)
        except TimeoutError:
            raise Stuck from None
