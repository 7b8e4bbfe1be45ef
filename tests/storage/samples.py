"""Values to store, short to say, and what happened to them."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from tabyard.core.records import (
    ArtifactRecord,
    Command,
    Fault,
    InstanceRecord,
    Outcome,
    TaskFault,
)
from tabyard.hub.ports import Ending
from tabyard.storage import Faults, SqliteStore
from tabyard.storage.sql import Sql
from tabyard.storage.sqlite.connection import Connection
from tabyard.work.ports import IdempotencyKey, NewTask
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceKind
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

GONE = TaskFault("INSTANCE_DISCONNECTED", "the browser is gone")


def instance(name: str = "inst_1", **fields: Any) -> InstanceRecord:
    record = InstanceRecord(
        id=InstanceId(name),
        kind=InstanceKind.SCRIPT,
        label=name,
        browser_type="chrome",
        created_at_ms=1,
    )
    return replace(record, **fields)


def task(name: str = "task_1", on: str = "inst_1", **fields: Any) -> NewTask:
    new = NewTask(
        id=TaskId(name),
        instance_id=InstanceId(on),
        name="buy",
        intention="buy a lamp",
        commands=(
            Command("browser_navigate", "open the shop", {"action": "goto", "url": "http://a/"}),
            Command("browser_interact", "buy", {"action": "click", "selector": "#buy"}),
        ),
        metadata={"order": 7},
        session=None,
        dialogs=None,
        priority=0,
        created_at_ms=10,
        queue_limit=100,
        idempotency=None,
    )
    return new._replace(**fields)


def key(name: str = "k", body: str = "aa") -> IdempotencyKey:
    return IdempotencyKey(name, body)


def good(index: int) -> Outcome:
    result: JsonObject = {"content": [{"type": "text", "text": "{}"}], "structuredContent": {}}
    return Outcome(index, CommandStatus.SUCCESS, 20 + index, 30 + index, result)


def bad(index: int) -> Outcome:
    fault = Fault("ELEMENT_NOT_FOUND", "no #buy", {"selector": "#buy"})
    return Outcome(index, CommandStatus.ERROR, 20 + index, 30 + index, error=fault)


def skipped(index: int) -> Outcome:
    return Outcome(index, CommandStatus.SKIPPED, None, None)


def ending(
    name: str, status: TaskStatus = TaskStatus.COMPLETED, *, epoch: int | None = 1, **fields: Any
) -> Ending:
    return Ending(task=TaskId(name), status=status, at_ms=50, epoch=epoch)._replace(**fields)


def picture(name: str, of: str | None = None, at_ms: int = 40) -> ArtifactRecord:
    return ArtifactRecord(
        id=ArtifactId(name),
        task_id=None if of is None else TaskId(of),
        instance_id=InstanceId("inst_1"),
        name="screenshot.jpg",
        mime_type="image/jpeg",
        size_bytes=3,
        sha256="0" * 64,
        width_px=1280,
        height_px=720,
        created_at_ms=at_ms,
    )


async def attach(store: SqliteStore, *names: str) -> None:
    """Register and connect these instances."""
    for name in names or ("inst_1",):
        store.add_instance(instance(name))
        await store.attach(InstanceId(name), memory=None, ticket_hash=None, at_ms=5)


async def submit(store: SqliteStore, *names: str, on: str = "inst_1", **fields: Any) -> None:
    """Submit tasks of these names, in this order."""
    await asyncio.gather(*(store.submit(task(name, on, **fields)) for name in names))


async def claim(store: SqliteStore, on: str = "inst_1", *, epoch: int = 1) -> str | None:
    """The id of the task that starts."""
    record = await store.claim(InstanceId(on), epoch=epoch, at_ms=15)
    return None if record is None else record.id


async def status_of(store: SqliteStore, name: str) -> TaskStatus | None:
    record = await store.task(TaskId(name))
    return None if record is None else record.status


async def story_of(store: SqliteStore, name: str) -> list[str]:
    """What the journal tells of a task, in order."""
    lines = "SELECT kind, id FROM journal JOIN tasks ON tasks.number = task ORDER BY journal.number"
    return [kind for kind, id_ in await raw(store, lines) if id_ == name]


async def raw(store: SqliteStore, text: str) -> Sequence[tuple[Any, ...]]:
    """Ask the database itself, behind the store's back."""

    def ask(sql: Sql) -> list[tuple[Any, ...]]:
        assert isinstance(sql, Connection)
        return sql.raw.execute(text).fetchall()

    # Memory has no second way in.
    return await store._readers.read(ask)  # pyright: ignore[reportPrivateUsage]


class CountingFaults(Faults):
    """Counts commits, holds them back, makes them fail."""

    def __init__(self) -> None:
        self.commits = 0
        self.failure: Exception | None = None
        self.failing_from = 0
        """How many commits there have to be before the failure shows."""
        self._go = threading.Event()
        self._go.set()
        self._held = threading.Event()

    def hold(self) -> None:
        """The next commit waits for `release`."""
        self._held.clear()
        self._go.clear()

    async def is_held(self) -> None:
        """A commit waits now."""
        await asyncio.to_thread(self._held.wait, 5)

    def release(self) -> None:
        self._go.set()

    @override
    def before_commit(self) -> None:
        self._held.set()
        self._go.wait(5)
        if self.failure is not None and self.commits >= self.failing_from:
            raise self.failure

    @override
    def after_commit(self) -> None:
        self.commits += 1
