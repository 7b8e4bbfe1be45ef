"""The two running accounts: the journal of what happened, and each instance's number of tasks."""

from collections.abc import Mapping
from enum import StrEnum
from time import time_ns
from typing import Final

from sqlalchemy import Update, bindparam, insert, update

from tabyard.core.lifecycle import TASK_NEXT
from tabyard.storage.sql import Sql
from tabyard.storage.tables import instances, journal, number
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["NO_TASK", "Happened", "move", "move_one", "note"]


class Happened(StrEnum):
    """What a journal row tells. The first four are about a task, the others about an instance."""

    ACCEPTED = "accepted"
    CLAIMED = "claimed"
    REQUEUED = "requeued"
    TERMINAL = "terminal"
    """At most one per task: a unique index says so."""
    ATTACHED = "attached"
    DETACHED = "detached"
    RETIRED = "retired"


SINCE_NS: Final = 1_767_225_600_000_000_000
"""The beginning of 2026: smaller numbers take less room."""


class Lines:
    """Numbers of lines: microseconds by the clock, and one more where that does not grow.

    To ask the table for its last number would be to search it, and a number of its own would be
    a second tree. After a clock that was set back while no hub ran, lines are told out of order.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Greater than all before. For whoever writes: one at a time."""
        self._last = max(self._last + 1, (time_ns() - SINCE_NS) // 1_000)
        return self._last


LINES: Final = Lines()
NO_TASK: Final = 0

NOTE: Final = insert(journal).values(
    task=bindparam("task"),
    number=bindparam("number"),
    instance_id=bindparam("instance_id"),
    kind=bindparam("kind"),
    epoch=bindparam("epoch"),
    at_ms=bindparam("at_ms"),
)


def note(
    sql: Sql,
    what: Happened,
    *,
    instance: InstanceId,
    task: int = NO_TASK,
    epoch: int | None = None,
    at_ms: int | None = None,
) -> None:
    """Add a line to the journal. `at_ms` is None where the port names no time (a requeue)."""
    # The attribute behind `value`, which is a call: three of these are written for each task.
    sql.run(
        NOTE,
        task=task,
        number=LINES.next(),
        instance_id=instance,
        kind=what._value_,
        epoch=epoch,
        at_ms=at_ms,
    )


MOVE: Final = (
    update(instances)
    .where(instances.c.id == bindparam("instance"))
    .values({
        status.value: instances.c[status.value] + bindparam(f"more_{status.value}")
        for status in TaskStatus
    })
)  # fmt: skip
MOVE_ONE: Final[Mapping[tuple[TaskStatus, TaskStatus], Update]] = {
    (before, after): update(instances)
    .where(instances.c.id == bindparam("instance"))
    .values(
        {
            before.value: instances.c[before.value] - number(1),
            after.value: instances.c[after.value] + number(1),
        }
    )
    for before, possible in TASK_NEXT.items()
    for after in possible
}
"""By the states between which one task is counted over."""


def move_one(sql: Sql, instance: InstanceId, *, out_of: TaskStatus, into: TaskStatus) -> None:
    """Count one task of `instance` over from one state to another."""
    sql.run(MOVE_ONE[out_of, into], instance=instance)


NO_MOVE: Final = {f"more_{status.value}": 0 for status in TaskStatus}


def move(
    sql: Sql,
    instance: InstanceId,
    *,
    out_of: TaskStatus | None = None,
    into: TaskStatus | None = None,
    tasks: int = 1,
) -> None:
    """Count `tasks` tasks of `instance` over from one state to another, or in, or out."""
    change = dict(NO_MOVE)
    if out_of is not None:
        change[f"more_{out_of.value}"] -= tasks
    if into is not None:
        change[f"more_{into.value}"] += tasks
    sql.run(MOVE, instance=instance, **change)
