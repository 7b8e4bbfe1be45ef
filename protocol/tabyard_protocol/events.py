"""Events: what clients are told, the same objects on WebSocket and SSE."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.resources.task import CommandError, CommandStatus, TaskError, TaskStatus

__all__ = [
    "EVENT",
    "CommandOutcome",
    "Event",
    "InstanceConnected",
    "InstanceDisconnected",
    "InstanceReconnecting",
    "Resync",
    "Screenshot",
    "TaskComplete",
    "TaskProgress",
    "TaskQueued",
    "TaskStarted",
    "TaskTally",
]


class StreamEvent(WireModel):
    """What every event carries. `timestamp` is milliseconds since 1970."""

    instance_id: str
    timestamp: int
    offset: int
    """Grows by one per event of the task (without a task: of the instance), so a gap is visible."""
    instance_offset: int
    """Grows by one per event of the instance."""


class TaskQueued(StreamEvent):
    """A task was accepted and stored."""

    type: Literal["task_queued"] = "task_queued"
    task_id: str
    task_name: str = Field(alias="task_name")
    queue_position: int
    total_commands: int


class TaskStarted(StreamEvent):
    """A task became the running one of its instance."""

    type: Literal["task_started"] = "task_started"
    task_id: str
    total_commands: int


class TaskProgress(StreamEvent):
    """A command started (`running`), or ended (`success`, `error`, `skipped`)."""

    type: Literal["task_progress"] = "task_progress"
    task_id: str
    command_id: str
    command_index: int
    total_commands: int
    status: CommandStatus
    tool_name: str = Field(alias="tool_name")
    intention: str
    result: JsonObject | None = None
    error: CommandError | None = None


class CommandOutcome(WireModel):
    """How one command ended."""

    command_id: str
    status: CommandStatus
    result: JsonObject | None = None
    error: CommandError | None = None


class TaskTally(WireModel):
    """A task in numbers; `duration` in milliseconds from start to end (0 when it never started)."""

    total_commands: int
    successful_commands: int
    failed_command_index: int | None = None
    duration: int


class TaskComplete(StreamEvent):
    """The end of a task, exactly once, however it ended."""

    type: Literal["task_complete"] = "task_complete"
    task_id: str
    status: TaskStatus
    summary: TaskTally
    error: TaskError | None = None
    results: tuple[CommandOutcome, ...]
    metadata: JsonObject | None = None


class Screenshot(StreamEvent):
    """A picture was stored; fetch it at `url`."""

    type: Literal["screenshot"] = "screenshot"
    task_id: str | None = None
    command_id: str | None = None
    screenshot_id: str
    url: str
    width: int | None = None
    height: int | None = None


class InstanceConnected(StreamEvent):
    """A browser is connected (again)."""

    type: Literal["instance_connected"] = "instance_connected"
    label: str
    epoch: int


class InstanceReconnecting(StreamEvent):
    """A browser was lost; its queue is kept for `graceMs`."""

    type: Literal["instance_reconnecting"] = "instance_reconnecting"
    reason: str
    grace_ms: int


class InstanceDisconnected(StreamEvent):
    """A browser is gone; its tasks have failed."""

    type: Literal["instance_disconnected"] = "instance_disconnected"
    reason: str


class Resync(WireModel):
    """The history since `after` is gone: read the state by REST, then go on from here."""

    type: Literal["resync"] = "resync"
    task_id: str | None = None
    instance_id: str | None = None
    epoch: str
    offset: int
    """The newest event of the stream; live events follow it."""


Event = Annotated[
    TaskQueued
    | TaskStarted
    | TaskProgress
    | TaskComplete
    | Screenshot
    | InstanceConnected
    | InstanceReconnecting
    | InstanceDisconnected,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Parses any event."""
