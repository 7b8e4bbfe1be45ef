"""The store, as hub and books of work see it: each method is one operation, queued at the call."""

from asyncio import AbstractEventLoop, Future
from collections.abc import Sequence
from functools import partial

from tabyard.core.audit import AuditRecord
from tabyard.core.keys import KeyRecord
from tabyard.core.lifecycle import TASK_NEXT, is_final, step
from tabyard.core.records import (
    ArtifactRecord,
    InstanceRecord,
    Outcome,
    TaskFault,
    TaskRecord,
)
from tabyard.hub.ports import Attached, Ended, Ending, MayHaveBegun, none_begun
from tabyard.storage.operations import access, lane, links, reading, submission, sweeping
from tabyard.storage.operations.places import Places
from tabyard.storage.sqlite.readers import Readers
from tabyard.storage.sqlite.writer import Writer
from tabyard.work.ports import Accepted, NewTask, TaskFilter, TaskPage
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["SqliteStore"]


class SqliteStore:
    """Implements `tabyard.hub.ports.LinkStore` and `tabyard.work.ports.TaskStore`."""

    def __init__(self, *, writer: Writer, readers: Readers, loop: AbstractEventLoop) -> None:
        self._writer = writer
        self._readers = readers
        self._loop = loop
        self._places = Places()

    def health(self) -> tuple[bool, str | None]:
        """Whether the last commit reached the disk, and if not, why.

        While it did not, each call also tries a write, so that a store that nobody writes to
        recovers as well.
        """
        health = self._writer.health()
        return health.ok, health.detail

    # Instances and their links.

    def add_instance(self, record: InstanceRecord) -> Future[None]:
        return self._writer.queue(partial(links.add_instance, record=record))

    def attach(
        self, instance: InstanceId, *, memory: str | None, ticket_hash: str | None, at_ms: int
    ) -> Future[Attached]:
        """As the port says; fails with `InstanceNotFound` when nobody registered it."""
        return self._writer.queue(
            lambda sql: links.attach(
                sql, instance, memory=memory, ticket_hash=ticket_hash, at_ms=at_ms
            )
        )

    def detach(self, instance: InstanceId, *, epoch: int, at_ms: int) -> Future[bool]:
        return self._writer.queue(lambda sql: links.detach(sql, instance, epoch=epoch, at_ms=at_ms))

    def retire(
        self,
        instance: InstanceId,
        *,
        epoch: int | None,
        error: TaskFault,
        at_ms: int,
        may_have_begun: MayHaveBegun = none_begun,
    ) -> Future[Sequence[TaskRecord] | None]:
        """As the port says; the running task first. What ran fails, what never ran is skipped."""
        return self._writer.queue(
            lambda sql: links.retire(
                sql, instance, epoch=epoch, error=error, at_ms=at_ms, may_have_begun=may_have_begun
            )
        )

    def recover(self, *, at_ms: int) -> Future[Sequence[InstanceRecord]]:
        """For the start of a hub: whoever was connected or lost is `reconnecting` since `at_ms`."""
        return self._writer.queue(partial(links.recover, at_ms=at_ms))

    # Tasks.

    def submit(self, task: NewTask) -> Future[Accepted]:
        # What it waits for is the lane: where that is idle, its claim follows at once, in a hurry.
        return self._writer.queue(partial(submission.submit, task=task), short=True, hurry=False)

    def claim(self, instance: InstanceId, *, epoch: int, at_ms: int) -> Future[TaskRecord | None]:
        return self._writer.queue(
            lambda sql: lane.claim(sql, instance, epoch=epoch, at_ms=at_ms, places=self._places),
            short=True,
        )

    def checkpoint(
        self, task: TaskId, outcome: Outcome, *, epoch: int, hurry: bool = True
    ) -> Future[bool]:
        """As the port says; an outcome that is stored already stays as it is, which is no error."""
        return self._writer.queue(
            lambda sql: lane.checkpoint(sql, task, outcome, epoch=epoch, places=self._places),
            short=True,
            hurry=hurry,
        )

    def requeue(self, task: TaskId, *, epoch: int) -> Future[bool]:
        return self._writer.queue(
            lambda sql: lane.requeue(sql, task, epoch=epoch, places=self._places), short=True
        )

    def finish(self, ending: Ending) -> Future[bool]:
        before = TaskStatus.QUEUED if ending.epoch is None else TaskStatus.RUNNING
        final = step(TASK_NEXT, before, ending.status)
        assert is_final(TASK_NEXT, final), f"{final.value} is no ending"
        return self._writer.queue(
            partial(lane.finish, ending=ending, places=self._places), short=True
        )

    def advance(self, ending: Ending, *, at_ms: int, claims: bool = True) -> Future[Ended]:
        step(TASK_NEXT, TaskStatus.RUNNING, ending.status)
        places = self._places
        return self._writer.queue(
            lambda sql: lane.advance(sql, ending, at_ms=at_ms, claims=claims, places=places),
            short=True,
        )

    # Artifacts and the sweep.

    def add_artifact(self, record: ArtifactRecord) -> Future[None]:
        return self._writer.queue(partial(sweeping.add_artifact, record=record))

    async def expired(self, *, completed_before_ms: int) -> Sequence[ArtifactId]:
        """The artifacts that such a sweep would take."""
        return await self._readers.read(
            partial(sweeping.read_expired, before_ms=completed_before_ms)
        )

    def sweep(self, *, completed_before_ms: int, limit: int) -> Future[Sequence[ArtifactId]]:
        """Remove all that ended before then, `limit` tasks per commit, so that others get turns."""
        return Sweeping(
            self._writer, self._loop, before_ms=completed_before_ms, at_most=limit
        ).start()

    # Keys and the audit trail.

    def add_key(self, record: KeyRecord) -> Future[None]:
        return self._writer.queue(partial(access.add_key, record=record))

    def drop_key(self, key_id: str) -> Future[bool]:
        """Whether there was such a key."""
        return self._writer.queue(partial(access.drop_key, key_id=key_id))

    async def keys(self) -> Sequence[KeyRecord]:
        """All keys, oldest first."""
        return await self._readers.read(access.read_keys)

    def note_all(self, entries: Sequence[AuditRecord]) -> Future[None]:
        """Add these lines to the trail, in one commit."""
        return self._writer.queue(partial(access.note_all, entries=entries))

    async def audit(self, *, limit: int, offset: int) -> tuple[Sequence[AuditRecord], int]:
        """A page of the trail, newest first, and the length of the whole."""
        return await self._readers.read(partial(access.read_audit, limit=limit, offset=offset))

    def drop_audit(self, *, before_ms: int, at_most: int) -> Future[int]:
        """Remove the oldest lines from before then; how many went."""
        return self._writer.queue(partial(access.drop_audit, before_ms=before_ms, at_most=at_most))

    # Reading.

    async def instances(self) -> Sequence[InstanceRecord]:
        return await self._readers.read(reading.read_instances)

    async def task(self, task: TaskId) -> TaskRecord | None:
        return await self._readers.read(partial(reading.read_task, task=task))

    async def tasks(self, wanted: TaskFilter) -> TaskPage:
        return await self._readers.read(partial(reading.read_tasks, wanted=wanted))

    async def running(self) -> Sequence[TaskRecord]:
        """All running tasks, oldest first."""
        return await self._readers.read(reading.read_running)

    async def queued(self, instance: InstanceId) -> int:
        return await self._readers.read(partial(reading.read_queued, instance=instance))

    async def artifact(self, artifact: ArtifactId) -> ArtifactRecord | None:
        return await self._readers.read(partial(reading.read_artifact, artifact=artifact))


class Sweeping:
    """A sweep in batches: the next is queued when the last is on disk."""

    def __init__(
        self, writer: Writer, loop: AbstractEventLoop, *, before_ms: int, at_most: int
    ) -> None:
        self._writer = writer
        self._batch = partial(sweeping.sweep, before_ms=before_ms, at_most=at_most)
        self._found: list[ArtifactId] = []
        self._answer: Future[Sequence[ArtifactId]] = loop.create_future()

    def start(self) -> Future[Sequence[ArtifactId]]:
        """Queue the first batch; done after the last."""
        self._writer.queue(self._batch).add_done_callback(self._swept)
        return self._answer

    def _swept(self, batch: Future[sweeping.Swept]) -> None:
        error = batch.exception()
        if self._answer.done():
            return
        # Whoever fails half-way still names what is gone: the bytes of a lost name stay for ever.
        if error is not None and not self._found:
            self._answer.set_exception(error)
            return
        if error is None:
            swept = batch.result()
            self._found.extend(swept.artifacts)
            if swept.more:
                self.start()
                return
        self._answer.set_result(self._found)
