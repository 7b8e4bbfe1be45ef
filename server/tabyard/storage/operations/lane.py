"""The life of a task in its instance's lane: claimed, checkpointed, requeued, finished."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, insert, select, update

from tabyard.core.records import Outcome, TaskRecord
from tabyard.hub.ports import Ending
from tabyard.storage.operations.books import Happened, move, note
from tabyard.storage.operations.reading import whole_task
from tabyard.storage.sql import Sql
from tabyard.storage.tables import instances, number, outcomes, tasks, word
from tabyard.storage.values import TASK_COLUMNS, outcome_parameters
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["add_outcomes", "checkpoint", "claim", "finish", "requeue"]

RUNNING_UNDER: Final = (
    tasks.c.id == bindparam("task"),
    tasks.c.status == word(TaskStatus.RUNNING),
    tasks.c.epoch == bindparam("of_epoch"),
)
"""The fence: what an older epoch, or anybody after the end, wants to change is not found."""

START_NEXT: Final = (
    update(instances)
    .where(
        instances.c.id == bindparam("instance"),
        instances.c.epoch == bindparam("of_epoch"),
        instances.c.status == word(InstanceStatus.CONNECTED),
        instances.c.running == number(0),
        instances.c.queued > number(0),
    )
    .values(queued=instances.c.queued - number(1), running=instances.c.running + number(1))
)

HEAD: Final = (
    select(tasks.c.number)
    .where(tasks.c.instance_id == bindparam("instance"), tasks.c.status == word(TaskStatus.QUEUED))
    .order_by(tasks.c.priority.desc(), tasks.c.seq)
    .limit(number(1))
    .offset(number(0))
    .scalar_subquery()
)

CLAIM: Final = (
    update(tasks)
    .where(tasks.c.number == HEAD)
    .values(
        status=word(TaskStatus.RUNNING),
        epoch=bindparam("of_epoch"),
        started_at_ms=func.coalesce(tasks.c.started_at_ms, bindparam("at_ms")),
    )
    .returning(*TASK_COLUMNS)
)


def claim(sql: Sql, instance: InstanceId, *, epoch: int, at_ms: int) -> TaskRecord | None:
    """Start the head of the queue; None: empty, one runs, or `epoch` has no live link any more."""
    if not sql.run(START_NEXT, instance=instance, of_epoch=epoch):
        return None
    row = sql.row(CLAIM, instance=instance, of_epoch=epoch, at_ms=at_ms)
    assert row is not None, "an instance counts a queued task that is not there"
    note(sql, Happened.CLAIMED, task=row[0], instance=instance, epoch=epoch, at_ms=at_ms)
    return whole_task(sql, row)


REACHED: Final = (
    update(tasks)
    .where(*RUNNING_UNDER)
    .values(current_index=bindparam("reached"))
    .returning(tasks.c.number)
)

ADD_OUTCOME: Final = insert(outcomes).from_select(
    ["task", "idx", "status", "started_at_ms", "completed_at_ms", "result", "error"],
    select(*(bindparam(column.name, type_=column.type) for column in outcomes.c)).where(
        ~exists().where(outcomes.c.task == bindparam("task"), outcomes.c.idx == bindparam("idx"))
    ),
)
"""Inserts unless there is one: an outcome is stored once, the first one counts."""


def add_outcomes(sql: Sql, task: int, ended: Iterable[Outcome]) -> None:
    """Store outcomes of the task with this number; those stored before stay as they are."""
    sql.run_each(ADD_OUTCOME, [outcome_parameters(task, it) for it in ended])


def checkpoint(sql: Sql, task: TaskId, outcome: Outcome, *, epoch: int) -> bool:
    """Store one command's outcome; False: the task does not run under `epoch`."""
    row = sql.row(REACHED, task=task, of_epoch=epoch, reached=outcome.index)
    if row is None:
        return False
    add_outcomes(sql, row[0], (outcome,))
    return True


REQUEUE: Final = (
    update(tasks)
    .where(*RUNNING_UNDER)
    .values(status=word(TaskStatus.QUEUED))
    .returning(tasks.c.number, tasks.c.instance_id)
)


def requeue(sql: Sql, task: TaskId, *, epoch: int) -> bool:
    """Back to the queue, where its old sequence number makes it the head of its priority."""
    row = sql.row(REQUEUE, task=task, of_epoch=epoch)
    if row is None:
        return False
    row_number, instance = row
    move(sql, instance, out_of=TaskStatus.RUNNING, into=TaskStatus.QUEUED)
    note(sql, Happened.REQUEUED, task=row_number, instance=instance, epoch=epoch)
    return True


END: Final[dict[str, Any]] = {
    "status": bindparam("ends_as"),
    "completed_at_ms": bindparam("at_ms"),
    "current_index": bindparam("reached"),
    "error_code": bindparam("code"),
    "error_message": bindparam("message"),
    "error_command_id": bindparam("command_id"),
}
ENDED: Final = (tasks.c.number, tasks.c.instance_id)

END_RUNNING: Final = update(tasks).where(*RUNNING_UNDER).values(END).returning(*ENDED)
END_QUEUED: Final = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"), tasks.c.status == word(TaskStatus.QUEUED))
    .values(END)
    .returning(*ENDED)
)


def finish(sql: Sql, ending: Ending) -> bool:
    """End a task: status, outcomes and the one terminal journal row; False: somebody was faster."""
    error = ending.error
    facts = {
        "task": ending.task,
        "ends_as": ending.status.value,
        "at_ms": ending.at_ms,
        "reached": ending.current_index,
        "code": None if error is None else error.code,
        "message": None if error is None else error.message,
        "command_id": None if error is None else error.command_id,
    }
    if ending.epoch is None:
        row = sql.row(END_QUEUED, **facts)
    else:
        row = sql.row(END_RUNNING, **facts, of_epoch=ending.epoch)
    if row is None:
        return False
    row_number, instance = row
    add_outcomes(sql, row_number, ending.outcomes)
    before = TaskStatus.QUEUED if ending.epoch is None else TaskStatus.RUNNING
    move(sql, instance, out_of=before, into=ending.status)
    note(
        sql,
        Happened.TERMINAL,
        task=row_number,
        instance=instance,
        epoch=ending.epoch,
        at_ms=ending.at_ms,
    )
    return True
