"""Events as they leave the hub: built once, encoded once, whoever reads them."""

from collections.abc import Iterable
from typing import NamedTuple

from tabyard.core.records import Fault, Outcome, TaskFault, TaskRecord, command_id
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import CommandStatus

__all__ = [
    "EncodedEvent",
    "complete_fields",
    "error_fields",
    "progress_fields",
    "task_error_fields",
]


# A named tuple: several are made per command, and a frozen dataclass takes three times as long.
class EncodedEvent(NamedTuple):
    """One event, ready to be sent. `seq` orders all events of this hub process."""

    seq: int
    type: str
    task_id: TaskId | None
    instance_id: InstanceId
    offset: int
    instance_offset: int
    text: str


def error_fields(fault: Fault | None) -> JsonObject | None:
    """A command's error as events show it."""
    if fault is None:
        return None
    fields: JsonObject = {"code": fault.code, "message": fault.message}
    if fault.details is not None:
        fields["details"] = fault.details
    return fields


def task_error_fields(error: TaskFault | None) -> JsonObject | None:
    """A task's error as events show it."""
    if error is None:
        return None
    fields: JsonObject = {"code": error.code, "message": error.message}
    if error.command_id is not None:
        fields["commandId"] = error.command_id
    return fields


def progress_fields(
    task: TaskRecord,
    index: int,
    status: CommandStatus,
    *,
    result: JsonObject | None = None,
    error: Fault | None = None,
) -> JsonObject:
    """`task_progress`: command `index` of `task` has started or ended."""
    command = task.commands[index]
    # `_value_` is what lies behind an enum's `value`, which is a call each time; so here and below.
    fields: JsonObject = {
        "commandId": command_id(task.id, index),
        "commandIndex": index,
        "totalCommands": len(task.commands),
        "status": status._value_,
        "tool_name": command.tool_name,
        "intention": command.intention,
    }
    if result is not None:
        fields["result"] = result
    if error is not None:
        fields["error"] = error_fields(error)
    return fields


def complete_fields(task: TaskRecord) -> JsonObject:
    """`task_complete`: how `task`, which has ended, went."""
    failed = _first(task.outcomes, CommandStatus.ERROR)
    started_ms, ended_ms = task.started_at_ms, task.completed_at_ms
    successes = sum(one.status is CommandStatus.SUCCESS for one in task.outcomes)
    summary: JsonObject = {
        "totalCommands": len(task.commands),
        "successfulCommands": successes,
        "duration": 0 if started_ms is None or ended_ms is None else max(0, ended_ms - started_ms),
    }
    if failed is not None:
        summary["failedCommandIndex"] = failed
    fields: JsonObject = {
        "status": task.status._value_,
        "summary": summary,
        "results": [_outcome_fields(task.id, one) for one in task.outcomes],
    }
    if task.error is not None:
        fields["error"] = task_error_fields(task.error)
    if task.metadata is not None:
        fields["metadata"] = task.metadata
    return fields


def _outcome_fields(task: TaskId, outcome: Outcome) -> JsonObject:
    fields: JsonObject = {
        "commandId": command_id(task, outcome.index),
        "status": outcome.status._value_,
    }
    if outcome.result is not None:
        fields["result"] = outcome.result
    if outcome.error is not None:
        fields["error"] = error_fields(outcome.error)
    return fields


def _first(outcomes: Iterable[Outcome], status: CommandStatus) -> int | None:
    return next((one.index for one in outcomes if one.status is status), None)
