"""The life of a task in its instance's lane: claimed, checkpointed, requeued, finished."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Update, bindparam, func, select, update

# PostgreSQL's `insert`: SQLite's compiler knows its ON CONFLICT, and not the other way round.
from sqlalchemy.dialects.postgresql import Insert, insert

from tabyard.core.errors import StoreUnavailable
from tabyard.core.lifecycle import TASK_NEXT, is_final
from tabyard.core.records import Outcome, TaskRecord
from tabyard.hub.ports import Ended, Ending
from tabyard.storage.operations.books import Happened, move_one, note
from tabyard.storage.operations.places import Place, Places
from tabyard.storage.operations.reading import OUTCOMES
from tabyard.storage.sql import Parameter, Sql
from tabyard.storage.tables import bodies, instances, number, outcomes, tasks, word
from tabyard.storage.values import OUTCOME_COLUMNS, TASK_COLUMNS, outcome_parameters, task_record
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["advance", "checkpoint", "claim", "finish", "finish_at", "requeue"]

THIS: Final = (tasks.c.number == bindparam("number"), tasks.c.id == bindparam("task"))
"""Found by its number; its id proves that the number is its own."""

RUNNING_UNDER: Final = (
    *THIS,
    tasks.c.status == word(TaskStatus.RUNNING),
    tasks.c.epoch == bindparam("of_epoch"),
)
"""The fence: what an older epoch, or anybody after the end, wants to change is not found."""

HAS_NEXT: Final = (
    instances.c.id == bindparam("instance"),
    instances.c.epoch == bindparam("of_epoch"),
    instances.c.status == word(InstanceStatus.CONNECTED),
    instances.c.queued > number(0),
)
"""The fence of a claim."""

START_NEXT: Final = (
    update(instances)
    .where(*HAS_NEXT, instances.c.running == number(0))
    .values(queued=instances.c.queued - number(1), running=instances.c.running + number(1))
)

FOLLOW: Final[Mapping[TaskStatus, Update]] = {
    ended: update(instances)
    .where(*HAS_NEXT)
    .values(
        {
            "queued": instances.c.queued - number(1),
            ended.value: instances.c[ended.value] + number(1),
        }
    )
    for ended in TaskStatus
    if is_final(TASK_NEXT, ended)
}
"""The task that ran has ended so, and the next one runs."""

STARTED: Final[dict[str, ColumnElement[Any]]] = {
    "status": word(TaskStatus.RUNNING),
    "epoch": bindparam("of_epoch", type_=tasks.c.epoch.type),
    "started_at_ms": func.coalesce(tasks.c.started_at_ms, bindparam("at_ms")),
}
"""What a claim changes in a task."""

HEAD: Final = (
    select(
        *(STARTED.get(column.name, column) for column in TASK_COLUMNS),
        bodies.c.commands,
        bodies.c.metadata,
        tasks.c.started_at_ms,
    )
    .join_from(tasks, bodies, bodies.c.task == tasks.c.number)
    .where(tasks.c.instance_id == bindparam("instance"), tasks.c.status == word(TaskStatus.QUEUED))
    .order_by(tasks.c.priority.desc(), tasks.c.seq)
    .limit(number(1))
    .offset(number(0))
)
"""The next task as it is once it is claimed, its body, and when it was claimed before."""

CLAIM: Final = update(tasks).where(tasks.c.number == bindparam("task")).values(STARTED)


def claim(
    sql: Sql, instance: InstanceId, *, epoch: int, at_ms: int, places: Places
) -> TaskRecord | None:
    """Start the head of the queue; None: empty, one runs, or `epoch` has no live link any more."""
    if not sql.run(START_NEXT, instance=instance, of_epoch=epoch):
        return None
    return _start(sql, instance, epoch, at_ms, places)


def _start(sql: Sql, instance: InstanceId, epoch: int, at_ms: int, places: Places) -> TaskRecord:
    """Make the head of the queue running; its instance counts it as that already."""
    head = sql.row(HEAD, instance=instance, of_epoch=epoch, at_ms=at_ms)
    assert head is not None, "an instance counts a queued task that is not there"
    *row, commands, metadata, started_before = head
    task = row[0]
    sql.run(CLAIM, task=task, of_epoch=epoch, at_ms=at_ms)
    note(sql, Happened.CLAIMED, task=task, instance=instance, epoch=epoch, at_ms=at_ms)
    # What never started has no outcomes, and few tasks are claimed twice.
    ended = () if started_before is None else sql.rows(OUTCOMES, task=task)
    record = task_record(tuple(row), (commands, metadata), ended)
    places.learn(record.id, Place(task, instance))
    return record


ADD_OUTCOME: Final = (
    insert(outcomes)
    .values(
        task=bindparam("number"),
        **{column.name: bindparam(column.name) for column in OUTCOME_COLUMNS},
    )
    .on_conflict_do_nothing()
)
"""An outcome is stored once, the first one counts."""


def adding_an_outcome(*of: ColumnElement[bool]) -> Insert:
    """The same, for a task of which all of these hold."""
    columns = [column.name for column in OUTCOME_COLUMNS]
    values = (bindparam(column.name, type_=column.type) for column in OUTCOME_COLUMNS)
    found = select(tasks.c.number, *values).where(*of)
    return insert(outcomes).from_select(["task", *columns], found).on_conflict_do_nothing()


ADD_RUNNING_OUTCOME: Final = adding_an_outcome(*RUNNING_UNDER)
"""Fenced. To look for the task in a subquery would take SQLite a temporary table each time."""

RUNS: Final = select(tasks.c.number).where(*RUNNING_UNDER)

STORED: Final = select(outcomes.c.idx).where(
    outcomes.c.task == bindparam("number"), outcomes.c.idx == bindparam("idx")
)


def add_outcomes(sql: Sql, number: int, ended: Sequence[Outcome]) -> None:
    """Store outcomes of the task of this number; those stored before stay as they are."""
    if len(ended) == 1:
        sql.run(ADD_OUTCOME, **outcome_parameters(number, ended[0]))
    elif ended:
        sql.run_each(ADD_OUTCOME, [outcome_parameters(number, it) for it in ended])


def checkpoint(sql: Sql, task: TaskId, outcome: Outcome, *, epoch: int, places: Places) -> bool:
    """Store one command's outcome; False: the task does not run under `epoch`.

    Raises:
        StoreUnavailable: the outcome before it is not stored; its commit may have failed.
    """
    place = places.find(sql, task)
    if place is None:
        return False
    number, before = place.number, outcome.index - 1
    # How many there are says which command is next, so there is never one behind a gap.
    if before < 0 or sql.row(STORED, number=number, idx=before) is not None:
        stored = outcome_parameters(number, outcome)
        if sql.run(ADD_RUNNING_OUTCOME, task=task, of_epoch=epoch, **stored):
            return True
        # It does not run, or that was stored before.
        return sql.row(RUNS, number=number, task=task, of_epoch=epoch) is not None
    if sql.row(RUNS, number=number, task=task, of_epoch=epoch) is None:
        return False
    raise StoreUnavailable("the outcome before it is not stored")


REQUEUE: Final = update(tasks).where(*RUNNING_UNDER).values(status=word(TaskStatus.QUEUED))


def requeue(sql: Sql, task: TaskId, *, epoch: int, places: Places) -> bool:
    """Back to the queue, where its old sequence number makes it the head of its priority."""
    place = places.find(sql, task)
    if place is None or not sql.run(REQUEUE, number=place.number, task=task, of_epoch=epoch):
        return False
    move_one(sql, place.instance, out_of=TaskStatus.RUNNING, into=TaskStatus.QUEUED)
    note(sql, Happened.REQUEUED, task=place.number, instance=place.instance, epoch=epoch)
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
    update(tasks).where(*THIS, tasks.c.status == word(TaskStatus.QUEUED)).values(END)
)


def finish(sql: Sql, ending: Ending, *, places: Places) -> bool:
    """End a task: status, outcomes and the one terminal journal row; False: somebody was faster."""
    place = places.find(sql, ending.task)
    if place is None or not finish_at(sql, place, ending):
        return False
    places.forget(ending.task)
    return True


def finish_at(sql: Sql, place: Place, ending: Ending) -> bool:
    """The same for a task that was just read."""
    if not _end(sql, place, ending):
        return False
    before = TaskStatus.QUEUED if ending.epoch is None else TaskStatus.RUNNING
    move_one(sql, place.instance, out_of=before, into=ending.status)
    return True


def advance(sql: Sql, ending: Ending, *, at_ms: int, claims: bool, places: Places) -> Ended:
    """End a running task, and start the next one of its instance, whose row is written once."""
    assert ending.epoch is not None, "a task that does not run has none behind it"
    place = places.find(sql, ending.task)
    if place is None or not _end(sql, place, ending):
        return Ended(stored=False)
    places.forget(ending.task)
    instance, epoch = place.instance, ending.epoch
    if claims and sql.run(FOLLOW[ending.status], instance=instance, of_epoch=epoch):
        return Ended(stored=True, following=_start(sql, instance, epoch, at_ms, places))
    move_one(sql, instance, out_of=TaskStatus.RUNNING, into=ending.status)
    return Ended(stored=True)


def _end(sql: Sql, place: Place, ending: Ending) -> bool:
    """Write down the end of a task, but for its instance's account."""
    error = ending.error
    facts: dict[str, Parameter] = {
        "number": place.number,
        "task": ending.task,
        "ends_as": ending.status._value_,
        "at_ms": ending.at_ms,
        "reached": ending.current_index,
        "code": None if error is None else error.code,
        "message": None if error is None else error.message,
        "command_id": None if error is None else error.command_id,
    }
    end = END_QUEUED if ending.epoch is None else END_RUNNING
    if not sql.run(end, of_epoch=ending.epoch, **facts):
        return False
    add_outcomes(sql, place.number, ending.outcomes)
    note(
        sql,
        Happened.TERMINAL,
        task=place.number,
        instance=place.instance,
        epoch=ending.epoch,
        at_ms=ending.at_ms,
    )
    return True
