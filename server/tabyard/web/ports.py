"""What the web needs beyond the hub and the books of work."""

from typing import Protocol

from tabyard.core.records import ArtifactRecord, TaskRecord
from tabyard_protocol.ids import ArtifactId, TaskId

__all__ = ["Records"]


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
