"""What the web needs beyond the hub and the books of work."""

from asyncio import Future
from collections.abc import Sequence
from typing import Protocol

from tabyard.core.audit import AuditRecord
from tabyard.core.keys import KeyRecord
from tabyard.core.records import ArtifactRecord, TaskRecord
from tabyard_protocol.ids import ArtifactId, TaskId

__all__ = ["AccessStore", "Records"]


class Records(Protocol):
    """The store, as far as readers need the rows themselves."""

    async def task(self, task: TaskId) -> TaskRecord | None:
        """The whole task with its outcomes."""
        ...

    async def artifact(self, artifact: ArtifactId) -> ArtifactRecord | None:
        """The facts of an artifact."""
        ...

    def health(self) -> tuple[bool, str | None]:
        """Whether the last write reached the disk, and what is wrong if not."""
        ...


class AccessStore(Protocol):
    """The store, as far as keys and the audit trail go. Writes queue at the call."""

    def add_key(self, record: KeyRecord) -> Future[None]: ...

    def drop_key(self, key_id: str) -> Future[bool]:
        """Whether there was such a key."""
        ...

    async def keys(self) -> Sequence[KeyRecord]:
        """All keys, oldest first."""
        ...

    def note_all(self, entries: Sequence[AuditRecord]) -> Future[None]:
        """Add these lines to the trail, in one commit."""
        ...

    async def audit(self, *, limit: int, offset: int) -> tuple[Sequence[AuditRecord], int]:
        """A page of the trail, newest first, and the length of the whole."""
        ...

    def drop_audit(self, *, before_ms: int, at_most: int) -> Future[int]:
        """Remove the oldest lines from before then; how many went."""
        ...
