"""The course of a task: order, the first failure, cancel, and what is still to be stored."""

import pytest

from tabyard.core.course import CANCELLED, Course
from tabyard.core.lifecycle import IllegalTransition
from tabyard.core.records import Command, Fault, Outcome, TaskFault, TaskRecord
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

RUNNING, QUEUED = TaskStatus.RUNNING, TaskStatus.QUEUED


def course(commands: int, *, done: int = 0, status: TaskStatus = RUNNING) -> Course:
    return Course.of(
        TaskRecord(
            id=TaskId("t1"),
            instance_id=InstanceId("i1"),
            seq=1,
            name="t",
            intention="",
            commands=tuple(Command("act", "", {}) for _ in range(commands)),
            status=status,
            created_at_ms=0,
            started_at_ms=5,
            outcomes=tuple(Outcome(at, CommandStatus.SUCCESS, 0, 0, {}) for at in range(done)),
        )
    )


def test_commands_end_one_after_the_other() -> None:
    one = course(2)
    one.start(10)
    first = one.succeed({"a": 1}, 11)
    assert first == Outcome(0, CommandStatus.SUCCESS, 10, 11, {"a": 1})
    assert (one.index, one.command_id, one.is_over) == (1, "t1_cmd_1", False)
    assert one.take_unsaved() == (first,)
    one.saved(first)
    one.start(12)
    last = one.succeed({}, 13)
    finish = one.complete(14)
    assert finish.unsaved == (last,)
    assert finish.record.status is TaskStatus.COMPLETED
    assert (finish.record.completed_at_ms, finish.record.current_index) == (14, 1)
    assert finish.record.outcomes == (first, last)


def test_it_goes_on_after_the_stored_outcomes() -> None:
    one = course(3, done=2)
    assert (one.index, one.command_id) == (2, "t1_cmd_2")


def test_a_command_starts_when_the_one_before_it_ends() -> None:
    one = course(2)
    assert one.earliest_start_ms == 5
    one.start(10)
    one.succeed({}, 11)
    assert one.earliest_start_ms == 11


def test_the_first_failure_skips_the_rest() -> None:
    one = course(3)
    one.start(10)
    finish = one.fail(Fault("NO_HISTORY", "nothing"), 11)
    assert finish.record.error == TaskFault("NO_HISTORY", "nothing", one.record.id + "_cmd_0")  # pyright: ignore[reportArgumentType]
    assert [one.status for one in finish.record.outcomes] == [
        CommandStatus.ERROR,
        CommandStatus.SKIPPED,
        CommandStatus.SKIPPED,
    ]
    assert finish.record.outcomes[1] == Outcome(1, CommandStatus.SKIPPED, None, None)


def test_a_cancel_skips_the_running_command_too() -> None:
    one = course(2)
    one.start(10)
    finish = one.cancel(12)
    assert finish.record.status is TaskStatus.CANCELLED
    assert finish.record.error == CANCELLED
    assert finish.record.outcomes == (
        Outcome(0, CommandStatus.SKIPPED, 10, 12),
        Outcome(1, CommandStatus.SKIPPED, None, None),
    )


def test_a_queued_task_is_cancelled_without_having_started() -> None:
    finish = course(1, status=QUEUED).cancel(12)
    assert finish.record.outcomes == (Outcome(0, CommandStatus.SKIPPED, None, None),)
    assert finish.record.current_index == 0


def test_what_the_store_refused_goes_along_with_the_next_write() -> None:
    one = course(3)
    one.start(1)
    first = one.succeed({}, 2)
    one.start(3)
    second = one.succeed({}, 4)
    assert one.take_unsaved() == (first, second)
    one.give_back(second)
    one.give_back(first)
    assert one.take_unsaved() == (first, second)


def test_what_is_not_known_to_be_stored_goes_along_with_the_end() -> None:
    one = course(3)
    outcomes: list[Outcome] = []
    for at in range(3):
        one.start(at)
        outcomes.append(one.succeed({}, at))
        one.take_unsaved()
    one.saved(outcomes[1])
    one.give_back(outcomes[2])
    assert one.complete(4).unsaved == (outcomes[0], outcomes[2])


@pytest.mark.parametrize("status", [TaskStatus.COMPLETED, TaskStatus.FAILED])
def test_what_has_ended_can_not_end_again(status: TaskStatus) -> None:
    with pytest.raises(IllegalTransition):
        course(1, status=status).cancel(1)


def test_a_command_can_not_end_before_it_starts() -> None:
    with pytest.raises(IllegalTransition):
        course(1).succeed({}, 1)
