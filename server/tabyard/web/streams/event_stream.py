"""Events as `text/event-stream`: the bytes on the wire, and the answer that carries them.

Done by hand on Starlette's `Response`. sse-starlette 3.7 learns of a shutdown by patching
`uvicorn.Server` and by polling from a task that nobody owns, keeps it in a process-wide flag,
cancels streams before the hub can end them, and would encode each event anew for every reader.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NoReturn

from prometheus_client import Gauge
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from tabyard.core.events import EncodedEvent
from tabyard.hub.subscription import Sink, SlowReader, Subscription
from tabyard.web.exchange import Exchange, exchange_of
from tabyard.web.standing import standing_of
from tabyard.web.state import WebState

__all__ = ["COMMENT", "HEADERS", "EventStream", "encode", "parse_id"]

MAX_OFFSET_DIGITS: Final = 15

COMMENT: Final = b": still here\n\n"
"""Keeps proxies from closing an idle stream."""

RETRY: Final = b"retry: 1000\n\n"
"""How soon a browser comes back, in ms."""

HEADERS: Final = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}


def encode(kind: str, text: str, *, stream_id: str | None = None) -> bytes:
    """One event. `text` is JSON on one line, as every encoded event is."""
    named = f"event: {kind}\n"
    numbered = "" if stream_id is None else f"id: {stream_id}\n"
    return f"{named}{numbered}data: {text}\n\n".encode()


_SHARED_EVENTS: Final = 256
_SHARED_CHARS: Final = 16 * 1024
"""So many of the newest events, no longer than this, are kept for the next reader."""

_shared = lru_cache(_SHARED_EVENTS)(encode)


def _encode(kind: str, text: str, stream_id: str) -> bytes:
    """One event of the bus, which is the same for all who read it by the same topic."""
    one = _shared if len(text) <= _SHARED_CHARS else encode
    return one(kind, text, stream_id=stream_id)


def parse_id(text: str) -> tuple[str, int | None]:
    """`epoch.offset` as its parts; the offset is None when there is no number at the end."""
    epoch, _, offset = text.rpartition(".")
    is_number = offset.isascii() and offset.isdigit() and len(offset) <= MAX_OFFSET_DIGITS
    return epoch, int(offset) if is_number else None


class _Over(Exception):
    """The stream has come to its end."""


class EventStream(Response, Sink):
    """The answer: first `opening`, then events until `is_last`, the hub's end, or the reader's.

    A reader that falls behind is cut off; it comes back with `Last-Event-ID` and misses nothing.
    """

    def __init__(
        self,
        subscription: Subscription,
        slow: asyncio.Event,
        *,
        opening: bytes,
        id_of: Callable[[EncodedEvent], str],
        is_last: Callable[[EncodedEvent], bool],
        open_streams: Gauge,
        comment_interval_s: float,
        close_timeout_s: float,
        state: WebState,
    ) -> None:
        super().__init__(None, headers=HEADERS)
        del self.headers["content-length"]
        self._subscription = subscription
        self._slow = slow
        self._opening = opening
        self._id_of = id_of
        self._is_last = is_last
        self._open_streams = open_streams
        self._comment_interval_s = comment_interval_s
        self._close_timeout_s = close_timeout_s
        self._state = state
        self._exchange: Exchange | None = None

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        standing = standing_of(scope)
        # A revoked key ends the stream like a slow reader: it may come back, if it is let in.
        end = self._slow.set
        self._state.welcome(standing, end)
        try:
            await self._serve(scope, receive, send)
        finally:
            self._state.part(standing, end)

    @override
    def takes(self, events: Sequence[EncodedEvent]) -> bool:
        if self._exchange is None or not self._exchange.ready or self._slow.is_set():
            return False
        return not any(map(self._is_last, events))

    @override
    def take(self, events: Sequence[EncodedEvent]) -> None:
        assert self._exchange is not None, "it has just been ready"
        self._exchange.write_now(self._payload(events))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._subscription, self._open_streams.track_inprogress():
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            if scope["method"] != "HEAD":
                self._exchange = exchange_of(scope)
                self._subscription.pour_into(self)
                await self._run(receive, send)
            try:
                async with asyncio.timeout(self._close_timeout_s):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            except TimeoutError:
                # It does not even read that it is over; the server cuts the connection.
                return

    async def _run(self, receive: Receive, send: Send) -> None:
        """Push until it is over."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._push(send))
                group.create_task(self._watch_buffer())
                group.create_task(self._watch_peer(receive))
        except* (_Over, SlowReader):
            pass

    async def _push(self, send: Send) -> NoReturn:
        """Send what has been, then what happens, and a comment whenever nothing does."""
        payload = RETRY + self._opening
        while True:
            await send({"type": "http.response.body", "body": payload, "more_body": True})
            try:
                async with asyncio.timeout(self._comment_interval_s):
                    batch = await anext(self._subscription)
            except TimeoutError:
                payload = COMMENT
                continue
            except StopAsyncIteration:
                raise _Over from None
            until = next((n for n, event in enumerate(batch, 1) if self._is_last(event)), None)
            payload = self._payload(batch[:until])
            if until is not None:
                await send({"type": "http.response.body", "body": payload, "more_body": True})
                raise _Over

    def _payload(self, events: Sequence[EncodedEvent]) -> bytes:
        id_of = self._id_of
        return b"".join([_encode(event.type, event.text, id_of(event)) for event in events])

    async def _watch_buffer(self) -> NoReturn:
        """The pushing task may be waiting for the peer itself, so somebody else has to notice."""
        await self._slow.wait()
        raise _Over

    async def _watch_peer(self, receive: Receive) -> NoReturn:
        """Notice a peer that leaves."""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Over
