"""What has happened lately: one bounded memory, cut into a stream per task and per instance."""

from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from tabyard.core.events import EncodedEvent
from tabyard_protocol.ids import InstanceId, TaskId

__all__ = ["History", "InstanceStream", "Replay", "TaskStream"]

FIRST: Final = "task_queued"
"""The first event of every task."""


@dataclass(slots=True)
class InstanceStream:
    """The events of one instance: how many there were, and those still remembered."""

    offset: int = 0
    """Of the newest event; 0 before the first."""
    kept: deque[EncodedEvent] = field(default_factory=deque[EncodedEvent])
    ended: bool = False
    """No more will come: the stream goes when its last event is forgotten."""


@dataclass(slots=True)
class TaskStream:
    """The events of one task, which are among those of its instance."""

    instance: InstanceId
    offset: int = 0
    """Of the newest event; 0 before the first."""
    kept: int = 0
    """How many are still remembered."""
    newest: int = 0
    """The newest one's offset in the instance's stream."""
    ended: bool = False
    whole: bool = False
    """It began with the task's acceptance, so nothing was told before it."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a reader has missed."""

    offset: int
    """Of the newest event of the stream."""
    events: tuple[EncodedEvent, ...]
    gap: bool
    """Some of what was missed is forgotten: read the state, then go on from `offset`."""


class History:
    """At most `limit_count` events of `limit_bytes` in all; the oldest of all go first."""

    def __init__(self, *, limit_count: int, limit_bytes: int) -> None:
        self._limit_count = limit_count
        self._limit_bytes = limit_bytes
        self._all: deque[EncodedEvent] = deque()
        self._bytes = 0
        self._tasks: dict[TaskId, TaskStream] = {}
        self._instances: dict[InstanceId, InstanceStream] = {}

    def task(self, task: TaskId, instance: InstanceId) -> TaskStream:
        """The stream of `task`, which is one of `instance`; made when there is none."""
        stream = self._tasks.get(task)
        if stream is None:
            stream = self._tasks[task] = TaskStream(instance)
        return stream

    def instance(self, instance: InstanceId) -> InstanceStream:
        """The stream of `instance`, made when there is none."""
        stream = self._instances.get(instance)
        if stream is None:
            stream = self._instances[instance] = InstanceStream()
        return stream

    def add(
        self, event: EncodedEvent, of_instance: InstanceStream, of_task: TaskStream | None
    ) -> None:
        """Remember `event`, whose offsets are the next of its streams."""
        of_instance.offset = event.instance_offset
        of_instance.ended = False
        of_instance.kept.append(event)
        if of_task is not None:
            of_task.offset = event.offset
            of_task.newest = event.instance_offset
            of_task.kept += 1
            if event.type == FIRST:
                of_task.whole = True
        events = self._all
        events.append(event)
        self._bytes += len(event.text)
        while self._bytes > self._limit_bytes or len(events) > self._limit_count:
            self._forget_oldest()

    def end_task(self, task: TaskId) -> None:
        """`task` is over."""
        stream = self._tasks.get(task)
        if stream is not None:
            stream.ended = True
            if not stream.kept:
                del self._tasks[task]

    def end_instance(self, instance: InstanceId) -> None:
        """`instance` is gone; should it come back, its stream goes on if anything is remembered."""
        stream = self._instances.get(instance)
        if stream is not None:
            stream.ended = True
            if not stream.kept:
                del self._instances[instance]

    def since_task(self, task: TaskId, after: int | None, *, known: bool = True) -> Replay:
        """Events of `task` after offset `after`; None: none but the position.

        Not `known`: nobody says in whose counting `after` is. That counts only where nothing can
        have been told of the task by a former hub.
        """
        stream = self._tasks.get(task)
        if after is not None and not known and (stream is None or not stream.whole):
            return Replay(0 if stream is None else stream.offset, (), gap=True)
        if stream is None:
            return _nothing(after)
        missed = _missed(stream.offset, stream.kept, after)
        if not missed:
            return Replay(stream.offset, (), gap=missed is None)
        of_instance = self._instances[stream.instance]
        # Its instance may have told other things since, and in between.
        behind = of_instance.offset - stream.newest
        theirs = islice(reversed(of_instance.kept), behind, None)
        own = (event for event in theirs if event.task_id == task)
        return Replay(stream.offset, tuple(islice(own, missed))[::-1], gap=False)

    def since_instance(self, instance: InstanceId, after: int | None) -> Replay:
        """Events of `instance` after its offset `after`; None: none but the position."""
        stream = self._instances.get(instance)
        if stream is None:
            return _nothing(after)
        missed = _missed(stream.offset, len(stream.kept), after)
        if not missed:
            return Replay(stream.offset, (), gap=missed is None)
        return Replay(stream.offset, tuple(islice(reversed(stream.kept), missed))[::-1], gap=False)

    def _forget_oldest(self) -> None:
        """Events are forgotten in the order they came, so the oldest is its streams' oldest too."""
        event = self._all.popleft()
        self._bytes -= len(event.text)
        stream = self._instances[event.instance_id]
        stream.kept.popleft()
        if stream.ended and not stream.kept:
            del self._instances[event.instance_id]
        if event.task_id is None:
            return
        of_task = self._tasks[event.task_id]
        of_task.kept -= 1
        if of_task.ended and not of_task.kept:
            del self._tasks[event.task_id]


def _missed(offset: int, kept: int, after: int | None) -> int | None:
    """How many of a stream's newest events came after `after`; None: some of them are forgotten.

    Kept events are the newest ones, without holes.
    """
    if after is None:
        return 0
    missed = offset - after
    return None if missed < 0 or missed > kept else missed


def _nothing(after: int | None) -> Replay:
    """What is known of a stream of which nothing is remembered."""
    return Replay(0, (), gap=after is not None and after > 0)
