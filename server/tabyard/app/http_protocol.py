"""uvicorn's HTTP connection, with an end to its patience, and shorter ways for what is small."""

import asyncio
from collections.abc import Awaitable
from typing import ClassVar, Final, NamedTuple, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override
from uvicorn._types import ASGI3Application, ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from tabyard.app.whole_answer import whole_answer
from tabyard.web.exchange import EXCHANGE, Exchange, Knowing, Known, Pairs

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

HEAD_END: Final = b"\r\n\r\n"
KNOWN_HEADS: Final = 4
"""So many heads are remembered per connection, which differ in the length of their bodies."""
KNOWN_HEAD_BYTES: Final = 2 * 1024
"""The longest of them."""


class _Head(NamedTuple):
    """A head that came before on the same connection."""

    request: Known
    body_bytes: int


class _PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose next request has begun, or never does, and gets no further.

    uvicorn itself waits for ever: a thousand silent connections would hold a thousand descriptors.

    A head that was parsed before on the same connection means the same when the same bytes come
    again. The application may know what to do with such a request (`Knowing`); it is then begun at
    once, past the parser, a task and all messages.
    """

    patience_s: ClassVar[float]
    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = 0
    _parsed = 0
    """Requests that have begun to be parsed."""
    _whole = 0
    """Those of them that were parsed to their end."""
    _at_work = False
    """A known request is being done; what comes meanwhile waits in `_behind`."""
    _behind = b""
    _ends = False
    """The connection is closed with the next answer."""
    _idle_since_s = 0.0
    _idle_timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._known: dict[bytes, _Head] = {}
        self._timer = self.loop.call_later(self.patience_s, transport.close)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._forgive()
        self._known.clear()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        super().connection_lost(exc)

    @override
    def shutdown(self) -> None:
        self._ends = True
        if not self._at_work:
            super().shutdown()

    @override
    def data_received(self, data: bytes) -> None:
        if self._at_work:
            self._behind += data
            self.flow.pause_reading()
        elif not self._begun(data):
            self._parse(data)

    def _begun(self, data: bytes) -> bool:
        """Begin the request, if `data` is the whole of one that is known."""
        if not self._known or self._ends or not self._is_at_rest():
            return False
        if self.flow.write_paused:
            return False  # uvicorn waits until its answers are read, and reads no more till then
        end = data.find(HEAD_END) + len(HEAD_END)
        known = self._known.get(data[:end])
        # The length of the body is a part of the head.
        if known is None or len(data) - end != known.body_bytes:
            return False
        self._unset_keepalive_if_required()
        self._at_work = True
        known.request.begin(data[end:], self._respond)
        return True

    def _respond(self, status: int, headers: Pairs, body: bytes) -> None:
        """Send the answer to a known request, then see what has come meanwhile."""
        self._at_work = False
        if self.transport.is_closing():
            return
        answer = whole_answer(
            status, (*self.server_state.default_headers, *headers), body, closes=self._ends
        )
        assert answer is not None, "an answer of the application's own has plain headers"
        self.transport.write(answer)
        self.server_state.total_requests += 1
        if self._ends:
            self.transport.close()
            return
        self._idle_since_s = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._idled)
        if self._behind:
            data, self._behind = self._behind, b""
            self.flow.resume_reading()
            self.loop.call_soon(self.data_received, data)

    def _idled(self) -> None:
        """Close a connection that has been of no use for as long as uvicorn keeps one."""
        self._idle_timer = None
        if self._at_work or self.timeout_keep_alive_task is not None or not self._is_at_rest():
            return  # who is at work, or uvicorn, sees to it
        left_s = self._idle_since_s + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._idle_timer = self.loop.call_later(left_s, self._idled)
        else:
            self.transport.close()

    def _is_at_rest(self) -> bool:
        """Whether nothing has been parsed that is not answered."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return self._parsed == self._whole and (cycle is None or cycle.response_complete)

    def _parse(self, data: bytes) -> None:
        was_in_head, parsed = self._in_head, self._parsed
        starts = parsed == self._whole
        super().data_received(data)
        if self.transport.is_closing():
            return
        if starts and self._parsed == self._whole == parsed + 1:
            self._get_to_know(data)
        if not self._in_head:
            return
        if self._timer is None:
            self._timer = self.loop.call_later(self.patience_s, self.transport.close)
        if was_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.transport.write(HEAD_TOO_LARGE)
                self.transport.close()

    def _get_to_know(self, data: bytes) -> None:
        """Remember the head of the one request that `data` was, if it is of use."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is None or cycle.scope is not self.scope:
            return  # it has become a WebSocket
        end = data.find(HEAD_END) + len(HEAD_END)
        length = len(data) - end
        is_plain = cycle.keep_alive and not (cycle.response_complete or self.expect_100_continue)
        if not is_plain or end > KNOWN_HEAD_BYTES or len(self._known) >= KNOWN_HEADS:
            return
        if (b"content-length", b"%d" % length) not in self.headers:
            return
        app = cast("object", self.app)
        if not hasattr(app, "known"):
            return
        request = cast("Knowing", app).known(cast("Scope", cycle.scope))
        if request is not None:
            self._known[data[:end]] = _Head(request, length)

    @override
    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        self._parsed += 1
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        self._forgive()
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        self._whole += 1
        super().on_message_complete()

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
        answer = whole_answer(head["status"], (*cycle.default_headers, *head["headers"]), body)
        if answer is None:
            return False
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        cycle.chunked_encoding = False
        cycle.transport.write(answer)
        cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True


def patient(patience_s: float) -> type[HttpToolsProtocol]:
    """Connections whose heads may take so long; uvicorn makes them itself, hence a class."""
    return type("PatientProtocol", (_PatientProtocol,), {"patience_s": patience_s})
