"""Tells the bus what has happened, and the bookkeepers of this process who wait for an end."""

import asyncio
from collections import Counter

from tabyard.core.errors import ShuttingDown
from tabyard.core.events import complete_fields, progress_fields
from tabyard.core.mcp import Kept
from tabyard.core.records import Fault, TaskRecord, command_id
from tabyard.hub.bus import Bus
from tabyard.hub.ports import Clock
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

__all__ = ["Announcer"]


class Announcer:
    """One method per event. `ended` counts terminal tasks by status since the hub started."""

    def __init__(self, *, bus: Bus, clock: Clock) -> None:
        self.ended: Counter[TaskStatus] = Counter()
        self._bus = bus
        self._clock = clock
        self._watchers: dict[TaskId, asyncio.Future[TaskRecord]] = {}

    def watch(self, task: TaskId) -> asyncio.Future[TaskRecord]:
        """The task as it is when it has ended. Ask before it can end; cancel to stop watching."""
        watcher: asyncio.Future[TaskRecord] = asyncio.get_running_loop().create_future()
        self._watchers[task] = watcher
        watcher.add_done_callback(lambda _: self._watchers.pop(task, None))
        return watcher

    def abandon(self) -> None:
        """Whoever still watches is told that the hub goes down."""
        for watcher in tuple(self._watchers.values()):
            if not watcher.done():
                watcher.set_exception(ShuttingDown())

    def queued(
        self, task: TaskId, instance: InstanceId, *, name: str, position: int, total: int
    ) -> None:
        """A task was stored."""
        fields: JsonObject = {
            "task_name": name,
            "queuePosition": position,
            "totalCommands": total,
        }
        self._tell("task_queued", fields, instance, task)

    def started(self, task: TaskRecord) -> None:
        """A task became the running one."""
        fields: JsonObject = {"totalCommands": len(task.commands)}
        self._tell("task_started", fields, task.instance_id, task.id)

    def progress(
        self,
        task: TaskRecord,
        index: int,
        status: CommandStatus,
        *,
        result: JsonObject | None = None,
        error: Fault | None = None,
    ) -> None:
        """A command started or ended."""
        fields = progress_fields(task, index, status, result=result, error=error)
        self._tell("task_progress", fields, task.instance_id, task.id)

    def complete(self, task: TaskRecord) -> None:
        """A task has ended, and that is stored."""
        self.ended[task.status] += 1
        self._tell("task_complete", complete_fields(task), task.instance_id, task.id, last=True)
        watcher = self._watchers.get(task.id)
        if watcher is not None and not watcher.done():
            watcher.set_result(task)

    def screenshot(self, task: TaskRecord, index: int, kept: Kept) -> None:
        """A picture was stored."""
        fields: JsonObject = {
            "commandId": command_id(task.id, index),
            "screenshotId": kept.artifact,
            "url": kept.url,
        }
        if kept.width_px is not None:
            fields |= {"width": kept.width_px, "height": kept.height_px}
        self._tell("screenshot", fields, task.instance_id, task.id)

    def connected(self, instance: InstanceId, *, label: str, epoch: int) -> None:
        """A browser is there (again)."""
        self._tell("instance_connected", {"label": label, "epoch": epoch}, instance)

    def reconnecting(self, instance: InstanceId, *, reason: str, grace_ms: int) -> None:
        """A browser was lost; its queue is kept for a while."""
        fields: JsonObject = {"reason": reason, "graceMs": grace_ms}
        self._tell("instance_reconnecting", fields, instance)

    def disconnected(self, instance: InstanceId, *, reason: str) -> None:
        """A browser is gone, and its tasks have failed."""
        self._tell("instance_disconnected", {"reason": reason}, instance, last=True)

    def _tell(
        self,
        kind: str,
        fields: JsonObject,
        instance: InstanceId,
        task: TaskId | None = None,
        *,
        last: bool = False,
    ) -> None:
        at_ms = self._clock.now_ms()
        self._bus.tell(kind, fields, instance=instance, task=task, at_ms=at_ms, last=last)
