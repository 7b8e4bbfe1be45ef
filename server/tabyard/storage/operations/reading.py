"""What is read and never changed: tasks, pages of tasks, instances, artifacts."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, desc, func, select, union_all

from tabyard.core.lifecycle import TASK_NEXT, is_final
from tabyard.core.records import ArtifactRecord, InstanceRecord, TaskRecord
from tabyard.storage.sql import Parameter, Row, Sql, Statement
from tabyard.storage.tables import artifacts, bodies, instances, number, outcomes, tasks, word
from tabyard.storage.values import (
    ARTIFACT_COLUMNS,
    INSTANCE_COLUMNS,
    LIST_COLUMNS,
    OUTCOME_COLUMNS,
    TASK_COLUMNS,
    artifact_record,
    instance_record,
    task_record,
    task_row,
)
from tabyard.work.ports import TaskFilter, TaskPage
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus

__all__ = [
    "OUTCOMES",
    "read_artifact",
    "read_instances",
    "read_queued",
    "read_running",
    "read_task",
    "read_tasks",
    "whole_task",
]

TASK: Final = select(*TASK_COLUMNS).where(tasks.c.id == bindparam("task"))
BODY: Final = select(bodies.c.commands, bodies.c.metadata).where(bodies.c.task == bindparam("task"))
OUTCOMES: Final = (
    select(*OUTCOME_COLUMNS)
    .where(outcomes.c.task == bindparam("task"))
    .order_by(outcomes.c.idx)
)  # fmt: skip
RUNNING: Final = (
    select(*TASK_COLUMNS)
    .where(tasks.c.status == word(TaskStatus.RUNNING))
    # The sum keeps the engine from walking the whole table to have them in order.
    .order_by(tasks.c.number + number(0))
)  # fmt: skip


def whole_task(sql: Sql, row: Row) -> TaskRecord:
    """The task of a row of `TASK_COLUMNS`, with its commands and outcomes."""
    task = row[0]
    body = sql.row(BODY, task=task)
    assert body is not None
    return task_record(row, body, sql.rows(OUTCOMES, task=task))


def read_task(sql: Sql, task: TaskId) -> TaskRecord | None:
    """The task, None when there is none."""
    row = sql.row(TASK, task=task)
    return None if row is None else whole_task(sql, row)


def read_running(sql: Sql) -> Sequence[TaskRecord]:
    """All running tasks, oldest first."""
    return [whole_task(sql, row) for row in sql.rows(RUNNING)]


def page(*wanted: ColumnElement[bool], newest: ColumnElement[Any]) -> Statement:
    """A page by `newest`, falling. The rows to skip are skipped in an index, not in the table."""
    numbers = (
        select(tasks.c.number)
        .where(*wanted)
        .order_by(newest.desc())
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )
    return select(*LIST_COLUMNS).where(tasks.c.number.in_(numbers)).order_by(newest.desc())


OF_INSTANCE: Final = tasks.c.instance_id == bindparam("instance")


def page_of_instance() -> Statement:
    """All tasks of an instance: those of each status come in order from an index, and are merged.

    An index for all of them would cost each submission more than this takes.
    """
    of_each = [
        select(tasks.c.number, tasks.c.seq).where(OF_INSTANCE, *in_status(status))
        for status in TaskStatus
    ]
    merged = union_all(*of_each).order_by(desc("seq"))
    found = merged.limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    return (
        select(*LIST_COLUMNS)
        .where(tasks.c.number.in_(select(found.c.number)))
        .order_by(tasks.c.seq.desc())
    )


def in_status(status: TaskStatus) -> Sequence[ColumnElement[bool]]:
    """Being in `status`, in the words of the partial indexes."""
    named = tasks.c.status == word(status)
    if is_final(TASK_NEXT, status):
        return named, tasks.c.completed_at_ms.is_not(None)
    return (named,)


def pages_of(status: TaskStatus) -> tuple[Statement, Statement]:
    """The pages of all tasks in `status`, and of those of one instance."""
    named = tasks.c.status == word(status)
    # Within an instance, seq and number grow together.
    all_, one = tasks.c.number, tasks.c.seq
    if is_final(TASK_NEXT, status):
        # Says no more than the status, but in the words of the partial indexes.
        ended = tasks.c.completed_at_ms.is_not(None)
        return page(named, ended, newest=all_), page(OF_INSTANCE, named, ended, newest=one)
    # What is live is sorted: it is never much, since a queue has its limit. The sums and the bound
    # that holds for all make the engine take that way, and not search among all that has ended.
    return (
        page(named, newest=all_ + number(0)),
        page(OF_INSTANCE, named, ANY_PRIORITY, newest=one + number(0)),
    )


ANY_PRIORITY: Final = tasks.c.priority >= number(-(2**31))

PAGES: Final[dict[tuple[bool, TaskStatus | None], Statement]] = {
    (False, None): page(newest=tasks.c.number),
    (True, None): page_of_instance(),
    **{(False, status): pages_of(status)[0] for status in TaskStatus},
    **{(True, status): pages_of(status)[1] for status in TaskStatus},
}
"""By whether an instance is wanted, and which status."""

COUNTS: Final = tuple(
    func.coalesce(func.sum(instances.c[status.value]), number(0)) for status in TaskStatus
)
COUNTED: Final = {
    False: select(*COUNTS),
    True: select(*COUNTS).where(instances.c.id == bindparam("instance")),
}


def read_tasks(sql: Sql, wanted: TaskFilter) -> TaskPage:
    """A page of tasks; the total is a sum of counters, so it costs the same for a million rows."""
    chosen: dict[str, Parameter] = {}
    if wanted.instance_id is not None:
        chosen["instance"] = wanted.instance_id
    counts = sql.row(COUNTED["instance" in chosen], **chosen)
    assert counts is not None
    counted = dict(zip(TaskStatus, counts, strict=True))
    statement = PAGES["instance" in chosen, wanted.status]
    rows = sql.rows(statement, limit=wanted.limit, offset=wanted.offset, **chosen)
    total = sum(counted.values()) if wanted.status is None else counted[wanted.status]
    return TaskPage([task_row(row) for row in rows], int(total))


LIVE: Final = select(instances.c.queued + instances.c.running).where(
    instances.c.id == bindparam("instance")
)


def read_queued(sql: Sql, instance: InstanceId) -> int:
    """How many tasks are queued or running."""
    row = sql.row(LIVE, instance=instance)
    return 0 if row is None else row[0]


INSTANCES: Final = select(*INSTANCE_COLUMNS).order_by(instances.c.number)


def read_instances(sql: Sql) -> Sequence[InstanceRecord]:
    """All instances, in order of creation."""
    return [instance_record(row) for row in sql.rows(INSTANCES)]


ARTIFACT: Final = select(*ARTIFACT_COLUMNS).where(artifacts.c.id == bindparam("artifact"))


def read_artifact(sql: Sql, artifact: ArtifactId) -> ArtifactRecord | None:
    """The artifact's facts, None when there is none."""
    row = sql.row(ARTIFACT, artifact=artifact)
    return None if row is None else artifact_record(row)
