"""A task is accepted: it gets its place in its instance's lane, or the caller gets a reason."""

from typing import Final

from sqlalchemy import bindparam, func, insert, select, update

from tabyard.core.errors import IdempotencyConflict, InvalidInstance, QueueFull
from tabyard.storage.operations.books import Happened, note
from tabyard.storage.sql import Sql
from tabyard.storage.tables import bodies, idempotency, instances, number, tasks, word
from tabyard.storage.values import pack_commands, pack_object
from tabyard.work.ports import Accepted, IdempotencyKey, NewTask
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["submit"]

SEEN: Final = select(
    idempotency.c.body_hash,
    idempotency.c.task_id,
    idempotency.c.instance_id,
    idempotency.c.position,
).where(idempotency.c.key == bindparam("key"))

BEHIND: Final = (
    select(func.count())
    .where(
        tasks.c.instance_id == bindparam("instance"),
        tasks.c.status == word(TaskStatus.QUEUED),
        tasks.c.priority < bindparam("priority"),
    )
    .scalar_subquery()
)
"""How many a new task overtakes: none as long as all have one priority."""

PLACE: Final = (
    select(
        instances.c.number,
        instances.c.status,
        instances.c.next_seq,
        instances.c.queued + instances.c.running,
        BEHIND,
    )
    .where(instances.c.id == bindparam("instance"))
    .with_for_update()
)

TAKE_PLACE: Final = (
    update(instances)
    .where(instances.c.number == bindparam("of_instance"))
    .values(next_seq=bindparam("taken"), queued=instances.c.queued + number(1))
)

ADD_TASK: Final = insert(tasks).values(
    id=bindparam("id"),
    instance_id=bindparam("instance_id"),
    seq=bindparam("seq"),
    priority=bindparam("priority"),
    name=bindparam("name"),
    intention=bindparam("intention"),
    session=bindparam("session"),
    dialogs=bindparam("dialogs"),
    status=word(TaskStatus.QUEUED),
    command_count=bindparam("command_count"),
    current_index=number(0),
    created_at_ms=bindparam("created_at_ms"),
)

ADD_BODY: Final = insert(bodies).values(
    task=bindparam("task"), commands=bindparam("commands"), metadata=bindparam("metadata")
)

REMEMBER: Final = insert(idempotency).values(
    key=bindparam("key"),
    body_hash=bindparam("body_hash"),
    task=bindparam("task"),
    task_id=bindparam("task_id"),
    instance_id=bindparam("instance_id"),
    position=bindparam("position"),
)


def submit(sql: Sql, task: NewTask) -> Accepted:
    """Accept `task`.

    Raises:
        IdempotencyConflict: the key was used with another body.
        InvalidInstance: the instance is unknown or gone; a lost one that may return is fine.
        QueueFull: as many tasks as `queue_limit` are queued or running.
    """
    key = task.idempotency
    if key is not None and (first := first_answer(sql, key)) is not None:
        return first
    place = sql.row(PLACE, instance=task.instance_id, priority=task.priority)
    if place is None or place[1] == InstanceStatus.GONE:
        raise InvalidInstance(task.instance_id)
    of_instance, _, last_seq, live, behind = place
    if live >= task.queue_limit:
        raise QueueFull(task.queue_limit)
    seq = last_seq + 1
    sql.run(TAKE_PLACE, of_instance=of_instance, taken=seq)
    row_number = insert_task(sql, task, seq)
    accepted = Accepted(
        task=task.id,
        instance_id=task.instance_id,
        status=TaskStatus.QUEUED,
        position=live + 1 - behind,
        repeated=False,
    )
    note(
        sql, Happened.ACCEPTED, task=row_number, instance=task.instance_id, at_ms=task.created_at_ms
    )
    if key is not None:
        sql.run(
            REMEMBER,
            key=key.key,
            body_hash=key.body_hash,
            task=row_number,
            task_id=task.id,
            instance_id=task.instance_id,
            position=accepted.position,
        )
    return accepted


def first_answer(sql: Sql, key: IdempotencyKey) -> Accepted | None:
    """What was answered when `key` came for the first time; None: this is the first time."""
    seen = sql.row(SEEN, key=key.key)
    if seen is None:
        return None
    body_hash, task, instance, position = seen
    if body_hash != key.body_hash:
        raise IdempotencyConflict
    return Accepted(
        task=task,
        instance_id=instance,
        status=TaskStatus.QUEUED,
        position=position,
        repeated=True,
    )


def insert_task(sql: Sql, task: NewTask, seq: int) -> int:
    """The two rows of a task; its number."""
    row_number = sql.add(
        ADD_TASK,
        id=task.id,
        instance_id=task.instance_id,
        seq=seq,
        priority=task.priority,
        name=task.name,
        intention=task.intention,
        session=task.session,
        dialogs=task.dialogs,
        command_count=len(task.commands),
        created_at_ms=task.created_at_ms,
    )
    sql.run(
        ADD_BODY,
        task=row_number,
        commands=pack_commands(task.commands),
        metadata=pack_object(task.metadata),
    )
    return row_number
