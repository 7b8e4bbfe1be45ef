"""One live link to a browser: its calls, its pulse, and the frames that go to and fro."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from tabyard.core.calls import Call, Calls, Settled
from tabyard.core.errors import ShuttingDown
from tabyard.core.frames import call_frame
from tabyard.core.strikes import Strikes
from tabyard.hub.answers import Answer, Reply, Unanswered
from tabyard.hub.deadlines import Deadlines
from tabyard.hub.news import News
from tabyard.hub.ports import Clock, Ear, Socket, SocketClosed, Timer
from tabyard.hub.settings import HubSettings
from tabyard.hub.waiting import STANDSTILL_S, wake
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import CallId, InstanceId, TaskId

__all__ = ["Link", "Spawn"]

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Runs a coroutine in the hub's task group."""

_PING: Final = '{"type":"ping"}'
_PONG: Final = '{"type":"pong"}'
_RECALLED: Final = "the task ends before its turn"


class Link:
    """A socket that has said hello. Sends may overlap: a message is handed to the socket whole."""

    __slots__ = (
        "_acks",
        "_beat_due_s",
        "_clock",
        "_confirmations",
        "_deadlines",
        "_endings",
        "_heard_s",
        "_news",
        "_over",
        "_pulse",
        "_replies",
        "_settings",
        "_socket",
        "_spawn",
        "_strikes",
        "_withheld",
        "ahead",
        "calls",
        "epoch",
        "extended",
        "instance_id",
        "last_activity_ms",
        "paused",
        "tools",
    )

    def __init__(
        self,
        socket: Socket,
        *,
        instance_id: InstanceId,
        extended: bool,
        ahead: bool,
        tools: frozenset[str],
        clock: Clock,
        settings: HubSettings,
        news: News,
        spawn: Spawn,
    ) -> None:
        self.instance_id = instance_id
        self.epoch = 0
        self.extended = extended
        """Whether the peer knows more than the compatible frames."""
        self.ahead = ahead
        """Whether the peer takes a call before the one has ended that it comes after."""
        self.tools = tools
        """Names of the tools that it has beyond the catalogue."""
        self.calls = Calls()
        self.paused = False
        """The person at the browser lets no task run for now."""
        self._strikes = Strikes(limit=settings.bad_frames, window_s=60.0)
        self.last_activity_ms = clock.now_ms()
        self._socket = socket
        self._clock = clock
        self._settings = settings
        self._news = news
        self._spawn = spawn
        self._heard_s = clock.monotonic_s()
        self._pulse: Timer | None = None
        self._beat_due_s = 0.0
        self._replies: dict[CallId, asyncio.Future[Reply]] = {}
        self._deadlines = Deadlines(
            clock,
            partial(self.give_up, why=Unanswered.TIMED_OUT),
            slack_s=settings.deadline_slack_s,
        )
        self._confirmations: dict[CallId, asyncio.Future[None]] = {}
        self._withheld: dict[str, bool] = {}
        """Calls that must not be acknowledged yet, and whether they would have been."""
        self._acks: list[str] = []
        self._endings: list[str] = []
        """Frames about ended tasks that may wait for company."""
        self._over = False

    async def receive(self) -> str | bytes:
        """The next message. Raises `SocketClosed`."""
        message = await self._socket.receive()
        self._heard()
        return message

    def listen(self, ear: Ear) -> None:
        """See `Socket.listen`."""
        self._socket.listen(ear)

    def settle_now(self, answer: Answer) -> bool:
        """Take `answer` if somebody waits for it; False: nobody does, and nothing has changed."""
        if not self.calls.is_open(answer.call):
            return False
        self._heard()
        self.settle(answer)
        return True

    def send_now(self, text: str) -> bool:
        """Send one frame if that takes no waiting; False: it was not sent."""
        return self._socket.send_now(text)

    async def send(self, text: str) -> None:
        """Send one frame. Raises `SocketClosed`."""
        await self._socket.send(text)

    async def pong(self) -> None:
        """Answer a ping."""
        await self._socket.send(_PONG)

    async def close(self, code: CloseCode, reason: str = "") -> None:
        """End the link."""
        self.still()
        await self._socket.close(code, reason)

    def misbehaved(self) -> bool:
        """Note a malformed frame; whether that was one too many."""
        return self._strikes.strike(self._clock.monotonic_s())

    def open(self, call: Call) -> asyncio.Future[Reply]:
        """Expect the answer of `call` until its deadline."""
        self.calls.open(call)
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[call.id] = reply
        self._deadlines.add(call.id, call.deadline_s + self._settings.deadline_slack_s)
        return reply

    def due(self, call: CallId, deadline_s: float) -> None:
        """`call`, which was sent ahead, is over at `deadline_s`, unless it was answered already."""
        if self.calls.is_open(call):
            self._deadlines.add(call, deadline_s + self._settings.deadline_slack_s)

    def settle(self, answer: Answer) -> Settled:
        """The browser has answered."""
        call = CallId(answer.call)
        meaning = self.calls.settle(call)
        if meaning is Settled.ANSWER:
            self._resolve(call, answer)
        elif meaning is Settled.CONFIRMATION:
            confirmation = self._confirmations.pop(call)
            wake(confirmation)
        return meaning

    def give_up(self, call: CallId, why: Unanswered) -> bool:
        """Nobody waits for the answer of `call` any more. False: it has come already."""
        if not self.calls.give_up(call):
            return False
        self._withheld[call] = False
        self._confirmations[call] = asyncio.get_running_loop().create_future()
        self._resolve(call, why)
        return True

    def recall(self, call: CallId) -> None:
        """Give up `call`, which waits for its turn, and tell the browser before that comes."""
        if self.give_up(call, Unanswered.WITHDRAWN):
            self.send_now(call_frame({"type": "tool_cancel", "id": call, "reason": _RECALLED}))

    def is_given_up(self, call: CallId) -> bool:
        """Whether the browser still works on `call` for nobody, as far as anybody knows."""
        return call in self._confirmations

    async def let_go(self, reason: str, *calls: CallId) -> None:
        """Tell the browser to stop calls that were given up; back when it has, or after 2 s."""
        waited = [(call, self._confirmations[call]) for call in calls if self.is_given_up(call)]
        if not waited:
            return
        if self.extended:
            for call, _ in waited:
                await self.send(call_frame({"type": "tool_cancel", "id": call, "reason": reason}))
        timer = self._clock.call_later(
            self._settings.cancel_wait_s,
            lambda: [wake(confirmation) for _, confirmation in waited],
        )
        try:
            for _, confirmation in waited:
                await confirmation
        finally:
            timer.cancel()
            for call, _ in waited:
                self._confirmations.pop(call, None)
                self.calls.forget(call)

    def acknowledge(self, call: str) -> None:
        """The answer of `call` is stored: say so with the next `flush`, or soon."""
        if call and self.extended:
            self._acks.append(call)
            self._news.of(self)

    def needless(self, call: str) -> None:
        """Nobody waits for the answer of `call`: acknowledge it; if it was given up, on `release`.

        Until the end of its task is stored, a hub that is killed has to learn of the call from the
        browser, or would send it again.
        """
        if call in self._withheld:
            self._withheld[call] = True
        else:
            self.acknowledge(call)

    def release(self, call: CallId) -> None:
        """What comes of giving up `call` is stored: the browser may forget its answer."""
        if self._withheld.pop(call, False):
            self.acknowledge(call)

    def task_ended(self, task: TaskId, status: str) -> None:
        """The browser may tidy up after `task`: say so with the next `flush`, or soon."""
        if self.extended:
            fields = {"type": "task_ended", "taskId": task, "status": status}
            self._endings.append(call_frame(fields))
            self._news.of(self)

    @property
    def has_endings(self) -> bool:
        """Whether the browser has still to be told that a task is over."""
        return bool(self._endings)

    async def flush(self) -> None:
        """Say what is stored and what has ended."""
        for frame in self._due():
            if not self.send_now(frame):
                await self.send(frame)

    def tell(self) -> None:
        """Say it now, without waiting for it."""
        frames = self._due()
        for number, frame in enumerate(frames):
            if self._over:
                return
            if not self.send_now(frame):
                with suppress(ShuttingDown):
                    self._spawn(self._say(frames[number:]))
                return

    async def _say(self, frames: Sequence[str]) -> None:
        with suppress(SocketClosed):  # the reader of this link finds out by itself
            for frame in frames:
                await self.send(frame)

    def _due(self) -> list[str]:
        frames, self._endings = self._endings, []
        if self._acks:
            ids, self._acks = self._acks, []
            frames.insert(0, call_frame({"type": "tool_ack", "ids": ids}))
        return frames

    def beat(self, on_silence: Callable[[], None]) -> None:
        """Ping the peer from now on; `on_silence` when it says nothing for too long."""
        now_s = self._clock.monotonic_s()
        if self._pulse is not None and now_s - self._beat_due_s > STANDSTILL_S:
            self._heard_s = now_s  # nobody was here to listen
        left_s = self._heard_s + self._settings.silent_after_s - now_s
        if left_s <= 0:
            self._pulse = None
            on_silence()
            return
        if self._pulse is not None:
            self._spawn(self._ping())
        # Its patience may end between two pings.
        wait_s = min(self._settings.ping_every_s, left_s)
        self._beat_due_s = now_s + wait_s
        self._pulse = self._clock.call_later(wait_s, lambda: self.beat(on_silence))

    def still(self) -> None:
        """No more pings, no more deadlines: the link is over. Idempotent."""
        self._deadlines.clear()
        self._over = True
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None

    async def _ping(self) -> None:
        with suppress(SocketClosed):  # the reader of this link finds out by itself
            await self._socket.send(_PING)

    def _heard(self) -> None:
        self._heard_s = self._clock.monotonic_s()
        self.last_activity_ms = self._clock.now_ms()

    def _resolve(self, call: CallId, reply: Reply) -> None:
        future = self._replies.pop(call)
        self._deadlines.drop(call)
        if not future.done():
            future.set_result(reply)
