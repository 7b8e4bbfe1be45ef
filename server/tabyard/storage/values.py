"""Rows to records and back: the only place that knows how a value lies in a column."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import case, func, select

from tabyard.core.json_text import dumps, loads
from tabyard.core.records import (
    ArtifactRecord,
    Command,
    Fault,
    InstanceRecord,
    Outcome,
    TaskFault,
    TaskRecord,
)
from tabyard.storage.sql import Parameter, Row
from tabyard.storage.tables import artifacts, instances, outcomes, tasks
from tabyard.work.ports import TaskRow
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceKind, InstanceStatus
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

__all__ = [
    "ARTIFACT_COLUMNS",
    "INSTANCE_COLUMNS",
    "LIST_COLUMNS",
    "OUTCOME_COLUMNS",
    "TASK_COLUMNS",
    "artifact_record",
    "instance_record",
    "outcome_parameters",
    "outcome_record",
    "pack_commands",
    "pack_object",
    "task_record",
    "task_row",
    "unpack_commands",
]


def named(names: Sequence[str], row: Row) -> dict[str, Any]:
    """A row by the names of its columns, which are those of its record's fields."""
    return dict(zip(names, row, strict=True))


def pack_object(value: JsonObject | None) -> str | None:
    """A JSON object for a column that may be empty."""
    return None if value is None else dumps(value)


def unpack_object(text: str | None) -> JsonObject | None:
    """What `pack_object` wrote."""
    return None if text is None else loads(text)


def pack_commands(commands: Iterable[Command]) -> str:
    """Commands as one array of `[tool, intention, args]`."""
    return dumps([(it.tool_name, it.intention, it.args) for it in commands])


def unpack_commands(text: str) -> tuple[Command, ...]:
    """What `pack_commands` wrote."""
    return tuple(Command(tool, intention, args) for tool, intention, args in loads(text))


OUTCOME_COLUMNS = (
    outcomes.c.idx,
    outcomes.c.status,
    outcomes.c.started_at_ms,
    outcomes.c.completed_at_ms,
    outcomes.c.result,
    outcomes.c.error,
)


def outcome_record(row: Row) -> Outcome:
    """An outcome from a row of `OUTCOME_COLUMNS`."""
    index, status, started, completed, result, error = row
    return Outcome(
        index=index,
        status=CommandStatus(status),
        started_at_ms=started,
        completed_at_ms=completed,
        result=unpack_object(result),
        error=None if error is None else Fault(*loads(error)),
    )


def outcome_parameters(number: int, outcome: Outcome) -> dict[str, Parameter]:
    """An outcome of the task of this number, for its row."""
    fault = outcome.error
    return {
        "number": number,
        "idx": outcome.index,
        "status": outcome.status._value_,
        "started_at_ms": outcome.started_at_ms,
        "completed_at_ms": outcome.completed_at_ms,
        "result": pack_object(outcome.result),
        "error": None if fault is None else dumps((fault.code, fault.message, fault.details)),
    }


TASK_COLUMNS = (
    tasks.c.number,
    tasks.c.id,
    tasks.c.instance_id,
    tasks.c.seq,
    tasks.c.priority,
    tasks.c.name,
    tasks.c.intention,
    tasks.c.session,
    tasks.c.dialogs,
    tasks.c.status,
    tasks.c.current_index,
    tasks.c.epoch,
    tasks.c.created_at_ms,
    tasks.c.started_at_ms,
    tasks.c.completed_at_ms,
    tasks.c.error_code,
    tasks.c.error_message,
    tasks.c.error_command_id,
)


def task_record(row: Row, body: Row, ended: Sequence[Row]) -> TaskRecord:
    """A task from its row of `TASK_COLUMNS`, its `(commands, metadata)` and its outcomes' rows.

    How far a task has come is in its row only once it has ended; until then its outcomes say it.
    """
    (
        _,
        id_,
        instance_id,
        seq,
        priority,
        name,
        intention,
        session,
        dialogs,
        status,
        current_index,
        epoch,
        created,
        started,
        completed,
        error_code,
        error_message,
        error_command_id,
    ) = row
    commands, metadata = body
    if ended and completed is None:
        current_index = ended[-1][0]
    return TaskRecord(
        id=id_,
        instance_id=instance_id,
        seq=seq,
        priority=priority,
        name=name,
        intention=intention,
        commands=unpack_commands(commands),
        metadata=unpack_object(metadata),
        session=session,
        dialogs=dialogs,
        status=TaskStatus(status),
        current_index=current_index,
        created_at_ms=created,
        started_at_ms=started,
        completed_at_ms=completed,
        epoch=epoch,
        error=None
        if error_code is None
        else TaskFault(error_code, error_message, error_command_id),
        outcomes=tuple(outcome_record(it) for it in ended),
    )


LAST_OUTCOME = (
    select(func.max(outcomes.c.idx)).where(outcomes.c.task == tasks.c.number).scalar_subquery()
)
LIST_COLUMNS = (
    tasks.c.id,
    tasks.c.instance_id,
    tasks.c.name,
    tasks.c.intention,
    tasks.c.status,
    tasks.c.command_count,
    case(
        (tasks.c.completed_at_ms.is_(None), func.coalesce(LAST_OUTCOME, tasks.c.current_index)),
        else_=tasks.c.current_index,
    ).label("current_index"),
    tasks.c.created_at_ms,
    tasks.c.started_at_ms,
    tasks.c.completed_at_ms,
    tasks.c.error_code,
    tasks.c.error_message,
    tasks.c.error_command_id,
)


LIST_NAMES = tuple(column.name for column in LIST_COLUMNS)


def task_row(row: Row) -> TaskRow:
    """A line of a list from a row of `LIST_COLUMNS`."""
    fields = named(LIST_NAMES, row)
    fields["status"] = TaskStatus(fields["status"])
    return TaskRow(**fields)


INSTANCE_COLUMNS = (
    instances.c.id,
    instances.c.kind,
    instances.c.label,
    instances.c.browser_type,
    instances.c.profile,
    instances.c.user_agent,
    instances.c.window_id,
    instances.c.credential,
    instances.c.ticket_hash,
    instances.c.memory,
    instances.c.epoch,
    instances.c.status,
    instances.c.created_at_ms,
    instances.c.connected_at_ms,
    instances.c.lost_at_ms,
)
INSTANCE_NAMES = tuple(column.name for column in INSTANCE_COLUMNS)


def instance_record(row: Row) -> InstanceRecord:
    """An instance from a row of `INSTANCE_COLUMNS`."""
    fields = named(INSTANCE_NAMES, row)
    window = fields["window_id"]
    fields["kind"] = InstanceKind(fields["kind"])
    fields["status"] = InstanceStatus(fields["status"])
    fields["window_id"] = None if window is None else loads(window)
    return InstanceRecord(**fields)


ARTIFACT_COLUMNS = (
    artifacts.c.id,
    artifacts.c.task_id,
    artifacts.c.instance_id,
    artifacts.c.name,
    artifacts.c.mime_type,
    artifacts.c.size_bytes,
    artifacts.c.sha256,
    artifacts.c.width_px,
    artifacts.c.height_px,
    artifacts.c.created_at_ms,
)
ARTIFACT_NAMES = tuple(column.name for column in ARTIFACT_COLUMNS)


def artifact_record(row: Row) -> ArtifactRecord:
    """An artifact from a row of `ARTIFACT_COLUMNS`."""
    return ArtifactRecord(**named(ARTIFACT_NAMES, row))
