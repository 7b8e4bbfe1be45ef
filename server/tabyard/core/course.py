"""The course of one task: which command runs next, how each ends, and how the task ends."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

from tabyard.core.lifecycle import COMMAND_NEXT, TASK_NEXT, step
from tabyard.core.records import Fault, Outcome, TaskFault, TaskRecord, command_id
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import CommandId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

__all__ = ["CANCELLED", "Course", "Finish"]

CANCELLED: Final = TaskFault(ToolErrorCode.CANCELLED.value, "The task was cancelled")
"""What is said about a task that its caller gave up."""


# A named tuple: one is made per task, and a frozen dataclass takes three times as long.
class Finish(NamedTuple):
    """The end of a task: the record as it is now, and the outcomes not known to be stored."""

    record: TaskRecord
    unsaved: tuple[Outcome, ...]


@dataclass(slots=True)
class Course:
    """One task on its way. Commands end in order; the first that fails ends the task."""

    record: TaskRecord
    outcomes: list[Outcome]
    last_started: int
    index: int
    """Of the command that runs, or is next; the number of commands when all have ended."""
    command_id: CommandId
    """Of the command at `index`."""
    status: CommandStatus = CommandStatus.PENDING
    """Of the command at `index`."""
    started_at_ms: int | None = None
    unsaved: list[Outcome] = field(default_factory=list[Outcome])
    """Outcomes that nobody is about to store."""
    in_flight: dict[int, Outcome] = field(default_factory=dict[int, Outcome])
    """By their index, those of which it is not known yet whether they are stored."""

    @classmethod
    def of(cls, record: TaskRecord) -> Self:
        """The course from where the stored outcomes of `record` leave off."""
        stored = record.outcomes
        index = next((at for at, one in enumerate(stored) if one.index != at), len(stored))
        return cls(
            record,
            list(stored[:index]),
            record.current_index,
            index,
            command_id(record.id, index),
        )

    @property
    def is_over(self) -> bool:
        """Whether all commands have ended."""
        return self.index >= len(self.record.commands)

    @property
    def earliest_start_ms(self) -> int | None:
        """When the command at `index` can have started at the earliest."""
        return self.outcomes[-1].completed_at_ms if self.outcomes else self.record.started_at_ms

    def start(self, at_ms: int | None) -> None:
        """The command at `index` starts, or started at a time that nobody remembers."""
        self.status = step(COMMAND_NEXT, self.status, CommandStatus.RUNNING)
        self.started_at_ms = at_ms
        self.last_started = self.index

    def succeed(self, result: JsonObject, at_ms: int) -> Outcome:
        """The command that runs has ended well; the next one is up."""
        return self._end(CommandStatus.SUCCESS, at_ms, result=result)

    def take_unsaved(self) -> tuple[Outcome, ...]:
        """The outcomes that are to be stored now; for each `saved` or `give_back` follows."""
        taken = tuple(self.unsaved)
        self.unsaved.clear()
        for outcome in taken:
            self.in_flight[outcome.index] = outcome
        return taken

    def saved(self, outcome: Outcome) -> None:
        """`outcome` is stored."""
        self.in_flight.pop(outcome.index, None)

    def give_back(self, outcome: Outcome) -> None:
        """The store could not take `outcome`: it goes along with the next write."""
        self.in_flight.pop(outcome.index, None)
        self.unsaved.append(outcome)
        self.unsaved.sort(key=lambda one: one.index)

    def complete(self, at_ms: int) -> Finish:
        """All commands have ended well."""
        return self._finish(TaskStatus.COMPLETED, None, at_ms)

    def fail(self, fault: Fault, at_ms: int) -> Finish:
        """The command that runs has failed, and with it the task."""
        error = TaskFault(fault.code, fault.message, self.command_id)
        self._end(CommandStatus.ERROR, at_ms, error=fault)
        return self._finish(TaskStatus.FAILED, error, at_ms)

    def cancel(self, at_ms: int) -> Finish:
        """The caller wants no more of it."""
        return self._finish(TaskStatus.CANCELLED, CANCELLED, at_ms)

    def _end(
        self,
        status: CommandStatus,
        at_ms: int | None,
        *,
        result: JsonObject | None = None,
        error: Fault | None = None,
    ) -> Outcome:
        step(COMMAND_NEXT, self.status, status)
        outcome = Outcome(self.index, status, self.started_at_ms, at_ms, result, error)
        self.outcomes.append(outcome)
        self.unsaved.append(outcome)
        self.index += 1
        self.command_id = command_id(self.record.id, self.index)
        self.status = CommandStatus.PENDING
        self.started_at_ms = None
        return outcome

    def _finish(self, status: TaskStatus, error: TaskFault | None, at_ms: int) -> Finish:
        while not self.is_over:
            ran = self.status is CommandStatus.RUNNING
            self._end(CommandStatus.SKIPPED, at_ms if ran else None)
        record = self.record._replace(
            status=step(TASK_NEXT, self.record.status, status),
            current_index=self.last_started,
            completed_at_ms=at_ms,
            error=error,
            outcomes=tuple(self.outcomes),
        )
        # What is on its way goes along once more: should it not arrive, its task has ended by then.
        unsaved = (*self.in_flight.values(), *self.unsaved) if self.in_flight else self.unsaved
        return Finish(record, tuple(unsaved))
