"""uvicorn's WebSocket protocol, with a shorter way for what is sent and received all the time."""

from typing import Final, cast

from typing_extensions import override
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from tabyard.web.streams.socket import FRAMES, FrameWriter

__all__ = ["FrameProtocol"]

READ_AHEAD_MESSAGES: Final = 8
READ_AHEAD_BYTES: Final = 64 * 1024
"""So much of what a peer sends may wait to be looked at; then the network holds the rest."""


class FrameProtocol(WebSocketsSansIOProtocol):
    """Takes ready frames beside ASGI messages, and reads a little ahead.

    Frames that need no compression are the same for all readers, so who has many to send builds
    them itself and hands them over in one piece: see `tabyard.web.streams.socket.FRAMES`.
    uvicorn stops reading after each message; starting again costs two system calls.
    """

    @override
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions = cast("dict[str, object]", self.scope.get("extensions"))
            writer: FrameWriter = self
            extensions[FRAMES] = writer

    @property
    def ready(self) -> bool:
        """As a `FrameWriter`: whether nothing is closing, and the peer reads."""
        return self.writable.is_set() and self._is_open()

    def write_now(self, frames: bytes) -> None:
        """As a `FrameWriter`: send whole frames."""
        self.transport.write(frames)

    async def write(self, frames: bytes) -> None:
        """As a `FrameWriter`. Raises `ClientDisconnected`, an `OSError`, when nobody gets them."""
        if not self.writable.is_set():
            await self.writable.wait()
        if not self._is_open():
            raise ClientDisconnected
        self.transport.write(frames)

    def _is_open(self) -> bool:
        return not (self.disconnected or self.close_sent) and self.conn.state is State.OPEN

    @override
    def send_receive_event_to_app(self) -> None:
        size = sum(map(len, self.frames))
        # As if it were paused already: then nothing pauses it.
        reads_on = not self.read_paused and (
            size <= READ_AHEAD_BYTES and self.queue.qsize() < READ_AHEAD_MESSAGES
        )
        self.read_paused = self.read_paused or reads_on
        super().send_receive_event_to_app()
        if reads_on:
            self.read_paused = False
