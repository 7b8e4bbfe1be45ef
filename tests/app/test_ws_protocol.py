"""However frames are cut into pieces, a peer is heard as uvicorn alone would hear it."""

import asyncio
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from tabyard.app.ws_protocol import FrameProtocol
from tabyard.web.streams.socket import StarletteSocket, frame_writer

MOST = 70_000
REQUEST = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TEXT, BINARY, MORE, CLOSE, PING = 1, 2, 0, 8, 9


def frame(opcode: int, payload: bytes, *, last: bool = True, mask: bytes | None = b"abcd") -> bytes:
    """One frame as a client sends it; without a mask it is none that a client may send."""
    head = bytes([opcode | (0x80 if last else 0)])
    masked = 0 if mask is None else 0x80
    size = len(payload)
    if size < 126:
        head += bytes([masked | size])
    elif size < 65_536:
        head += struct.pack("!BH", masked | 126, size)
    else:
        head += struct.pack("!BQ", masked | 127, size)
    if mask is None:
        return head + payload
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Wire(asyncio.Transport):
    """A transport that remembers what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.closed = False

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    @override
    def close(self) -> None:
        self.closed = True

    @override
    def is_closing(self) -> bool:
        return self.closed

    @override
    def pause_reading(self) -> None: ...

    @override
    def resume_reading(self) -> None: ...


class Conversation:
    """An application that hears everything, over a protocol that is fed by hand."""

    def __init__(self, kind: type[asyncio.Protocol]) -> None:
        self.heard: list[Any] = []
        self.ear: list[bytes] = []
        self.listens = False
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            proxy_headers=False,
            ws_max_size=MOST,
            ws_per_message_deflate=False,
            log_config=None,
        )
        config.load()
        self._wire = Wire()
        make: Any = kind
        self._protocol = make(config, ServerState(), {})

    async def say(self, *pieces: bytes) -> tuple[list[Any], bytes]:
        """What was heard of `pieces`, and what was answered."""
        self._protocol.connection_made(self._wire)
        self._protocol.data_received(REQUEST)
        await self._settle()
        upgraded = len(self._wire.written)
        for piece in pieces:
            if not self._wire.closed:
                self._protocol.data_received(piece)
            await self._settle()
        self._protocol.connection_lost(None)
        await self._settle()
        return self.heard, bytes(self._wire.written[upgraded:])

    async def _settle(self) -> None:
        for _ in range(8):
            await asyncio.sleep(0)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        writer = frame_writer(scope)
        if self.listens and writer is not None:
            writer.listen(self._take)
        while True:
            message = await receive()
            self.heard.append(message.get("text", message.get("bytes", message.get("code"))))
            if message["type"] == "websocket.disconnect":
                return

    def _take(self, text: bytes) -> bool:
        if not text.startswith(b"mine"):
            return False
        self.ear.append(text)
        return True


def cut(data: bytes, at: Sequence[int]) -> list[bytes]:
    """`data` in pieces that end at these places."""
    ends = sorted({place % (len(data) + 1) for place in at} | {0, len(data)})
    return [data[begin:end] for begin, end in pairwise(ends)]


masks = st.sampled_from([b"\0\0\0\0", b"abcd", b"\xff\x00\x10\x80"])
texts = st.one_of(
    st.text(max_size=40), st.sampled_from(["x" * 125, "x" * 126, "ä" * 2_000, "y" * 66_000])
)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """One message of a well-behaved client, whole or in parts, with pings between them."""
    mask = draw(masks)
    if draw(st.booleans()):
        return frame(TEXT, draw(texts).encode(), mask=mask)
    opcode = draw(st.sampled_from([TEXT, BINARY]))
    parts = draw(st.lists(st.text(max_size=20), min_size=1, max_size=4))
    sent = bytearray()
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        sent += frame(opcode if index == 0 else MORE, part.encode(), last=last, mask=mask)
        if draw(st.booleans()):
            sent += frame(PING, b"ping", mask=mask)
    return bytes(sent)


async def both(*pieces: bytes) -> tuple[tuple[list[Any], bytes], tuple[list[Any], bytes]]:
    return (
        await Conversation(FrameProtocol).say(*pieces),
        await Conversation(WebSocketsSansIOProtocol).say(*pieces),
    )


@given(st.lists(messages(), min_size=1, max_size=6), st.lists(st.integers(0, 500_000), max_size=12))
def test_messages_in_any_pieces_are_heard_as_by_uvicorn(
    sent: list[bytes], places: list[int]
) -> None:
    pieces = cut(b"".join(sent) + frame(CLOSE, b"\x03\xe8bye"), places)
    ours, theirs = asyncio.run(both(*pieces))
    assert ours == theirs
    assert ours[0][-1] == 1000


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(frame(TEXT, b"a", mask=None), id="without a mask"),
        pytest.param(frame(TEXT | 0x40, b"a"), id="with a reserved bit"),
        pytest.param(frame(TEXT, b"\xff\xfe"), id="text that is no UTF-8"),
        pytest.param(frame(TEXT, b"a", last=False) + frame(TEXT, b"b"), id="parts that never end"),
        pytest.param(frame(MORE, b"a"), id="a part of nothing"),
        pytest.param(frame(PING, b"p" * 126), id="a long ping"),
        pytest.param(frame(3, b"a"), id="an unknown opcode"),
        pytest.param(frame(TEXT, b"a" * (MOST + 1)), id="too large"),
        pytest.param(
            frame(TEXT, b"a" * 60_000, last=False) + frame(MORE, b"a" * 60_000),
            id="too large in parts",
        ),
    ],
)
async def test_what_no_client_may_send_ends_the_connection_as_uvicorn_would(bad: bytes) -> None:
    good, later = frame(TEXT, b"good"), frame(TEXT, b"later")
    ours, theirs = await both(good, bad + later)
    assert ours == theirs
    assert ours[0][0] == "good"
    assert "later" not in ours[0]
    sent = good + bad + later
    in_pieces, _ = await both(*(sent[at : at + 1] for at in range(min(len(sent), 300))), sent[300:])
    assert in_pieces[0][-1] == ours[0][-1]


async def test_an_ear_takes_what_it_wants_in_order_and_the_rest_is_received() -> None:
    conversation = Conversation(FrameProtocol)
    conversation.listens = True
    heard, _ = await conversation.say(
        frame(TEXT, b"mine 1"),
        frame(TEXT, b"theirs") + frame(TEXT, b"mine, but behind theirs"),
        frame(TEXT, b"mine, in parts", last=False) + frame(MORE, b"!"),
        frame(BINARY, b"mine, as bytes"),
        frame(TEXT, b"mine 2"),
    )
    assert conversation.ear == [b"mine 1", b"mine 2"]
    assert heard[:4] == ["theirs", "mine, but behind theirs", "mine, in parts!", b"mine, as bytes"]


def test_a_socket_without_ready_frames_sends_nothing_at_once() -> None:
    websocket: Any = None
    socket = StarletteSocket(websocket, close_timeout_s=1)
    socket.listen(lambda _: True)
    assert not socket.send_now("a")
