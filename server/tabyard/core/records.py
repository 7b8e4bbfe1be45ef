"""What the hub remembers: frozen values, the same in memory and store; times in ms since 1970."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tabyard_protocol.ids import ArtifactId, CommandId, InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceKind, InstanceStatus
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

__all__ = [
    "ArtifactRecord",
    "Command",
    "Fault",
    "InstanceRecord",
    "Outcome",
    "TaskFault",
    "TaskRecord",
    "command_id",
]

DialogPolicy = Literal["accept", "dismiss", "ask"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a command failed."""

    code: str
    message: str
    details: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class TaskFault:
    """Why a task failed, and at which command."""

    code: str
    message: str
    command_id: CommandId | None = None


# Like tasks, a named tuple: some are made per task, and a frozen dataclass takes three times as
# long.
class Command(NamedTuple):
    """One command as its caller sent it; aliases are resolved at dispatch, not here."""

    tool_name: str
    intention: str
    args: JsonObject


@dataclass(frozen=True, slots=True)
class Outcome:
    """How command `index` ended. Stored once, never changed."""

    index: int
    status: CommandStatus
    started_at_ms: int | None
    completed_at_ms: int | None
    result: JsonObject | None = None
    """MCP content; images are `resource_link` items that name an artifact, never base64."""
    error: Fault | None = None


class TaskRecord(NamedTuple):
    """A task as stored. `outcomes` holds the commands that have ended, by growing index."""

    id: TaskId
    instance_id: InstanceId
    seq: int
    """Place in the instance's order of acceptance."""
    name: str
    intention: str
    commands: tuple[Command, ...]
    status: TaskStatus
    created_at_ms: int
    priority: int = 0
    """Higher runs first; within one priority first in, first out."""
    metadata: JsonObject | None = None
    session: str | None = None
    dialogs: DialogPolicy | None = None
    current_index: int = 0
    started_at_ms: int | None = None
    completed_at_ms: int | None = None
    epoch: int | None = None
    """The instance's epoch under which it runs or ran."""
    error: TaskFault | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRecord:
    """A browser as stored."""

    id: InstanceId
    kind: InstanceKind
    label: str
    browser_type: str
    profile: str | None = None
    user_agent: str = ""
    window_id: int | str | None = None
    credential: str | None = None
    """64 hex digits; None for a script."""
    ticket_hash: str | None = None
    """SHA-256 of the script's reconnect ticket."""
    memory: str | None = None
    """The memory lifetime that its last hello named."""
    epoch: int = 0
    status: InstanceStatus = InstanceStatus.GONE
    created_at_ms: int
    connected_at_ms: int | None = None
    lost_at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRecord:
    """A stored picture or file; the bytes lie in the blob store under its id."""

    id: ArtifactId
    task_id: TaskId | None
    instance_id: InstanceId | None
    name: str
    mime_type: str
    size_bytes: int
    sha256: str
    width_px: int | None = None
    height_px: int | None = None
    created_at_ms: int


def command_id(task: TaskId, index: int) -> CommandId:
    """`<taskId>_cmd_<index>`."""
    return CommandId(f"{task}_cmd_{index}")
