"""uvicorn's WebSocket protocol, with a shorter way for what is sent and received all the time."""

from typing import Final, cast

from typing_extensions import override
from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask  # pyright: ignore[reportPrivateImportUsage] -- compiled where it can be
from websockets.http11 import Request
from websockets.protocol import State

from tabyard.hub.ports import Ear
from tabyard.web.streams.socket import FRAMES, FrameWriter

__all__ = ["FrameProtocol"]

READ_AHEAD_MESSAGES: Final = 8
READ_AHEAD_BYTES: Final = 64 * 1024
"""So much of what a peer sends may wait to be looked at; then the network holds the rest."""

WHOLE_TEXT: Final = 0x81
"""The first byte of a frame that is the whole of a text message, with no extension at work."""
MASKED: Final = 0x80
UNMASKED: Final = b"\0\0\0\0"
"""The mask that changes nothing."""
SHORT_HEAD: Final = 6
"""Bytes before the text of up to 125 bytes: two, and the mask."""
MEDIUM_HEAD: Final = 8
"""The same for up to 65 535."""
LONGEST_HEAD: Final = 14
WORTH_KEEPING: Final = 4 * 1024
"""A frame up to here is put together from its pieces; longer ones are `websockets`' business."""


class FrameProtocol(WebSocketsSansIOProtocol):
    """Takes ready frames beside ASGI messages, takes whole texts itself, and reads a little ahead.

    Frames that need no compression are the same for all readers, so who has many to send builds
    them itself and hands them over in one piece: see `tabyard.web.streams.socket.FRAMES`.

    A text that has come whole needs no parser that can be interrupted: two bytes say that it is
    one, and a tenth of the time is enough. Any other frame goes to `websockets` from its first byte
    to its last, so that each of the two is always at the beginning of a frame when the other ends.

    uvicorn stops reading after each message; starting again costs two system calls.
    """

    _ear: Ear | None = None
    _awaited = False
    """Somebody waits in `receive`, so nothing that came before is still to be looked at."""
    _rest = b""
    """The beginning of a frame."""
    _owed = 0
    """How many bytes the frame still has that `websockets` has got the beginning of."""
    _in_parts = False
    """A message has begun whose last part has not come."""
    _in_step = True
    """What has come since the handshake was cut into frames here."""

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

    def listen(self, ear: Ear) -> None:
        """As a `FrameWriter`: texts go to `ear` first, while somebody waits for them."""
        self._ear = ear

    @override
    async def receive(self) -> ASGIReceiveEvent:
        self._awaited = True
        try:
            return await super().receive()
        finally:
            self._awaited = False

    @override
    def data_received(self, data: bytes) -> None:
        if not self._in_step or self.conn.state is not State.OPEN:
            # The request of the handshake comes alone. What else comes before the answer, or after
            # the end, is not cut here.
            self._in_step = self._in_step and not self.handshake_initiated
            super().data_received(data)
            return
        data, at = self._rest + data if self._rest else data, 0
        self._rest = b""
        if self._owed:
            at = min(self._owed, len(data))
            self._owed -= at
            super().data_received(data[:at])
        while at < len(data):
            if self.conn.state is not State.OPEN:
                super().data_received(data[at:])
                return
            taken = self._text(data, at) or self._other(data, at)
            if not taken:
                self._rest = data[at:]
                return
            at += taken

    def _text(self, data: bytes, at: int) -> int:
        """Take the text that is whole at `at`; the length of its frame, 0 for any other."""
        left = len(data) - at
        if data[at] != WHOLE_TEXT or left < SHORT_HEAD or self._in_parts:
            return 0
        size, head = data[at + 1] ^ MASKED, SHORT_HEAD
        if size == 126 and left >= MEDIUM_HEAD:  # noqa: PLR2004 -- RFC 6455: two bytes follow
            size, head = data[at + 2] << 8 | data[at + 3], MEDIUM_HEAD
        elif size > 125:  # noqa: PLR2004 -- a longer one, one without a mask, or not enough of it
            return 0
        start = at + head
        if left < head + size or size > self.config.ws_max_size:
            return 0
        text, mask = data[start : start + size], data[start - 4 : start]
        self._hear(text if mask == UNMASKED else apply_mask(text, mask))
        return head + size

    def _other(self, data: bytes, at: int) -> int:
        """Give `websockets` what there is of the frame at `at`; 0: too little to know its length.

        A short text waits here until it is whole.
        """
        left = len(data) - at
        whole = _length(data[at : at + LONGEST_HEAD])
        if whole is None or (
            left < whole <= WORTH_KEEPING and data[at] == WHOLE_TEXT and not self._in_parts
        ):
            return 0
        if not data[at] & 0x08:  # no control frame, which may come between the parts of a message
            self._in_parts = not data[at] & 0x80
        given = min(left, whole)
        self._owed = whole - given
        super().data_received(data[at : at + given])
        return given

    def _hear(self, text: bytes) -> None:
        ear = self._ear
        if ear is not None and self._awaited and self.queue.empty() and ear(text):
            return
        self.curr_msg_data_type = "text"
        self.frames = [text]
        self.send_receive_event_to_app()

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


def _length(head: bytes) -> int | None:
    """The length of a frame that begins with `head`; None: too little of it to know."""
    if len(head) < 2:  # noqa: PLR2004 -- RFC 6455, 5.2
        return None
    size = head[1] & 0x7F
    wide = {126: 2, 127: 8}.get(size, 0)
    start = 2 + wide
    if len(head) < start:
        return None
    if wide:
        size = int.from_bytes(head[2:start], "big")
    return start + (4 if head[1] & MASKED else 0) + size
