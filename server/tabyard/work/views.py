"""Stored tasks as callers see them."""

from dataclasses import dataclass
from typing import Protocol

from tabyard.core.records import Fault, Outcome, TaskRecord, command_id
from tabyard.work.ports import TaskRow
from tabyard_protocol.resources.task import (
    CommandError,
    CommandStatus,
    CommandView,
    TaskError,
    TaskStatus,
    TaskSummary,
    TaskView,
)

__all__ = ["Live", "summarize", "view_task"]


@dataclass(frozen=True, slots=True)
class Live:
    """What is going on with a running task, which the store does not know yet."""

    index: int
    """Of the last started command."""
    running: bool
    """Whether that command is at work."""
    started_at_ms: int | None


class Clockwork(Protocol):
    """Tells what a running task is at."""

    def __call__(self, task: TaskRecord) -> Live | None: ...


def view_task(task: TaskRecord, live: Live | None) -> TaskView:
    """The whole task."""
    return TaskView(
        id=task.id,
        instance_id=task.instance_id,
        name=task.name,
        intention=task.intention,
        status=task.status,
        current_command_index=live.index if live else task.current_index,
        created_at=task.created_at_ms,
        started_at=task.started_at_ms,
        completed_at=task.completed_at_ms,
        metadata=task.metadata,
        error=_task_error(task),
        commands=tuple(_commands(task, live)),
    )


def summarize(row: TaskRow, live: Live | None) -> TaskSummary:
    """One row of a list."""
    error = None
    if row.error_code is not None:
        error = TaskError(
            code=row.error_code,
            message=row.error_message or "",
            command_id=row.error_command_id,
        )
    return TaskSummary(
        id=row.id,
        instance_id=row.instance_id,
        name=row.name,
        intention=row.intention,
        status=row.status,
        command_count=row.command_count,
        total_commands=row.command_count,
        current_command_index=live.index if live else row.current_index,
        created_at=row.created_at_ms,
        started_at=row.started_at_ms,
        completed_at=row.completed_at_ms,
        error=error,
    )


def _task_error(task: TaskRecord) -> TaskError | None:
    """Only a failed task has an error; that one was cancelled, its status says."""
    error = task.error
    if error is None or task.status is not TaskStatus.FAILED:
        return None
    return TaskError(code=error.code, message=error.message, command_id=error.command_id)


def _commands(task: TaskRecord, live: Live | None) -> list[CommandView]:
    outcomes = {outcome.index: outcome for outcome in task.outcomes}
    views: list[CommandView] = []
    for index, command in enumerate(task.commands):
        outcome = outcomes.get(index) or _unfinished(index, live)
        views.append(
            CommandView(
                id=command_id(task.id, index),
                tool_name=command.tool_name,
                intention=command.intention,
                args=command.args,
                status=outcome.status,
                started_at=outcome.started_at_ms,
                completed_at=outcome.completed_at_ms,
                result=outcome.result,
                error=_command_error(outcome.error),
            )
        )
    return views


def _unfinished(index: int, live: Live | None) -> Outcome:
    at_work = live is not None and live.running and live.index == index
    status = CommandStatus.RUNNING if at_work else CommandStatus.PENDING
    return Outcome(index, status, live.started_at_ms if at_work and live else None, None)


def _command_error(fault: Fault | None) -> CommandError | None:
    if fault is None:
        return None
    return CommandError(code=fault.code, message=fault.message, details=fault.details)
