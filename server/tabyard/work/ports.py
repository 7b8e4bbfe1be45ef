"""What the books of work need from the outside: the store, for submissions, readers, the sweep."""

from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tabyard.core.records import ArtifactRecord, Command, TaskRecord
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import TaskStatus

__all__ = [
    "Accepted",
    "IdempotencyKey",
    "NewTask",
    "TaskFilter",
    "TaskPage",
    "TaskRow",
    "TaskStore",
]


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key, and the SHA-256 (hex) of the request it belongs to."""

    key: str
    body_hash: str


# Like the answer, a named tuple: one is made per task, and a frozen dataclass takes three times as
# long.
class NewTask(NamedTuple):
    """A checked task, ready to be stored."""

    id: TaskId
    instance_id: InstanceId
    name: str
    intention: str
    commands: tuple[Command, ...]
    metadata: JsonObject | None
    session: str | None
    dialogs: str | None
    priority: int
    created_at_ms: int
    queue_limit: int
    idempotency: IdempotencyKey | None


class Accepted(NamedTuple):
    """The task is on disk."""

    task: TaskId
    instance_id: InstanceId
    status: TaskStatus
    position: int
    """1 = running or next to run."""
    repeated: bool
    """True when the idempotency key had been seen: this is the first answer again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks to list; newest first."""

    instance_id: InstanceId | None = None
    status: TaskStatus | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task without its commands: what a list shows."""

    id: TaskId
    instance_id: InstanceId
    name: str
    intention: str
    status: TaskStatus
    command_count: int
    current_index: int
    created_at_ms: int
    started_at_ms: int | None
    completed_at_ms: int | None
    error_code: str | None
    error_message: str | None
    error_command_id: str | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page, and how many match in all."""

    rows: Sequence[TaskRow]
    total: int


class TaskStore(Protocol):
    """The store, as the books of work need it. Writes queue at the call, as in `LinkStore`."""

    def submit(self, task: NewTask) -> Future[Accepted]:
        """Insert the task under its instance's next number and journal `accepted`, in one commit.

        Fails with `QueueFull`, `IdempotencyConflict`, `InvalidInstance`, `StoreUnavailable`.
        """
        ...

    async def task(self, task: TaskId) -> TaskRecord | None:
        """The whole task with its outcomes."""
        ...

    async def tasks(self, wanted: TaskFilter) -> TaskPage:
        """A page of tasks, newest first."""
        ...

    async def queued(self, instance: InstanceId) -> int:
        """How many tasks of `instance` are queued or running."""
        ...

    async def expired(self, *, completed_before_ms: int) -> Sequence[ArtifactId]:
        """The artifacts that such a sweep would take: their bytes go first."""
        ...

    def sweep(self, *, completed_before_ms: int, limit: int) -> Future[Sequence[ArtifactId]]:
        """Remove terminal tasks that ended before then, with journal, keys and artifact rows.

        Returns the ids of the artifacts.
        """
        ...

    async def artifact(self, artifact: ArtifactId) -> ArtifactRecord | None:
        """The facts of an artifact."""
        ...
