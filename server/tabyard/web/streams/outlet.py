"""The one way out to a peer: answers and events share it, each in its turn."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final, NoReturn, Protocol

from tabyard.hub.ports import Socket
from tabyard_protocol.model import WireModel

__all__ = ["BURST_CHARS", "EventSocket", "Outlet", "Put", "Stuck"]

Put = Callable[[str], Awaitable[None]]

BURST_CHARS: Final = 64 * 1024
"""So much goes to the socket in one piece: more would wait in it, uncounted by `watch`."""


class EventSocket(Socket, Protocol):
    """A socket to which many messages may go at once."""

    @property
    def ready(self) -> bool:
        """Whether `send_all_now` may be used: the peer reads, and nothing waits to be sent."""
        ...

    async def send_all(self, texts: Iterable[str]) -> None:
        """Send text messages, as one `send` after the other would, but faster."""
        ...

    def send_all_now(self, texts: Iterable[str]) -> None:
        """The same without waiting; only when `ready`."""
        ...


class Stuck(Exception):
    """The peer has not read anything for too long."""


class Outlet:
    """Whoever holds the turn writes; turns are granted in the order in which they were asked for.

    So an acknowledgement that asks before the pump wakes up precedes the events it promises.
    """

    def __init__(self, socket: EventSocket) -> None:
        self._socket = socket
        self._lock = asyncio.Lock()
        self._begun = 0
        self._ended = 0

    async def say(self, frame: WireModel) -> None:
        """Send one frame. Raises `SocketClosed`."""
        async with self.turn() as put:
            await put(frame.to_json().decode())

    async def push(self, texts: Iterable[str]) -> None:
        """Send these messages in one turn, several at once. Raises `SocketClosed`."""
        async with self._lock:
            burst: list[str] = []
            chars = 0
            for text in texts:
                burst.append(text)
                chars += len(text)
                if chars > BURST_CHARS:
                    await self._send_all(burst)
                    burst, chars = [], 0
            if burst:
                await self._send_all(burst)

    @property
    def ready(self) -> bool:
        """Whether it is nobody's turn and the peer reads, so that `push_now` may be used."""
        return self._socket.ready and not self._lock.locked()

    def push_now(self, texts: Iterable[str]) -> None:
        """Send a few messages at once; only when `ready`.

        It may overtake one who has asked for a turn and is about to get it: who promises events
        asks for them in its turn, so none of those is among them.
        """
        self._socket.send_all_now(texts)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[Put]:
        """Nobody else writes during the block."""
        async with self._lock:
            yield self._put

    async def watch(self, *, patience_s: float) -> NoReturn:
        """Raise `Stuck` when one message can't be handed over for `patience_s`, at most twice that.

        A look now and then costs less than a deadline for each message.
        """
        seen = -1
        while True:
            await asyncio.sleep(patience_s)
            if self._begun > self._ended and self._begun == seen:
                raise Stuck
            seen = self._begun

    async def _send_all(self, texts: list[str]) -> None:
        self._begun += 1
        await self._socket.send_all(texts)
        self._ended = self._begun

    async def _put(self, text: str) -> None:
        self._begun += 1
        await self._socket.send(text)
        self._ended = self._begun
