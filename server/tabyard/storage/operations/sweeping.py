"""What is over for long enough is removed, with everything that belongs to it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select

from tabyard.core.records import ArtifactRecord
from tabyard.storage.operations.books import NO_TASK, move
from tabyard.storage.sql import Sql
from tabyard.storage.tables import artifacts, bodies, idempotency, journal, number, outcomes, tasks
from tabyard.storage.values import ARTIFACT_COLUMNS
from tabyard_protocol.ids import ArtifactId
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["Swept", "add_artifact", "read_expired", "sweep"]

OWNER: Final = select(tasks.c.number).where(tasks.c.id == bindparam("task_id")).scalar_subquery()
FACTS: Final[dict[str, Any]] = {it.name: bindparam(it.name) for it in ARTIFACT_COLUMNS}
ADD_ARTIFACT: Final = insert(artifacts).values(FACTS | {"task": OWNER})


def add_artifact(sql: Sql, record: ArtifactRecord) -> None:
    """Remember a blob. It goes with its task; one whose task is gone already goes by its age."""
    sql.run(
        ADD_ARTIFACT,
        id=record.id,
        task_id=record.task_id,
        instance_id=record.instance_id,
        name=record.name,
        mime_type=record.mime_type,
        size_bytes=record.size_bytes,
        sha256=record.sha256,
        width_px=record.width_px,
        height_px=record.height_px,
        created_at_ms=record.created_at_ms,
    )


EXPIRED: Final = (
    select(artifacts.c.id).where(
        artifacts.c.task.in_(
            select(tasks.c.number).where(tasks.c.completed_at_ms < bindparam("before_ms"))
        )
    ),
    select(artifacts.c.id).where(
        artifacts.c.task.is_(None), artifacts.c.created_at_ms < bindparam("before_ms")
    ),
)


def read_expired(sql: Sql, *, before_ms: int) -> Sequence[ArtifactId]:
    """The artifacts that a sweep would take."""
    return [row[0] for wanted in EXPIRED for row in sql.rows(wanted, before_ms=before_ms)]


VICTIMS: Final = (
    select(tasks.c.number)
    .where(tasks.c.completed_at_ms < bindparam("before_ms"))
    .order_by(tasks.c.completed_at_ms, tasks.c.number)
    .limit(bindparam("at_most"))
    .offset(number(0))
)
"""Each statement asks anew, and the last one removes them: no list of ids leaves the engine."""

DROP_PARTS: Final = tuple(
    delete(table).where(table.c.task.in_(VICTIMS))
    for table in (bodies, outcomes, journal, idempotency)
)
DROP_ARTIFACTS: Final = (
    delete(artifacts).where(artifacts.c.task.in_(VICTIMS)).returning(artifacts.c.id)
)
DROP_TASKS: Final = (
    delete(tasks).where(tasks.c.number.in_(VICTIMS)).returning(tasks.c.instance_id, tasks.c.status)
)
DROP_LOOSE: Final = (
    delete(artifacts)
    .where(
        artifacts.c.id.in_(
            select(artifacts.c.id)
            .where(artifacts.c.task.is_(None), artifacts.c.created_at_ms < bindparam("before_ms"))
            .limit(bindparam("at_most"))
            .offset(number(0))
        )
    )
    .returning(artifacts.c.id)
)
DROP_NOTES: Final = delete(journal).where(
    journal.c.task == number(NO_TASK),
    journal.c.number.in_(
        select(journal.c.number)
        .where(journal.c.task < number(1), journal.c.at_ms < bindparam("before_ms"))
        .limit(bindparam("at_most"))
        .offset(number(0))
    ),
)


@dataclass(frozen=True, slots=True)
class Swept:
    """One batch of a sweep."""

    artifacts: Sequence[ArtifactId]
    more: bool
    """Whether the batch was full, so that another one may find something."""


def sweep(sql: Sql, *, before_ms: int, at_most: int) -> Swept:
    """Remove up to `at_most` of each: ended tasks with their parts, loose artifacts, old notes."""
    for drop in DROP_PARTS:
        sql.run(drop, before_ms=before_ms, at_most=at_most)
    owned = sql.rows(DROP_ARTIFACTS, before_ms=before_ms, at_most=at_most)
    ended = Counter(sql.rows(DROP_TASKS, before_ms=before_ms, at_most=at_most))
    for (instance, status), count in ended.items():
        move(sql, instance, out_of=TaskStatus(status), tasks=count)
    loose = sql.rows(DROP_LOOSE, before_ms=before_ms, at_most=at_most)
    notes = sql.run(DROP_NOTES, before_ms=before_ms, at_most=at_most)
    full = max(ended.total(), len(loose), notes) >= at_most
    return Swept([row[0] for row in (*owned, *loose)], full)
