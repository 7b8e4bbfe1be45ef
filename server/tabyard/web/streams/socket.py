"""A Starlette WebSocket as the hub's `Socket`."""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from struct import Struct
from typing import Final, Protocol

from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected
from typing_extensions import override

from tabyard.hub.ports import Ear, SocketClosed
from tabyard.web.streams.outlet import EventSocket

__all__ = ["FRAMES", "FrameWriter", "StarletteSocket", "frame_writer", "text_frame"]

ABNORMAL: Final = 1006
"""What RFC 6455 calls a connection that ended without a closing handshake."""

REASON_BYTES: Final = 123
"""A close frame has no room for more."""

FRAMES: Final = "tabyard.frames"
"""The ASGI extension of a server that takes ready frames: its value is a `FrameWriter`."""

_TINY_BYTES: Final = 125
_SMALL_BYTES: Final = 65_535
"""The longest messages whose length has one byte, and two more."""
_SHARED_FRAMES: Final = 256
_SHARED_CHARS: Final = 16 * 1024
"""So many of the newest frames, no longer than this, are kept for the next reader."""
_WHOLE_TEXT: Final = 0x81
"""A frame that is the whole of a text message; the server's side masks nothing."""
_SHORT: Final = Struct("!BB").pack
_MEDIUM: Final = Struct("!BBH").pack
_LONG: Final = Struct("!BBQ").pack


class FrameWriter(Protocol):
    """A server's way to send ready frames, past ASGI's messages."""

    @property
    def ready(self) -> bool:
        """Whether nothing is closing, and the peer reads."""
        ...

    def write_now(self, frames: bytes) -> None:
        """Hand whole frames to the peer; only when `ready`."""
        ...

    async def write(self, frames: bytes) -> None:
        """Hand whole frames to the peer, waiting while it doesn't read.

        Raises `OSError` once it has gone, or once either side has begun to close.
        """
        ...

    def listen(self, ear: Ear) -> None:
        """As `Socket.listen`."""
        ...


def frame_writer(scope: Scope) -> FrameWriter | None:
    """The server's way to send ready frames; None: one message at a time."""
    writer: FrameWriter | None = scope.get("extensions", {}).get(FRAMES)
    return writer


def text_frame(text: str) -> bytes:
    """`text` as a WebSocket frame of a server."""
    data = text.encode()
    size = len(data)
    if size <= _TINY_BYTES:
        return _SHORT(_WHOLE_TEXT, size) + data
    if size <= _SMALL_BYTES:
        return _MEDIUM(_WHOLE_TEXT, 126, size) + data
    return _LONG(_WHOLE_TEXT, 127, size) + data


_shared_frame = lru_cache(_SHARED_FRAMES)(text_frame)


def _event_frame(text: str) -> bytes:
    """The frame of an event, which is the same for all who read it."""
    return _shared_frame(text) if len(text) <= _SHARED_CHARS else text_frame(text)


class StarletteSocket(EventSocket):
    """One accepted socket.

    A peer that doesn't read makes `send` wait, as the server's own buffer is bounded; `close` waits
    for it at most `close_timeout_s`, and the server cuts the connection when the endpoint returns.
    """

    def __init__(
        self, websocket: WebSocket, *, close_timeout_s: float, writer: FrameWriter | None = None
    ) -> None:
        self._websocket = websocket
        self._close_timeout_s = close_timeout_s
        self._writer = writer

    @property
    @override
    def ready(self) -> bool:
        return self._writer is not None and self._writer.ready

    @override
    async def receive(self) -> str | bytes:
        try:
            message = await self._websocket.receive()
        except WebSocketDisconnected:
            raise SocketClosed(ABNORMAL) from None
        if message["type"] == "websocket.disconnect":
            raise SocketClosed(message.get("code", ABNORMAL))
        text: str | None = message.get("text")
        if text is not None:
            return text
        data: bytes = message["bytes"]
        return data

    @override
    def listen(self, ear: Ear) -> None:
        if self._writer is not None:
            self._writer.listen(ear)

    @override
    def send_now(self, text: str) -> bool:
        writer = self._writer
        if writer is None or not writer.ready:
            return False
        writer.write_now(text_frame(text))
        return True

    @override
    async def send(self, text: str) -> None:
        if self._writer is not None:
            await self._send_frames(self._writer, text_frame(text))
            return
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, WebSocketDisconnected):
            raise SocketClosed(ABNORMAL) from None

    @override
    async def send_all(self, texts: Iterable[str]) -> None:
        if self._writer is not None:
            await self._send_frames(self._writer, b"".join(map(_event_frame, texts)))
            return
        for text in texts:
            await self.send(text)

    @override
    def send_all_now(self, texts: Iterable[str]) -> None:
        assert self._writer is not None, "only when it is ready"
        self._writer.write_now(b"".join(map(_event_frame, texts)))

    @override
    async def close(self, code: int, reason: str = "") -> None:
        short = reason.encode()[:REASON_BYTES].decode(errors="ignore")
        try:
            async with asyncio.timeout(self._close_timeout_s):
                await self._websocket.close(code, short)
        except (TimeoutError, WebSocketDisconnect, WebSocketDisconnected):
            return

    async def _send_frames(self, writer: FrameWriter, frames: bytes) -> None:
        try:
            await writer.write(frames)
        except OSError:
            raise SocketClosed(ABNORMAL) from None
