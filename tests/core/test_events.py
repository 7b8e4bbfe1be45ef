"""Events as the vocabulary describes them."""

from tabyard.core.course import Course
from tabyard.core.events import complete_fields, progress_fields
from tabyard.core.records import Command, Fault, TaskRecord
from tabyard_protocol.events import EVENT, TaskComplete, TaskProgress
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

TASK = TaskRecord(
    id=TaskId("t1"),
    instance_id=InstanceId("i1"),
    seq=1,
    name="t",
    intention="",
    commands=(Command("browser_tab", "look", {}), Command("sleep", "wait", {})),
    metadata={"a": 1},
    status=TaskStatus.RUNNING,
    created_at_ms=0,
    started_at_ms=5,
)
COMMON = {"taskId": "t1", "instanceId": "i1", "timestamp": 1, "offset": 1, "instanceOffset": 1}


def test_progress_says_where_the_task_is() -> None:
    fields = progress_fields(
        TASK, 1, CommandStatus.ERROR, error=Fault("SCRIPT_ERROR", "boom", {"line": 3})
    )
    event = EVENT.validate_python({"type": "task_progress", **COMMON, **fields})
    assert isinstance(event, TaskProgress)
    assert (event.command_id, event.tool_name, event.intention) == ("t1_cmd_1", "sleep", "wait")
    assert event.error is not None
    assert event.error.details == {"line": 3}
    assert "result" not in fields


def test_the_end_of_a_failed_task_names_the_culprit() -> None:
    course = Course.of(TASK)
    course.start(6)
    course.succeed({"content": []}, 7)
    course.start(8)
    record = course.fail(Fault("SCRIPT_ERROR", "boom"), 9).record
    event = EVENT.validate_python({"type": "task_complete", **COMMON, **complete_fields(record)})
    assert isinstance(event, TaskComplete)
    assert event.summary.duration == 4
    assert (event.summary.successful_commands, event.summary.failed_command_index) == (1, 1)
    assert event.error is not None
    assert event.error.command_id == "t1_cmd_1"
    assert [one.status.value for one in event.results] == ["success", "error"]
    assert event.metadata == {"a": 1}


def test_a_task_that_went_well_has_no_error() -> None:
    course = Course.of(TASK)
    for _ in TASK.commands:
        course.start(6)
        course.succeed({"content": []}, 7)
    fields = complete_fields(course.complete(8).record)
    assert "error" not in fields
    assert fields["summary"] == {"totalCommands": 2, "successfulCommands": 2, "duration": 3}


def test_a_clock_that_was_set_back_gives_no_negative_duration() -> None:
    fields = complete_fields(Course.of(TASK).cancel(1).record)
    assert fields["summary"]["duration"] == 0
