"""One reader of the bus: its topics, its bounded buffer, and what it has missed."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self

from tabyard.core.events import EncodedEvent
from tabyard.core.history import History, Replay
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId, TaskId

__all__ = ["Position", "Publisher", "Sink", "SlowReader", "Subscription", "Topic", "topics_of"]

Topic = tuple[str, str]
"""`("task", id)`, `("instance", id)`, or `("instance", "*")` for everything."""

_EVERYTHING: Final[Topic] = ("instance", "*")


def topics_of(event: EncodedEvent) -> tuple[Topic, ...]:
    """The topics whose readers get `event`."""
    instance: Topic = ("instance", event.instance_id)
    if event.task_id is None:
        return instance, _EVERYTHING
    return ("task", event.task_id), instance, _EVERYTHING


_BATCH: Final = 256
"""So many events are handed over at once, at most: a reader that catches up stays interruptible."""


class SlowReader(Exception):
    """The reader's buffer was full: it is cut off, and has to come back and resume."""

    close_code: Final = CloseCode.SLOW_CONSUMER


@dataclass(frozen=True, slots=True)
class Position:
    """Where a stream stood when the reader joined."""

    offset: int
    epoch: str
    gap: bool
    """What the reader missed is (partly) forgotten: say `resync`, live events follow `offset`."""


class Publisher(Protocol):
    """The bus, as its readers see it."""

    epoch: str

    @property
    def history(self) -> History:
        """All that was told so far, as far as it is kept."""
        ...

    @property
    def seq(self) -> int:
        """The number of the newest event."""
        ...

    def catch_up(self) -> None:
        """Publish what was told."""
        ...

    def enlist(self, topic: Topic, reader: "Subscription") -> None: ...
    def discharge(self, topic: Topic, reader: "Subscription") -> None: ...


class Sink(Protocol):
    """Where events go at once, as long as nothing keeps it from taking them.

    Waking the task that reads a subscription costs several times what it then does.
    """

    def takes(self, events: Sequence[EncodedEvent]) -> bool:
        """Whether `take` would be rid of them now."""
        ...

    def take(self, events: Sequence[EncodedEvent]) -> None: ...


class Subscription:
    """Events of any number of topics, each event once. Iterate over it: it yields batches.

    Live events wait in a buffer that is bounded by count and bytes; when it is full, the reader is
    cut off with `SlowReader` and nothing is thinned. Replayed events are held by the history
    anyway, so they do not count. Leave it with `close()`, or use it as a context manager.
    """

    def __init__(
        self,
        bus: Publisher,
        *,
        limit_events: int,
        limit_bytes: int,
        on_slow: Callable[[], None] | None,
    ) -> None:
        self._bus = bus
        self._limit_events = limit_events
        self._limit_bytes = limit_bytes
        self._on_slow = on_slow
        self._topics: dict[Topic, int] = {}
        """Each topic, and the `seq` after which all of its events were delivered."""
        self._buffer: deque[EncodedEvent] = deque()
        self._live_events = 0
        self._live_bytes = 0
        self._newest = 0
        self._waiter: asyncio.Future[None] | None = None
        self._sink: Sink | None = None
        self._slow = False
        self._closed = False

    def pour_into(self, sink: Sink) -> None:
        """From now on what comes while somebody iterates goes to `sink` when it takes it.

        What it does not take is iterated over as ever, and so is what follows, until that is done.
        """
        self._sink = sink

    def add_task(
        self, task: TaskId, *, after: int | None = None, epoch: str | None = None
    ) -> Position:
        """Read `task` too: what came after `after` first; from now on when that is None."""
        resumable = self._resumable(after, epoch)
        replay = self._bus.history.since_task(task, resumable, known=epoch is not None)
        return self._add(("task", task), replay, after, epoch)

    def add_instance(
        self, instance: InstanceId | str, *, after: int | None = None, epoch: str | None = None
    ) -> Position:
        """Read `instance` too. `"*"` is every instance; it has no history, only a now."""
        if instance == "*":
            replay = Replay(0, (), gap=after is not None)
        else:
            resumable = self._resumable(after, epoch)
            replay = self._bus.history.since_instance(InstanceId(instance), resumable)
        return self._add(("instance", instance), replay, after, epoch)

    def remove_task(self, task: TaskId) -> None:
        """No more events of `task` from now on, except by another topic."""
        self._bus.catch_up()
        self._remove(("task", task))

    def remove_instance(self, instance: InstanceId | str) -> None:
        """No more events of `instance` from now on, except by another topic."""
        self._bus.catch_up()
        self._remove(("instance", instance))

    def close(self) -> None:
        """Leave the bus; iteration ends with what has come already. Idempotent."""
        self._closed = True
        for topic in tuple(self._topics):
            self._remove(topic)
        self._wake()

    def offer(self, event: EncodedEvent) -> None:
        """The bus hands over a live event; more than one topic may lead here. It wakes nobody."""
        if event.seq <= self._newest or self._slow:
            return
        self._newest = event.seq
        self._live_events += 1
        self._live_bytes += len(event.text)
        # One event alone is never too large: a reader that keeps up gets whatever there is.
        too_large = self._live_bytes > self._limit_bytes and self._live_events > 1
        if too_large or self._live_events > self._limit_events:
            self._cut_off()
            return
        self._buffer.append(event)

    def wake(self) -> None:
        """What was offered is to be read now."""
        if self._buffer and not self._pour():
            self._wake()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[EncodedEvent]:
        """The events that have come, at least one, in order.

        Raises:
            SlowReader: the buffer was full.
        """
        while True:
            if self._slow:
                raise SlowReader
            if self._buffer:
                return self._take()
            if self._closed:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _pour(self) -> bool:
        """Let the sink have all of the buffer, if it takes it."""
        sink, waiter, buffer = self._sink, self._waiter, self._buffer
        # Somebody who is not waiting has events in hand that come before these.
        if sink is None or waiter is None or waiter.done():
            return False
        if len(buffer) > _BATCH or not sink.takes(buffer):
            return False
        sink.take(self._take())
        return True

    def _take(self) -> list[EncodedEvent]:
        buffer = self._buffer
        if len(buffer) <= _BATCH:
            batch = list(buffer)
            buffer.clear()
            self._live_events = self._live_bytes = 0
            return batch
        batch = [buffer.popleft() for _ in range(_BATCH)]
        # Live events are the newest, so those that are left are live ones as far as that reaches.
        self._live_events = min(self._live_events, len(buffer))
        self._live_bytes = sum(len(event.text) for event in self._tail(self._live_events))
        return batch

    def _tail(self, count: int) -> Iterable[EncodedEvent]:
        return (self._buffer[-1 - back] for back in range(count))

    def _resumable(self, after: int | None, epoch: str | None) -> int | None:
        """`after`, if it counts in the offsets of this hub process."""
        return after if epoch in (None, self._bus.epoch) else None

    def _add(self, topic: Topic, replay: Replay, after: int | None, epoch: str | None) -> Position:
        other_hub = after is not None and epoch not in (None, self._bus.epoch)
        if not self._closed:
            self._replay(topic, replay)
            self._bus.enlist(topic, self)
        return Position(replay.offset, self._bus.epoch, replay.gap or other_hub)

    def _replay(self, topic: Topic, replay: Replay) -> None:
        unknown = [event for event in replay.events if not self._covers(event)]
        since = replay.events[0].seq - 1 if replay.events else self._bus.seq
        self._topics[topic] = min(since, self._topics.get(topic, since))
        if unknown:
            self._buffer.extend(unknown)
            self._wake()

    def _covers(self, event: EncodedEvent) -> bool:
        """Whether `event` has been delivered already, by whatever topic."""
        since = self._topics
        return any(topic in since and event.seq > since[topic] for topic in topics_of(event))

    def _remove(self, topic: Topic) -> None:
        if self._topics.pop(topic, None) is not None:
            self._bus.discharge(topic, self)
            # The bus wakes the readers of a topic, and this one is none any more.
            self.wake()

    def _cut_off(self) -> None:
        self._slow = True
        self._buffer.clear()
        for topic in tuple(self._topics):
            self._remove(topic)
        self._wake()
        if self._on_slow is not None:
            self._on_slow()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
