"""The bus: what happens is encoded once and reaches every reader in order."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final
from weakref import WeakSet

from tabyard.core.events import EncodedEvent
from tabyard.core.history import History
from tabyard.core.json_text import dumps
from tabyard.hub.subscription import Subscription, Topic, topics_of
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.model import JsonObject

__all__ = ["Bus"]


CROWD: Final = 64
"""More readers than this are woken together now and then, and not for each event."""

GATHER_S: Final = 0.005
"""How long a crowd waits for more events: sending to it costs ten times what an event does."""

REST: Final = 2.0
"""Sending to crowds leaves the loop this many times as long as it takes for everything else."""

MOST_REST_S: Final = 0.05
"""But no crowd waits longer than this."""


logger = logging.getLogger(__name__)


_News = tuple[str, JsonObject, InstanceId, TaskId | None, int, bool]
"""What is to be published: as `Bus.tell` takes it."""


class Bus:
    """Publishes events; each is encoded once. `epoch` names this hub process to its readers."""

    def __init__(
        self,
        *,
        epoch: str,
        history_events: int,
        history_bytes: int,
        reader_events: int,
        reader_bytes: int,
    ) -> None:
        self.epoch = epoch
        self._history = History(limit_count=history_events, limit_bytes=history_bytes)
        self._news: list[_News] = []
        """To be published, in this order, before anybody can look at the history."""
        self._seq = 0
        self._reader_events = reader_events
        self._reader_bytes = reader_bytes
        self._readers: dict[Topic, set[Subscription]] = {}
        self._is_waking = False
        """Readers are woken in this turn."""
        self._awaken: set[Subscription] = set()
        """Others who have got events in this moment."""
        self._to_wake: set[Topic] = set()
        """Crowds that have got events since they were woken last."""
        self._rested_s = 0.0
        """When the loop has had its time after the last sending."""
        self._subscriptions: WeakSet[Subscription] = WeakSet()
        self._closed = False

    @property
    def history(self) -> History:
        """All that was told so far, as far as it is kept."""
        if self._news:
            self.catch_up()
        return self._history

    @property
    def seq(self) -> int:
        """The number of the newest event."""
        if self._news:
            self.catch_up()
        return self._seq

    def tell(
        self,
        kind: str,
        fields: JsonObject,
        *,
        instance: InstanceId,
        task: TaskId | None = None,
        at_ms: int,
        last: bool = False,
    ) -> None:
        """Publish it, at most two turns of the loop from now; `last` of its task, or its instance.

        What happens is stored as a rule, or followed by the next command, and a lane waits for
        that. In the turns between, the store begins and the command goes out: events are encoded
        and sent while the disk and the browser work.
        """
        if not self._news:
            asyncio.get_running_loop().call_soon(self._catch_up_next)
        self._news.append((kind, fields, instance, task, at_ms, last))

    def catch_up(self) -> None:
        """Publish now what was told."""
        news, self._news = self._news, []
        for kind, fields, instance, task, at_ms, last in news:
            try:
                self.publish(kind, fields, instance=instance, task=task, at_ms=at_ms)
            # A defect in one must not swallow the others, which nobody would tell again.
            except Exception:
                logger.exception("event lost", extra={"kind": kind, "task": task})
            if not last:
                continue
            if task is not None:
                self._history.end_task(task)
            else:
                self._history.end_instance(instance)

    def _catch_up_next(self) -> None:
        asyncio.get_running_loop().call_soon(self._catch_up_and_wake)

    def _catch_up_and_wake(self) -> None:
        """All that happened in a moment has been told by now: readers need no turn of their own."""
        self._is_waking = True
        try:
            self.catch_up()
        finally:
            self._is_waking = False
        if self._awaken:
            self._wake_readers()

    def publish(
        self,
        kind: str,
        fields: JsonObject,
        *,
        instance: InstanceId,
        task: TaskId | None = None,
        at_ms: int,
    ) -> EncodedEvent:
        """Tell all readers of `task`, of `instance` and of everything, now. Never waits."""
        if self._news:
            self.catch_up()
        history = self._history
        of_instance = history.instance(instance)
        instance_offset = of_instance.offset + 1
        if task is None:
            of_task, offset = None, instance_offset
            whole: JsonObject = {
                "type": kind,
                "instanceId": instance,
                "offset": offset,
                "instanceOffset": instance_offset,
                "timestamp": at_ms,
                **fields,
            }
        else:
            of_task = history.task(task, instance)
            offset = of_task.offset + 1
            whole = {
                "type": kind,
                "taskId": task,
                "instanceId": instance,
                "offset": offset,
                "instanceOffset": instance_offset,
                "timestamp": at_ms,
                **fields,
            }
        self._seq += 1
        text = dumps(whole)
        event = EncodedEvent(self._seq, kind, task, instance, offset, instance_offset, text)
        history.add(event, of_instance, of_task)
        if self._readers:
            self._hand_out(event)
        return event

    def subscribe(self, *, on_slow: Callable[[], None] | None = None) -> Subscription:
        """A reader without topics. `on_slow` is called once, when it has fallen behind."""
        reader = Subscription(
            self,
            limit_events=self._reader_events,
            limit_bytes=self._reader_bytes,
            on_slow=on_slow,
        )
        self._subscriptions.add(reader)
        if self._closed:
            reader.close()
        return reader

    def close(self) -> None:
        """End every reader, later ones too; what has come for it is still handed over."""
        self.catch_up()
        self._closed = True
        for reader in tuple(self._subscriptions):
            reader.close()

    def enlist(self, topic: Topic, reader: Subscription) -> None:
        """From now on `reader` gets events of `topic`."""
        self._readers.setdefault(topic, set()).add(reader)

    def discharge(self, topic: Topic, reader: Subscription) -> None:
        """From now on `reader` gets no events of `topic`."""
        readers = self._readers.get(topic)
        if readers is not None:
            readers.discard(reader)
            if not readers:
                del self._readers[topic]

    def _hand_out(self, event: EncodedEvent) -> None:
        for topic in topics_of(event):
            readers = self._readers.get(topic)
            if not readers:
                continue
            for reader in tuple(readers):
                reader.offer(event)
            if len(readers) > CROWD:
                self._wake_crowd_later(topic)
            else:
                self._wake_soon(readers)

    def _wake_soon(self, readers: Iterable[Subscription]) -> None:
        """When all that happens in this moment has been told: each sending is a system call."""
        if not self._awaken and not self._is_waking:
            asyncio.get_running_loop().call_soon(self._wake_readers)
        self._awaken.update(readers)

    def _wake_readers(self) -> None:
        readers, self._awaken = self._awaken, set()
        for reader in readers:
            reader.wake()

    def _wake_crowd_later(self, topic: Topic) -> None:
        if not self._to_wake:
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time() + GATHER_S, self._rested_s), self._wake_crowds)
        self._to_wake.add(topic)

    def _wake_crowds(self) -> None:
        topics = tuple(self._to_wake)
        self._to_wake.clear()
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for topic in topics:
            for reader in tuple(self._readers.get(topic, ())):
                reader.wake()
        ended_s = loop.time()
        self._rested_s = ended_s + min(REST * (ended_s - began_s), MOST_REST_S)
