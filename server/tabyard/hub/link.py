"""The life of one browser's socket, from its hello to its end."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final, assert_never

from tabyard.core.calls import Settled
from tabyard.core.errors import HubError
from tabyard.core.frames import MalformedFrame, read_frame, read_result
from tabyard.core.pace import Pace
from tabyard.hub.answers import Answer, answer_of
from tabyard.hub.arrival import Refused, greet
from tabyard.hub.connection import Link
from tabyard.hub.hub import Hub
from tabyard.hub.instance import Instance
from tabyard.hub.ports import Socket, SocketClosed
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.link import (
    BrowserEvent,
    BrowserFrame,
    Hello,
    LinkPing,
    LinkPong,
    ToolError,
    ToolProgress,
    ToolResult,
)

__all__ = ["Refused", "serve_instance"]

logger = logging.getLogger(__name__)

SMALL_BYTES: Final = 64 * 1024
"""Larger frames have something to be lifted out of them first."""


class _Over(Exception):
    """The peer has used up the patience of the hub."""

    def __init__(self, close_code: CloseCode, reason: str) -> None:
        super().__init__(close_code, reason)
        self.close_code = close_code
        self.reason = reason


async def serve_instance(
    socket: Socket,
    *,
    first_frame: str | None,
    instance_id: InstanceId | None,
    ticket: str | None,
    hub: Hub,
    refused: Callable[[Refused], None] | None = None,
) -> None:
    """Serve an accepted socket until it ends. Never raises for what a peer does.

    `first_frame` when it has been read already; `instance_id` and `ticket` when the URL names them.
    `refused` is told why somebody may not speak for a browser.
    """
    try:
        arrival = await greet(
            socket,
            first_frame=first_frame,
            instance_id=instance_id,
            ticket=ticket,
            registry=hub.registry,
            clock=hub.clock,
            within_s=hub.settings.hello_within_s,
        )
        link = Link(
            socket,
            instance_id=arrival.record.id,
            extended=arrival.hello.protocol is not None,
            ahead=_takes_ahead(arrival.hello),
            tools=frozenset(arrival.hello.tools or ()),
            clock=hub.clock,
            settings=hub.settings,
            news=hub.news,
            spawn=hub.spawn,
        )
        link.paused = arrival.hello.paused is True
        instance = await hub.presence.attach(link, arrival)
    except Refused as refusal:
        if refused is not None:
            refused(refusal)
        await socket.close(refusal.close_code, refusal.reason)
        return
    except HubError as error:
        await socket.close(CloseCode.GOING_AWAY, str(error)[:100])
        return
    except SocketClosed:
        return
    await _attend(link, instance, hub)


def _takes_ahead(hello: Hello) -> bool:
    """Whether calls may wait there: it has to hear of cancels, and to remember what has begun."""
    return hello.ahead is True and hello.protocol is not None and hello.memory is not None


async def _attend(link: Link, instance: Instance, hub: Hub) -> None:
    """Take frames until the link ends."""
    reason = "the link was closed"
    pace = Pace(hub.settings.events_per_second)
    link.listen(partial(_is_taken, link, instance))
    try:
        while True:
            message = await link.receive()
            if isinstance(message, bytes):
                hub.pictures(instance.id, message)
                continue
            if instance.link is not link:
                await link.close(CloseCode.STALE_EPOCH, "a newer link has taken over")
                return
            await _take(message, link, hub, pace)
    except _Over as over:
        reason = over.reason
        await link.close(over.close_code, reason)
    except SocketClosed as closed:
        reason = f"the link was closed ({closed.code})"
    finally:
        hub.presence.lost(instance, link, reason)


def _is_taken(link: Link, instance: Instance, message: bytes) -> bool:
    """Take an answer that somebody waits for; whatever else it is, the reader looks at it."""
    if len(message) > SMALL_BYTES or instance.link is not link:
        return False
    found = read_result(message)
    return found is not None and link.settle_now(Answer(*found))


async def _take(message: str, link: Link, hub: Hub, pace: Pace) -> None:
    """Act on one frame. Raises `_Over` when it is one too many, or too much."""
    if len(message) > hub.settings.frame_bytes:
        raise _Over(CloseCode.TOO_LARGE, "a frame was too large")
    try:
        frame = read_frame(message)
    except MalformedFrame as error:
        logger.warning(
            "malformed frame", extra={"instance": link.instance_id, "reason": error.reason}
        )
        if link.misbehaved():
            raise _Over(CloseCode.BAD_FRAMES, "too many malformed frames") from None
        return
    if not await _is_asked_for(frame, link) and pace.step(hub.clock.monotonic_s()):
        raise _Over(CloseCode.TOO_MANY_REQUESTS, f"more than {pace.most} frames a second unasked")


async def _is_asked_for(frame: BrowserFrame, link: Link) -> bool:
    """Act on it; whether somebody waited for it."""
    match frame:
        case ToolResult() | ToolError():
            if link.settle(answer_of(frame)) is Settled.ANSWER:
                return True
            link.needless(frame.id)
            await link.flush()
        case LinkPing():
            await link.pong()
        case BrowserEvent(kind="stopped"):
            link.paused = frame.data.get("paused") is True
        case LinkPong() | ToolProgress() | BrowserEvent():
            pass  # a sign of life
        case Hello():
            link.misbehaved()  # one hello per link; a second changes nothing
        case _:
            assert_never(frame)
    return False
