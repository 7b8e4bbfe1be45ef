"""The load: HTTP and WebSocket clients that cost as little as can be, so the server is measured.

Client frames carry the mask 0, which RFC 6455 allows and which makes masking free.
"""

import asyncio
import os
from base64 import b64encode
from collections.abc import Callable
from typing import Self, cast
from urllib.parse import urlsplit

import orjson
from typing_extensions import override

__all__ = ["Http", "Link", "Ws", "connect_instance"]


class Http(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._host = b""

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        """Connect."""
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(cls, host, port)
        protocol._host = f"{host}:{port}".encode()
        return protocol

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        at = head.lower().find(b"content-length: ")
        stop = head.find(b"\r\n", at)
        length = int(head[at + 16 : stop if stop > 0 else len(head)])
        if len(self._buffer) < end + 4 + length:
            return
        body = self._buffer[end + 4 : end + 4 + length]
        self._buffer = b""
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result((int(head[9:12]), body))

    @property
    def closed(self) -> bool:
        """Whether the server has ended the connection, as it does with idle ones."""
        return self._transport is None or self._transport.is_closing()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed"))

    def request(
        self, method: str, path: str, body: bytes = b""
    ) -> asyncio.Future[tuple[int, bytes]]:
        """Send a request; the future has the status and the body."""
        assert self._transport is not None
        assert self._answer is None, "one request at a time"
        self._answer = asyncio.get_running_loop().create_future()
        kind = b"Content-Type: application/json\r\n" if body else b""
        self._transport.write(
            b"%s %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s"
            % (method.encode(), path.encode(), self._host, kind, len(body), body)
        )
        return self._answer

    async def json(self, method: str, path: str, body: object = None) -> dict[str, object]:
        """The answer's body. Raises `RuntimeError` unless the status is 200."""
        status, answer = await self.request(method, path, orjson.dumps(body) if body else b"")
        if status != 200:
            raise RuntimeError(f"{method} {path}: {status} {answer[:500]!r}")
        return orjson.loads(answer)

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


class Ws(asyncio.Protocol):
    """A WebSocket client; every message goes to `on_message` as bytes."""

    def __init__(self, path: str, host: str, on_message: Callable[[bytes], None]) -> None:
        self._path = path
        self._host = host
        self.on_message = on_message
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self.open = asyncio.get_running_loop().create_future()
        self.closed = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, url: str, on_message: Callable[[bytes], None]) -> Self:
        """Connect and upgrade."""
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        path = parts.path or "/"
        path += f"?{parts.query}" if parts.query else ""
        host, port = parts.hostname or "127.0.0.1", parts.port or 80
        _, ws = await loop.create_connection(
            lambda: cls(path, f"{host}:{port}", on_message), "127.0.0.1", port
        )
        async with asyncio.timeout(30):
            await ws.open
        return ws

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        key = b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    @override
    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self.open.done():
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.open.set_exception(RuntimeError(bytes(buffer[:500]).decode("latin-1")))
                return
            del buffer[: end + 4]
            self.open.set_result(None)
        self._parse()

    def _parse(self) -> None:
        buffer = self._buffer
        at = 0
        while (span := _span(buffer, at)) is not None:
            opcode, start, end = span
            self._take(opcode, bytes(buffer[start:end]))
            at = end
        if at:
            del buffer[:at]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode in (1, 2):
            self.on_message(payload)
        elif opcode == 9:
            self._frame(10, payload)
        elif opcode == 8 and self._transport is not None:
            self._frame(8, payload)
            self._transport.close()

    def send(self, payload: bytes) -> None:
        """Send a text message."""
        self._frame(1, payload)

    def _frame(self, opcode: int, payload: bytes) -> None:
        length = len(payload)
        if length < 126:
            head = bytes((0x80 | opcode, 0x80 | length))
        elif length < 65536:
            head = bytes((0x80 | opcode, 0x80 | 126)) + length.to_bytes(2, "big")
        else:
            head = bytes((0x80 | opcode, 0x80 | 127)) + length.to_bytes(8, "big")
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head + b"\0\0\0\0" + payload)

    def pause(self) -> None:
        """Stop reading: the peer's buffers fill."""
        assert self._transport is not None
        self._transport.pause_reading()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        error = exc or ConnectionResetError("closed")
        if not self.open.done():
            self.open.set_exception(error)
        if not self.closed.done():
            self.closed.set_result(None)

    def close(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()


def _span(buffer: bytearray, at: int) -> tuple[int, int, int] | None:
    """Opcode, start and end of the payload of the frame at `at`; None while it is not whole."""
    size = len(buffer)
    if size - at < 2:
        return None
    opcode, length, start = buffer[at] & 15, buffer[at + 1] & 127, at + 2
    wide = {126: 2, 127: 8}.get(length, 0)
    if wide:
        length, start = int.from_bytes(buffer[start : start + wide], "big"), start + wide
    return (opcode, start, start + length) if size - start >= length and size >= start else None


RESULT = orjson.dumps(
    {
        "content": [{"type": "text", "text": '{"success":true}'}],
        "structuredContent": {"success": True},
    }
)


class Link:
    """A scripted browser that answers every call after `think_s`.

    `arrived` is called at each call, `answering` at each answer.
    """

    def __init__(self, instance: str, result: bytes = RESULT) -> None:
        self.instance = instance
        self.ws: Ws | None = None
        self.result = result
        self.think_s = 0.0
        self.arrived: Callable[[], None] = _nothing
        self.answering: Callable[[], None] = _nothing
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ticket: str | None = None

    def message(self, payload: bytes) -> None:
        """Answer one frame of the hub."""
        assert self.ws is not None
        if payload.startswith(b'{"type":"tool_call"'):
            self.arrived()
            start = payload.index(b'"id":"') + 6
            call = payload[start : payload.index(b'"', start)]
            self._answer(
                b'{"type":"tool_result","id":"' + call + b'","result":' + self.result + b"}"
            )
            return
        frame = orjson.loads(payload)
        if frame["type"] == "tool_call":
            self.arrived()
            self._answer(
                orjson.dumps(
                    {
                        "type": "tool_result",
                        "id": frame["id"],
                        "result": orjson.Fragment(self.result),
                    }
                )
            )
        elif frame["type"] == "welcome" and "epoch" in frame:
            self.ticket = frame.get("ticket")
            if not self.welcomed.done():
                self.welcomed.set_result(None)
        elif frame["type"] == "ping":
            self.ws.send(b'{"type":"pong"}')

    def _answer(self, frame: bytes) -> None:
        if self.think_s:
            asyncio.get_running_loop().call_later(self.think_s, self._say, frame)
        else:
            self._say(frame)

    def _say(self, frame: bytes) -> None:
        assert self.ws is not None
        self.answering()
        self.ws.send(frame)


ABLE = {"protocol": 1, "memory": "bench", "ahead": True}
"""What a browser says that does as the extension does: it hears of what is stored and ended, and is
sent commands before those before them have ended."""


def _nothing() -> None:
    """No one wants to know."""


async def connect_instance(
    http: Http, label: str, result: bytes = RESULT, *, able: bool = False
) -> Link:
    """Register a scripted browser and link it: a plain script, or one that is `able`."""
    registered = await http.json(
        "POST", "/register", {"userAgent": "bench", "windowId": 1, "label": label}
    )
    link = Link(str(registered["instanceId"]), result)
    link.ws = await Ws.connect(str(registered["websocketUrl"]), link.message)
    link.ws.send(
        orjson.dumps({"type": "hello", "instanceId": link.instance} | (ABLE if able else {}))
    )
    async with asyncio.timeout(30):
        await link.welcomed
    return link
