"""A client's WebSocket, from its first frame to its close."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final, NoReturn

from typing_extensions import override

from tabyard.core.errors import Forbidden, HubError, InternalError, RateLimited, Unauthorized
from tabyard.core.events import EncodedEvent
from tabyard.core.strikes import Strikes
from tabyard.hub.ports import SocketClosed
from tabyard.hub.subscription import Sink, SlowReader, Subscription
from tabyard.web.errors import body_of
from tabyard.web.standing import Standing
from tabyard.web.state import WebState
from tabyard.web.streams.answers import Answers
from tabyard.web.streams.frames import Refused, read_request
from tabyard.web.streams.outlet import BURST_CHARS, EventSocket, Outlet, Stuck
from tabyard_protocol.client import ClientError, ClientRequest, TaskSubmit, TaskSubmitResponse
from tabyard_protocol.errors import CloseCode, ErrorCode

__all__ = ["serve_client"]

logger = logging.getLogger(__name__)

FLOOD_FRAMES: Final = 50
"""So many bad frames within `FLOOD_WINDOW_S` are no mistake any more."""
FLOOD_WINDOW_S: Final = 10.0

REFUSALS: Final = (Unauthorized, Forbidden, RateLimited)
"""What the audit trail is told of."""

REASONS: Final = {
    CloseCode.GOING_AWAY: "the hub is shutting down: come back",
    CloseCode.SLOW_CONSUMER: "slow consumer: come back and resume",
    CloseCode.TOO_MANY_REQUESTS: "too many bad frames",
    CloseCode.UNAUTHORIZED: "no valid API key was presented",
}


class _Over(Exception):
    """The conversation ends, and the peer is told why."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code)
        self.code = code


async def serve_client(
    socket: EventSocket, first: str | bytes, state: WebState, standing: Standing
) -> None:
    """Answer requests and push events until either side ends it. `first` was read already."""
    slow = asyncio.Event()
    with (
        state.metrics.clients.track_inprogress(),
        state.hub.bus.subscribe(on_slow=slow.set) as subscription,
    ):
        session = _Session(socket, state, subscription, standing)
        try:
            code = await session.run(first, slow)
        finally:
            session.leave()
    if code is CloseCode.SLOW_CONSUMER:
        state.metrics.slow_readers.inc()
    if code is not None:
        await socket.close(code, REASONS[code])


class _Session(Sink):
    """The tasks around one socket: reading, pushing, and watching for what ends it."""

    def __init__(
        self, socket: EventSocket, state: WebState, subscription: Subscription, standing: Standing
    ) -> None:
        self._socket = socket
        self._state = state
        self._subscription = subscription
        self._outlet = Outlet(socket)
        self._answers = Answers(state, self._outlet, subscription, standing)
        self._strikes = Strikes(FLOOD_FRAMES, FLOOD_WINDOW_S)

    def leave(self) -> None:
        """The socket has ended: nobody needs to end it any more."""
        self._answers.leave()

    @override
    def takes(self, events: Sequence[EncodedEvent]) -> bool:
        if not self._outlet.ready or self._answers.revoked.is_set():
            return False
        # What is too much for one piece waits for its turn.
        return sum([len(event.text) for event in events]) <= BURST_CHARS

    @override
    def take(self, events: Sequence[EncodedEvent]) -> None:
        self._outlet.push_now([event.text for event in events])
        self._note_ends(events)

    async def run(self, first: str | bytes, slow: asyncio.Event) -> CloseCode | None:
        """The code to close with; None when the peer has gone."""
        ended: CloseCode | None = None
        patience_s = self._state.settings.send_timeout_s
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read(first))
                group.create_task(self._push())
                group.create_task(self._watch(slow))
                group.create_task(self._outlet.watch(patience_s=patience_s))
                group.create_task(self._expect_key())
                group.create_task(self._watch_key())
        except* _Over as group_of_ends:
            ended = _first_code(group_of_ends)
        except* (SocketClosed, Stuck, SlowReader) as group_of_losses:
            # Stuck and SlowReader are the same to the peer; a closed socket can't be told anything.
            if group_of_losses.subgroup((Stuck, SlowReader)) is not None:
                ended = CloseCode.SLOW_CONSUMER
        return ended

    async def _read(self, first: str | bytes) -> NoReturn:
        """Answer one frame after the other."""
        frame = first
        while True:
            request = read_request(frame, levels=self._state.settings.json_depth)
            if isinstance(request, Refused):
                await self._refuse(request)
            else:
                await self._answer(request)
            frame = await self._socket.receive()

    async def _watch_key(self) -> NoReturn:
        """A key that is revoked ends what came with it, at once."""
        await self._answers.revoked.wait()
        raise _Over(CloseCode.UNAUTHORIZED)

    async def _answer(self, request: ClientRequest) -> None:
        """Answer `request`, whatever comes of it."""
        try:
            await self._answers.give(request)
        except HubError as error:
            if isinstance(error, REFUSALS):
                self._note_refused(f"{request.type} frame", error.code)
            await self._say_error(error, request.type, request.request_id)
        except SocketClosed:
            raise
        except Exception:
            # Boundary: one request that fails unexpectedly does not end the others' connection.
            logger.exception("client request failed", extra={"type": request.type})
            await self._say_error(InternalError(), request.type, request.request_id)

    async def _refuse(self, refused: Refused) -> None:
        """Say what is wrong with a frame; too many of them end it."""
        await self._say_error(refused.error, refused.type, refused.request_id)
        if self._strikes.strike(self._state.clock.monotonic_s()):
            raise _Over(CloseCode.TOO_MANY_REQUESTS)

    async def _say_error(
        self, error: HubError, kind: str | None, request_id: str | int | None
    ) -> None:
        """A submission has an answer of its own for failure; everything else gets `error`."""
        body = body_of(error)
        if kind == TaskSubmit.model_fields["type"].default:
            frame = TaskSubmitResponse(
                request_id=request_id,
                success=False,
                error=body.error,
                code=body.code,
                details=body.details,
            )
        else:
            frame = ClientError(
                request_id=request_id, error=body.error, code=body.code, details=body.details
            )
        await self._outlet.say(frame)

    async def _push(self) -> NoReturn:
        """Send what can't be sent as it comes, a batch per turn."""
        self._subscription.pour_into(self)
        async for batch in self._subscription:
            await self._outlet.push([event.text for event in batch])
            self._note_ends(batch)
        raise _Over(CloseCode.GOING_AWAY)

    def _note_ends(self, events: Sequence[EncodedEvent]) -> None:
        """Of tasks: nothing follows."""
        for event in events:
            if event.type == "task_complete" and event.task_id is not None:
                self._answers.note_ended(event.task_id)

    async def _watch(self, slow: asyncio.Event) -> NoReturn:
        """The pushing task may be waiting for the peer itself, so somebody else has to notice."""
        await slow.wait()
        raise _Over(CloseCode.SLOW_CONSUMER)

    async def _expect_key(self) -> None:
        """Where keys are required, a client without one may not stay."""
        try:
            async with asyncio.timeout(self._state.settings.auth_timeout_s):
                await self._answers.authorised.wait()
        except TimeoutError:
            self._note_refused("socket", ErrorCode.UNAUTHORIZED)
            raise _Over(CloseCode.UNAUTHORIZED) from None

    def _note_refused(self, subject: str, code: ErrorCode) -> None:
        self._state.note_refused(self._answers.standing, subject, code)


def _first_code(group: BaseExceptionGroup[_Over]) -> CloseCode:
    """Why it ended; when several reasons met, the first."""
    error = group.exceptions[0]
    return error.code if isinstance(error, _Over) else _first_code(error)
