"""uvicorn's HTTP connection, with an end to its patience, and a shorter way for small answers."""

import asyncio
from collections.abc import Awaitable
from functools import lru_cache
from typing import ClassVar, Final, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override
from uvicorn._types import ASGI3Application, ASGISendEvent
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from tabyard.web.exchange import EXCHANGE, Exchange

__all__ = ["patient"]

SMALL_BYTES: Final = 64 * 1024
"""Answers up to here go out in one piece; copying larger ones into it would cost more."""

HEAD_BYTES: Final = 64 * 1024
"""The longest head of a request: nobody knows yet who sends it, and it is kept in memory."""

HEAD_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 49\r\n\r\n"
    b"The head of a request has 65536 bytes at the most"
)

FRAMING: Final = frozenset({b"connection", b"transfer-encoding", b"upgrade", b"trailer"})
"""Headers that change how an answer is sent: uvicorn knows how."""


class _PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose next request has begun, or never does, and gets no further.

    uvicorn itself waits for ever: a thousand silent connections would hold a thousand descriptors.
    """

    patience_s: ClassVar[float]
    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.patience_s, transport.close)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._forgive()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        if self._timer is None:
            self._timer = self.loop.call_later(self.patience_s, self.transport.close)
        if was_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.transport.write(HEAD_TOO_LARGE)
                self.transport.close()

    @override
    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        self._forgive()
        super().on_headers_complete()

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        exchange = _Exchange(cycle, cast("ASGIApp", app))
        super()._start_asgi_task(cycle, cast("ASGI3Application", exchange))

    def _forgive(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Exchange(Exchange):
    """Sends an answer that is whole and small in one write; hands anything else to uvicorn."""

    def __init__(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:
        self._cycle = cycle
        self._app = app
        self._head: Message | None = None
        """The first message, until it is known what follows."""
        self._told = False
        """The application has been given (some of) the body."""
        self._receive: Receive

    def __call__(self, scope: Scope, receive: Receive, _send: Send) -> Awaitable[None]:
        """Be the application that uvicorn calls."""
        scope["extensions"] = {EXCHANGE: self}
        self._receive = receive
        return self._app(scope, self._tell, self._send)

    @override
    def body_now(self) -> bytes | None:
        cycle = self._cycle
        if self._told or cycle.more_body or cycle.disconnected:
            return None
        return bytes(cycle.body)

    @property
    @override
    def ready(self) -> bool:
        cycle = self._cycle
        return (
            cycle.chunked_encoding is True
            and cycle.scope["method"] != "HEAD"
            and not (cycle.response_complete or cycle.disconnected or cycle.flow.write_paused)
        )

    @override
    def write_now(self, piece: bytes) -> None:
        self._cycle.transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))

    async def _tell(self) -> Message:
        self._told = True
        return await self._receive()

    async def _send(self, message: Message) -> None:
        head = self._head
        if head is None and message["type"] == "http.response.start":
            self._head = message
            return
        self._head = None
        if head is not None:
            if self._sent_whole(head, message):
                return
            await self._cycle.send(cast("ASGISendEvent", head))
        await self._cycle.send(cast("ASGISendEvent", message))

    def _sent_whole(self, head: Message, message: Message) -> bool:
        """Send the answer, if these two messages are all of it and there is nothing special."""
        cycle = self._cycle
        body: bytes = message.get("body", b"")
        if (
            message.get("more_body", False)
            or message["type"] != "http.response.body"
            or len(body) > SMALL_BYTES
            or cycle.response_started
            or cycle.disconnected
            or cycle.access_log
            or cycle.flow.write_paused
            or not cycle.keep_alive
            or cycle.scope["method"] == "HEAD"
        ):
            return False
        lines = [STATUS_LINE[head["status"]]]
        length: bytes | None = None
        for name, value in (*cycle.default_headers, *head["headers"]):
            line = _plain_line(name, value)
            if line is None:
                return False
            if name == b"content-length":
                length = value
            lines.append(line)
        if length is None or length != b"%d" % len(body):
            return False
        lines += (b"\r\n", body)
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        cycle.chunked_encoding = False
        cycle.transport.write(b"".join(lines))
        cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True


@lru_cache(maxsize=2048)
def _plain_line(name: bytes, value: bytes) -> bytes | None:
    """A header as it is sent; None for one that is not well-formed, or that changes the framing."""
    if name != name.lower() or name in FRAMING:
        return None
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        return None
    return b"%b: %b\r\n" % (name, value)


def patient(patience_s: float) -> type[HttpToolsProtocol]:
    """Connections whose heads may take so long; uvicorn makes them itself, hence a class."""
    return type("PatientProtocol", (_PatientProtocol,), {"patience_s": patience_s})
