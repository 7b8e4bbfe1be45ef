"""Instances come, go and are given up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Final

from sqlalchemy import bindparam, func, insert, null, select, update

from tabyard.core.errors import InstanceNotFound
from tabyard.core.json_text import dumps
from tabyard.core.records import (
    Fault,
    InstanceRecord,
    Outcome,
    TaskFault,
    TaskRecord,
    command_id,
)
from tabyard.core.recovery import with_those_behind
from tabyard.hub.ports import Attached, Ending, MayHaveBegun
from tabyard.storage.operations.books import Happened, note
from tabyard.storage.operations.lane import finish_at
from tabyard.storage.operations.places import Place
from tabyard.storage.operations.reading import whole_task
from tabyard.storage.sql import Parameter, Sql
from tabyard.storage.tables import instances, number, tasks, word
from tabyard.storage.values import INSTANCE_COLUMNS, TASK_COLUMNS, instance_record
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

__all__ = ["add_instance", "attach", "detach", "recover", "retire"]

IDENTITY: Final = (
    "kind",
    "label",
    "browser_type",
    "profile",
    "user_agent",
    "window_id",
    "credential",
)
LINK: Final = (
    "ticket_hash",
    "memory",
    "epoch",
    "status",
    "created_at_ms",
    "connected_at_ms",
    "lost_at_ms",
)

ADD: Final = insert(instances).values({name: bindparam(name) for name in ("id", *IDENTITY, *LINK)})
REPLACE: Final = (
    update(instances)
    .where(instances.c.id == bindparam("instance"))
    .values({name: bindparam(f"new_{name}") for name in IDENTITY})
)


def add_instance(sql: Sql, record: InstanceRecord) -> None:
    """Insert it, or replace who it is; the state of its link and its queue are kept."""
    window = None if record.window_id is None else dumps(record.window_id)
    identity: dict[str, Parameter] = {
        "kind": record.kind.value,
        "label": record.label,
        "browser_type": record.browser_type,
        "profile": record.profile,
        "user_agent": record.user_agent,
        "window_id": window,
        "credential": record.credential,
    }
    renewed = {f"new_{name}": value for name, value in identity.items()}
    if sql.run(REPLACE, instance=record.id, **renewed):
        return
    sql.run(
        ADD,
        id=record.id,
        **identity,
        ticket_hash=record.ticket_hash,
        memory=record.memory,
        epoch=record.epoch,
        status=record.status.value,
        created_at_ms=record.created_at_ms,
        connected_at_ms=record.connected_at_ms,
        lost_at_ms=record.lost_at_ms,
    )


REMEMBERED: Final = select(instances.c.memory, instances.c.forgotten).where(
    instances.c.id == bindparam("instance")
)
CONNECT: Final = (
    update(instances)
    .where(instances.c.id == bindparam("instance"))
    .values(
        epoch=instances.c.epoch + number(1),
        status=word(InstanceStatus.CONNECTED),
        memory=bindparam("new_memory"),
        ticket_hash=bindparam("new_ticket_hash"),
        connected_at_ms=bindparam("at_ms"),
        lost_at_ms=null(),
    )
    .returning(instances.c.epoch, instances.c.queued)
)
ADOPT: Final = (
    update(tasks)
    .where(tasks.c.instance_id == bindparam("instance"), tasks.c.status == word(TaskStatus.RUNNING))
    .values(epoch=bindparam("new_epoch"))
    .returning(*TASK_COLUMNS)
)
FORGET: Final = (
    update(instances)
    .where(instances.c.id == bindparam("instance"))
    .values(forgotten=bindparam("task"))
)


def attach(
    sql: Sql, instance: InstanceId, *, memory: str | None, ticket_hash: str | None, at_ms: int
) -> Attached:
    """A new link takes over.

    Raises:
        InstanceNotFound: nobody registered it.
    """
    before = sql.row(REMEMBERED, instance=instance)
    if before is None:
        raise InstanceNotFound(instance)
    row = sql.row(
        CONNECT, instance=instance, new_memory=memory, new_ticket_hash=ticket_hash, at_ms=at_ms
    )
    assert row is not None
    epoch, queued = row
    running = sql.row(ADOPT, instance=instance, new_epoch=epoch)
    note(sql, Happened.ATTACHED, instance=instance, epoch=epoch, at_ms=at_ms)
    if running is None:
        return Attached(epoch, None, queued)
    # Stored in this commit: the hub may end before it has drawn the consequences, and the next
    # hello names the new memory as well.
    forgotten = memory is None or memory != before[0] or running[0] == before[1]
    if forgotten and running[0] != before[1]:
        sql.run(FORGET, instance=instance, task=running[0])
    return Attached(epoch, whole_task(sql, running), queued, remembered=not forgotten)


LOSE: Final = (
    update(instances)
    .where(
        instances.c.id == bindparam("instance"),
        instances.c.epoch == bindparam("of_epoch"),
        instances.c.status == word(InstanceStatus.CONNECTED),
    )
    .values(status=word(InstanceStatus.RECONNECTING), lost_at_ms=bindparam("at_ms"))
)


def detach(sql: Sql, instance: InstanceId, *, epoch: int, at_ms: int) -> bool:
    """The link of `epoch` is lost; False: a newer one exists, or the loss is known already."""
    if not sql.run(LOSE, instance=instance, of_epoch=epoch, at_ms=at_ms):
        return False
    note(sql, Happened.DETACHED, instance=instance, epoch=epoch, at_ms=at_ms)
    return True


EPOCH: Final = select(instances.c.epoch).where(instances.c.id == bindparam("instance"))
GIVE_UP: Final = (
    update(instances)
    .where(instances.c.id == bindparam("instance"))
    .values(
        status=word(InstanceStatus.GONE),
        lost_at_ms=func.coalesce(instances.c.lost_at_ms, bindparam("at_ms")),
    )
)
LIVE_OF: Final = {
    status: select(*TASK_COLUMNS)
    .where(tasks.c.instance_id == bindparam("instance"), tasks.c.status == word(status))
    .order_by(tasks.c.priority.desc(), tasks.c.seq)
    for status in (TaskStatus.RUNNING, TaskStatus.QUEUED)
}


def retire(
    sql: Sql,
    instance: InstanceId,
    *,
    epoch: int | None,
    error: TaskFault,
    at_ms: int,
    may_have_begun: MayHaveBegun,
) -> Sequence[TaskRecord] | None:
    """Give the instance up; the tasks that failed with it, the running one first.

    None: `epoch` is given and is not the newest. An unknown instance has no tasks.
    """
    row = sql.row(EPOCH, instance=instance)
    if row is None:
        return ()
    if epoch is not None and row[0] != epoch:
        return None
    sql.run(GIVE_UP, instance=instance, at_ms=at_ms)
    note(sql, Happened.RETIRED, instance=instance, epoch=row[0], at_ms=at_ms)
    live = chain.from_iterable(sql.rows(LIVE_OF[it], instance=instance) for it in LIVE_OF)
    return [
        fail(
            sql,
            Place(task[0], instance),
            whole_task(sql, task),
            error,
            at_ms=at_ms,
            may_have_begun=may_have_begun,
        )
        for task in list(live)
    ]


def fail(
    sql: Sql,
    place: Place,
    task: TaskRecord,
    error: TaskFault,
    *,
    at_ms: int,
    may_have_begun: MayHaveBegun,
) -> TaskRecord:
    """End `task`, running or queued, because its instance is gone."""
    runs = task.status is TaskStatus.RUNNING
    missing = tuple(lost_commands(task, error, at_ms, may_have_begun))
    culprit = next((it.index for it in missing if it.status is CommandStatus.ERROR), None)
    blamed = None if culprit is None else command_id(task.id, culprit)
    ending = Ending(
        task=task.id,
        status=TaskStatus.FAILED,
        at_ms=at_ms,
        epoch=task.epoch if runs else None,
        error=replace(error, command_id=error.command_id or blamed),
        outcomes=missing,
        current_index=task.current_index if culprit is None else culprit,
    )
    ended = finish_at(sql, place, ending)
    assert ended, "a task that was just read as live has ended"
    return task._replace(
        status=ending.status,
        completed_at_ms=at_ms,
        error=ending.error,
        current_index=ending.current_index,
        outcomes=tuple(sorted((*task.outcomes, *missing), key=lambda it: it.index)),
    )


def lost_commands(
    task: TaskRecord, error: TaskFault, at_ms: int, may_have_begun: MayHaveBegun
) -> Iterator[Outcome]:
    """Outcomes of the commands that have none: the one that ran failed, the others are skipped."""
    ended = {it.index for it in task.outcomes}
    running = task.status is TaskStatus.RUNNING
    for index in range(len(task.commands)):
        if index in ended:
            continue
        if running:
            running = False
            fault = with_those_behind(
                Fault(error.code, error.message),
                task,
                index,
                partial(may_have_begun, task),
            )
            yield Outcome(index, CommandStatus.ERROR, None, at_ms, error=fault)
        else:
            yield Outcome(index, CommandStatus.SKIPPED, None, None)


FIND_LOST: Final = (
    update(instances)
    .where(instances.c.status != word(InstanceStatus.GONE))
    .values(status=word(InstanceStatus.RECONNECTING), lost_at_ms=bindparam("at_ms"))
)
LOST: Final = (
    select(*INSTANCE_COLUMNS)
    .where(instances.c.status == word(InstanceStatus.RECONNECTING))
    .order_by(instances.c.number)
)


def recover(sql: Sql, *, at_ms: int) -> Sequence[InstanceRecord]:
    """At the start of a hub no link lives: each instance that is not gone has until its grace ends.

    The grace counts from `at_ms`, since nobody could have come back while no hub was there.
    """
    sql.run(FIND_LOST, at_ms=at_ms)
    return [instance_record(row) for row in sql.rows(LOST)]
