"""Where running tasks lie: their numbers, so that what happens to one needs no search by its id.

A search in the index of ids, in each of the four statements that end a task, is a seventh of what
the store takes for the whole of it.
"""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from tabyard.storage.sql import Sql
from tabyard.storage.tables import tasks
from tabyard_protocol.ids import InstanceId, TaskId

__all__ = ["Place", "Places"]

MOST: Final = 10_000
"""So many are remembered, since not each that was claimed is finished here. A task that is not
remembered costs a search each time: one that ran before this hub was started, for instance."""

FIND: Final = select(tasks.c.number, tasks.c.instance_id).where(tasks.c.id == bindparam("task"))


class Place(NamedTuple):
    """A task's number, and the instance in whose lane it is: neither ever changes."""

    number: int
    instance: InstanceId


class Places:
    """The places of tasks that were claimed and have not ended. Used by whoever writes.

    A claim may be taken back after its place was learned, and the number be given to another task:
    statements that go by a number from here name the task's id as well.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[TaskId, Place] = {}

    def learn(self, task: TaskId, place: Place) -> None:
        """Remember where `task` is."""
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[task] = place

    def forget(self, task: TaskId) -> None:
        """Nothing more will happen to `task`."""
        self._known.pop(task, None)

    def find(self, sql: Sql, task: TaskId) -> Place | None:
        """Where `task` is; None: there is no such task."""
        place = self._known.get(task)
        if place is None:
            row = sql.row(FIND, task=task)
            return None if row is None else Place(*row)
        return place
