"""uvicorn's WebSocket protocol, with a shorter way for what is sent and received all the time."""

from typing import Final, cast

from typing_extensions import override
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from tabyard.web.streams.socket import FRAMES

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
            extensions[FRAMES] = self.write_frames

    async def write_frames(self, frames: bytes) -> None:
        """Send whole frames. Raises `ClientDisconnected`, an `OSError`, when nobody gets them."""
        if not self.writable.is_set():
            await self.writable.wait()
        if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(frames)

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
