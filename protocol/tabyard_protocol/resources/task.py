"""Tasks and their commands, as callers send and read them."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.resources.instance import InstanceRef

__all__ = [
    "CommandDraft",
    "CommandError",
    "CommandStatus",
    "CommandView",
    "TaskAccepted",
    "TaskCancelled",
    "TaskDraft",
    "TaskEnvelope",
    "TaskError",
    "TaskList",
    "TaskStatus",
    "TaskSummary",
    "TaskView",
]

Text = Annotated[str, Field(min_length=1, max_length=10_000)]


class TaskStatus(StrEnum):
    """Where a task stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CommandStatus(StrEnum):
    """Where a command of a task stands; the last three are final."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    ERROR = "error"
    SKIPPED = "skipped"


class CommandDraft(WireModel):
    """One command of a new task."""

    tool_name: Text = Field(alias="tool_name")
    intention: Text
    args: JsonObject


class TaskDraft(WireModel):
    """The body of `POST /tasks` and of `task_submit`."""

    task_name: Text = Field(alias="task_name")
    task_intention: Text = Field(alias="task_intention")
    instance_id: InstanceRef | None = None
    commands: Annotated[tuple[CommandDraft, ...], Field(min_length=1, max_length=1_000)]
    metadata: JsonObject | None = None
    dialogs: Literal["accept", "dismiss", "ask"] | None = None
    """What to do with dialogs while the task runs; `ask` (default) fails the next action."""
    session: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Tasks of one session share their tab; tasks that name none share one among themselves."""


class TaskAccepted(WireModel):
    """The answer to a submission: the task is stored."""

    task_id: str
    queue_position: int
    """1 = running or next to run."""
    ws_endpoint: str
    instance_id: str
    status: TaskStatus


class CommandError(WireModel):
    """Why a command failed; `code` is one of the tools' codes."""

    code: str
    message: str
    details: JsonObject | None = None


class TaskError(WireModel):
    """Why a task failed, and at which command."""

    code: str
    message: str
    command_id: str | None = None


class CommandView(WireModel):
    """One command of a stored task. Times are milliseconds since 1970."""

    id: str
    tool_name: str = Field(alias="tool_name")
    intention: str
    args: JsonObject
    status: CommandStatus
    started_at: int | None = None
    completed_at: int | None = None
    result: JsonObject | None = None
    error: CommandError | None = None


class TaskSummary(WireModel):
    """One row of a task list. Times are milliseconds since 1970."""

    id: str
    instance_id: str
    name: str
    intention: str
    status: TaskStatus
    command_count: int
    total_commands: int
    """The same number as `command_count`, under the name that the events use."""
    current_command_index: int
    """Index of the last started command; 0 before the first."""
    created_at: int
    started_at: int | None = None
    completed_at: int | None = None
    error: TaskError | None = None


class TaskView(WireModel):
    """A whole task. Times are milliseconds since 1970."""

    id: str
    instance_id: str
    name: str
    intention: str
    status: TaskStatus
    current_command_index: int
    created_at: int
    started_at: int | None = None
    completed_at: int | None = None
    metadata: JsonObject | None = None
    error: TaskError | None = None
    commands: tuple[CommandView, ...]


class TaskEnvelope(WireModel):
    """The answer of `GET /tasks/{id}`."""

    task: TaskView


class TaskList(WireModel):
    """The answer of `GET /tasks`: newest first."""

    tasks: tuple[TaskSummary, ...]
    total: int
    """How many match the filters, on all pages."""


class TaskCancelled(WireModel):
    """The answer of `POST /tasks/{id}/cancel`."""

    success: bool
    task_id: str
    message: str | None = None
    reason: str | None = None
