"""The life of a task in its instance's lane: claimed, checkpointed, requeued, finished."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, insert, select, update

from tabyard.core.records import Outcome, TaskRecord
from tabyard.hub.ports import Ending
from tabyard.storage.operations.books import Happened, move, note
from tabyard.storage.operations.reading import whole_task
from tabyard.storage.sql import Parameter, Sql
from tabyard.storage.tables import instances, number, outcomes, tasks, word
from tabyard.storage.values import TASK_COLUMNS, outcome_parameters
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["add_outcomes", "checkpoint", "claim", "finish", "requeue"]

WHOSE: Final = select(tasks.c.number, tasks.c.instance_id).where(tasks.c.id == bindparam("task"))

RUNNING_UNDER: Final = (
    tasks.c.number == bindparam("task"),
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
    select(*TASK_COLUMNS)
    .where(tasks.c.instance_id == bindparam("instance"), tasks.c.status == word(TaskStatus.QUEUED))
    .order_by(tasks.c.priority.desc(), tasks.c.seq)
    .limit(number(1))
    .offset(number(0))
)

CLAIM: Final = (
    update(tasks)
    .where(tasks.c.number == bindparam("task"))
    .values(
        status=word(TaskStatus.RUNNING),
        epoch=bindparam("of_epoch"),
        started_at_ms=func.coalesce(tasks.c.started_at_ms, bindparam("at_ms")),
    )
)


def claim(sql: Sql, instance: InstanceId, *, epoch: int, at_ms: int) -> TaskRecord | None:
    """Start the head of the queue; None: empty, one runs, or `epoch` has no live link any more."""
    if not sql.run(START_NEXT, instance=instance, of_epoch=epoch):
        return None
    head = sql.row(HEAD, instance=instance)
    assert head is not None, "an instance counts a queued task that is not there"
    sql.run(CLAIM, task=head[0], of_epoch=epoch, at_ms=at_ms)
    note(sql, Happened.CLAIMED, task=head[0], instance=instance, epoch=epoch, at_ms=at_ms)
    task = whole_task(sql, head)
    started = at_ms if task.started_at_ms is None else task.started_at_ms
    return replace(task, status=TaskStatus.RUNNING, epoch=epoch, started_at_ms=started)


REACHED: Final = update(tasks).where(*RUNNING_UNDER).values(current_index=bindparam("reached"))

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
    found = sql.row(WHOSE, task=task)
    if found is None or not sql.run(REACHED, task=found[0], of_epoch=epoch, reached=outcome.index):
        return False
    add_outcomes(sql, found[0], (outcome,))
    return True


REQUEUE: Final = update(tasks).where(*RUNNING_UNDER).values(status=word(TaskStatus.QUEUED))


def requeue(sql: Sql, task: TaskId, *, epoch: int) -> bool:
    """Back to the queue, where its old sequence number makes it the head of its priority."""
    found = sql.row(WHOSE, task=task)
    if found is None or not sql.run(REQUEUE, task=found[0], of_epoch=epoch):
        return False
    row_number, instance = found
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
END_RUNNING: Final = update(tasks).where(*RUNNING_UNDER).values(END)
END_QUEUED: Final = (
    update(tasks)
    .where(tasks.c.number == bindparam("task"), tasks.c.status == word(TaskStatus.QUEUED))
    .values(END)
)


def finish(sql: Sql, ending: Ending) -> bool:
    """End a task: status, outcomes and the one terminal journal row; False: somebody was faster."""
    found = sql.row(WHOSE, task=ending.task)
    if found is None:
        return False
    row_number, instance = found
    error = ending.error
    facts: dict[str, Parameter] = {
        "task": row_number,
        "ends_as": ending.status.value,
        "at_ms": ending.at_ms,
        "reached": ending.current_index,
        "code": None if error is None else error.code,
        "message": None if error is None else error.message,
        "command_id": None if error is None else error.command_id,
    }
    end = END_QUEUED if ending.epoch is None else END_RUNNING
    if not sql.run(end, of_epoch=ending.epoch, **facts):
        return False
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
