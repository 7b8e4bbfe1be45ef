"""What becomes of the running task after a hello: every combination of what both sides remember."""

from itertools import product
from typing import Any

import pytest

from tabyard.core.records import Command, Outcome, TaskRecord
from tabyard.core.recovery import (
    LOST,
    MOST_AHEAD,
    Continue,
    Fail,
    HubTrace,
    Idle,
    Recovery,
    Requeue,
    Resume,
    ResumeOnHub,
    decide,
    last_sent,
)
from tabyard_protocol.ids import CallId, InstanceId, TaskId
from tabyard_protocol.link import Answered, Hello, RunningCall, ToolFault
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

READ, ACT = Command("read", "", {}), Command("act", "", {})
LAUNCH = Command("launch", "", {})
"""The hub does it."""


def task(*commands: Command, done: int = 0) -> TaskRecord:
    return TaskRecord(
        id=TaskId("t1"),
        instance_id=InstanceId("i1"),
        seq=1,
        name="t",
        intention="",
        commands=commands,
        status=TaskStatus.RUNNING,
        created_at_ms=0,
        epoch=2,
        outcomes=tuple(Outcome(at, CommandStatus.SUCCESS, 0, 0, {}) for at in range(done)),
    )


def hello(**fields: Any) -> Hello:
    return Hello(instance_id="i1", **fields)


def verdict(
    running: TaskRecord | None,
    said: Hello,
    *,
    remembered: bool = False,
    trace: HubTrace = HubTrace.SENT,
) -> Recovery:
    return decide(
        running,
        said,
        remembered=remembered,
        trace=lambda _: trace,
        retry_safe=lambda command: command is READ,
        on_hub=lambda command: command is LAUNCH,
    )


def test_without_a_running_task_everything_said_is_of_no_use() -> None:
    said = hello(running=RunningCall(id="x#1"), outbox=(Answered(id="y#1", result={}),))
    assert verdict(None, said) == Recovery((), Idle(), CallId("x#1"), ("y#1",))


def test_a_finished_answer_is_adopted() -> None:
    answer = Answered(id="t1_cmd_1#2", result={"ok": 1})
    said = hello(outbox=(Answered(id="t1_cmd_0#2", result={}), answer))
    found = verdict(task(ACT, ACT, done=1), said)
    assert found == Recovery((answer,), Continue(), None, ("t1_cmd_0#2",))


def test_the_answer_of_the_newest_epoch_counts() -> None:
    old, new = (
        Answered(id="t1_cmd_0#9", result={"n": 1}),
        Answered(id="t1_cmd_0#10", result={"n": 2}),
    )
    found = verdict(task(READ), hello(outbox=(new, old)))
    assert found == Recovery((new,), Continue(), None, (old.id,))


def test_an_id_of_nobodys_making_is_no_answer() -> None:
    said = hello(
        outbox=(Answered(id="t1_cmd_0", result={"n": 1}), Answered(id="#", result={"n": 1}))
    )
    assert verdict(task(ACT), said).verdict == Fail(LOST)


def test_an_answer_with_a_strange_epoch_is_still_an_answer() -> None:
    answer = Answered(id="t1_cmd_0#x", result={"n": 1})
    assert verdict(task(ACT), hello(outbox=(answer,))).adopted == (answer,)


def test_an_interrupted_call_fails_unless_it_may_be_repeated() -> None:
    interrupted = Answered(id="t1_cmd_0#2", error=ToolFault(code=LOST.code, message="stopped"))
    said = hello(outbox=(interrupted,), memory="m2")
    assert verdict(task(ACT), said).adopted == (interrupted,)
    assert verdict(task(READ), said) == Recovery((), Requeue(), None, (interrupted.id,))


def test_an_interruption_of_a_command_whose_answer_is_stored_is_of_no_use() -> None:
    lost = ToolFault(code=LOST.code, message="stopped")
    stored = Answered(id="t1_cmd_0#2", error=lost)
    answer = Answered(id="t1_cmd_1#2", result={})
    found = verdict(task(ACT, ACT, done=1), hello(outbox=(stored, answer)))
    assert found == Recovery((answer,), Continue(), None, (stored.id,))
    assert verdict(None, hello(outbox=(stored,))) == Recovery((), Idle(), None, (stored.id,))


def test_a_call_at_work_is_waited_for_under_its_own_id() -> None:
    said = hello(running=RunningCall(id="t1_cmd_0#1"), memory="m1")
    assert verdict(task(ACT), said) == Recovery((), Resume(CallId("t1_cmd_0#1")), None, ())


def test_an_answer_outweighs_a_second_call_of_the_same_command() -> None:
    answer = Answered(id="t1_cmd_0#1", result={"n": 1})
    said = hello(running=RunningCall(id="t1_cmd_0#2"), outbox=(answer,))
    assert verdict(task(READ), said) == Recovery((answer,), Continue(), CallId("t1_cmd_0#2"), ())


def test_behind_a_call_of_another_task_the_current_one_may_hide() -> None:
    said = hello(running=RunningCall(id="t0_cmd_0#1"), memory="m1")
    assert verdict(task(ACT), said).verdict == Fail(LOST)


def test_a_call_of_another_task_has_to_stop() -> None:
    found = verdict(task(READ), hello(running=RunningCall(id="t0_cmd_0#1")))
    assert (found.verdict, found.stop) == (Requeue(), "t0_cmd_0#1")


def test_a_task_whose_commands_have_all_ended_only_has_to_be_closed() -> None:
    assert verdict(task(ACT, done=1), hello()).verdict == Continue()


def test_a_command_of_the_hub_goes_on_there() -> None:
    assert verdict(task(ACT), hello(), trace=HubTrace.ON_HUB).verdict == ResumeOnHub()


@pytest.mark.parametrize(
    ("trace", "command", "remembered"),
    list(
        product(
            (HubTrace.NONE, HubTrace.SENT, HubTrace.NEVER_SENT),
            (READ, ACT),
            (True, False),
        )
    ),
)
def test_an_unknown_call_runs_again_only_when_that_is_harmless(
    trace: HubTrace, command: Command, *, remembered: bool
) -> None:
    found = verdict(task(command), hello(), remembered=remembered, trace=trace).verdict
    if trace is HubTrace.NEVER_SENT:
        assert found == Continue()
    elif command is READ or remembered:
        assert found == Requeue()
    else:
        assert found == Fail(LOST)


ANSWERS = tuple(Answered(id=f"t1_cmd_{at}#2", result={"n": at}) for at in range(4))


def test_answers_of_commands_that_were_sent_ahead_are_adopted_with_those_before_them() -> None:
    found = verdict(task(ACT, ACT, ACT, ACT, done=1), hello(outbox=ANSWERS[1:]))
    assert found == Recovery(ANSWERS[1:], Continue(), None, ())


def test_a_call_that_was_sent_ahead_is_waited_for_once_those_before_it_are_adopted() -> None:
    said = hello(running=RunningCall(id="t1_cmd_2#2"), outbox=ANSWERS[:2])
    found = verdict(task(ACT, ACT, ACT), said)
    assert found == Recovery(ANSWERS[:2], Resume(CallId("t1_cmd_2#2")), None, ())


def test_behind_an_error_nothing_was_sent() -> None:
    fault = ToolFault(code="NOT_FOUND", message="no such element")
    failed = Answered(id="t1_cmd_0#2", error=fault)
    found = verdict(task(ACT, ACT), hello(outbox=(failed, ANSWERS[1])))
    assert found == Recovery((failed,), Continue(), None, (ANSWERS[1].id,))


@pytest.mark.parametrize(
    ("trace", "command", "before", "remembered"),
    list(
        product(
            (HubTrace.NONE, HubTrace.SENT, HubTrace.NEVER_SENT),
            (READ, ACT),
            (READ, ACT),
            (True, False),
        )
    ),
)
def test_behind_adopted_answers_an_unknown_call_runs_only_when_it_can_not_have_run(
    trace: HubTrace, command: Command, before: Command, *, remembered: bool
) -> None:
    said = hello(outbox=ANSWERS[:2])
    found = verdict(task(before, ACT, command), said, remembered=remembered, trace=trace)
    assert found.adopted == ANSWERS[:2]
    waited = before is READ and trace is HubTrace.NONE
    never = trace is HubTrace.NEVER_SENT
    if command is READ or remembered or waited or never:
        assert found.verdict == Continue()
    else:
        assert found.verdict == Fail(LOST)


@pytest.mark.parametrize("remembered", [True, False])
def test_what_the_hub_itself_was_at_is_not_done_again_because_no_browser_knows_of_it(
    *, remembered: bool
) -> None:
    found = verdict(task(LAUNCH), hello(), remembered=remembered, trace=HubTrace.NONE)
    assert found.verdict == Fail(LOST)
    behind = verdict(task(ACT, LAUNCH), hello(outbox=ANSWERS[:1]), remembered=remembered)
    assert behind.verdict == Fail(LOST)


@pytest.mark.parametrize(
    ("said", "reaches"),
    [
        (hello(outbox=ANSWERS[:2]), 3),
        (hello(running=RunningCall(id="t1_cmd_1#2"), outbox=ANSWERS[:1]), 1),
        (hello(outbox=ANSWERS[:4]), 3),
        (hello(memory="m1"), 0),
    ],
)
def test_what_may_have_been_sent_is_known_before_anything_comes_of_it(
    said: Hello, reaches: int
) -> None:
    running = task(ACT, ACT, ACT, ACT)
    remembered = said.memory is not None
    found = verdict(running, said, remembered=remembered, trace=HubTrace.NONE)
    assert last_sent(found, running) == reaches


@pytest.mark.proves("durability:at_most_once")
@pytest.mark.parametrize(
    ("commands", "sent", "told"),
    [
        ((ACT, ACT, ACT), 1, ["t1_cmd_1"]),
        ((ACT, ACT, ACT), None, ["t1_cmd_1", "t1_cmd_2"]),
        ((ACT, READ, ACT), None, []),
        ((ACT, LAUNCH, ACT), None, []),
        ((ACT, ACT), 0, []),
        ((ACT,) * 30, None, [f"t1_cmd_{at}" for at in range(1, 1 + MOST_AHEAD)]),
    ],
)
def test_a_lost_command_tells_what_can_have_begun_behind_it(
    commands: tuple[Command, ...], sent: int | None, told: list[str]
) -> None:
    """`sent`: the last one, as far as the hub knows."""

    def trace(at: int) -> HubTrace:
        known = HubTrace.SENT if sent is not None and at <= sent else HubTrace.NEVER_SENT
        return HubTrace.NONE if sent is None else known

    found = decide(
        task(*commands),
        hello(),
        remembered=False,
        trace=trace,
        retry_safe=lambda command: command is READ,
        on_hub=lambda command: command is LAUNCH,
    ).verdict
    assert isinstance(found, Fail)
    assert (found.fault.details or {}).get("mayHaveBegun", []) == told
    assert (found.fault == LOST) == (not told)


@pytest.mark.proves("durability:at_most_once")
def test_a_call_at_work_outweighs_that_an_earlier_one_never_began() -> None:
    refused = ToolFault(code="CANCELLED", message="not begun", details={"begun": False})
    said = hello(
        running=RunningCall(id="t1_cmd_0#2"), outbox=(Answered(id="t1_cmd_0#1", error=refused),)
    )
    assert verdict(task(ACT), said).verdict == Resume(CallId("t1_cmd_0#2"))
    alone = hello(outbox=(Answered(id="t1_cmd_0#1", error=refused),))
    assert verdict(task(ACT), alone) == Recovery((), Continue(), None, ("t1_cmd_0#1",))


def test_behind_a_failure_nothing_is_resumed() -> None:
    failed = Answered(id="t1_cmd_0#1", error=ToolFault(code="INTERNAL", message="no"))
    said = hello(running=RunningCall(id="t1_cmd_1#1"), outbox=(failed,))
    assert verdict(task(ACT, ACT), said) == Recovery(
        (failed,), Continue(), CallId("t1_cmd_1#1"), ()
    )


def test_behind_a_lost_command_no_more_can_have_been_sent_than_it_names() -> None:
    found = verdict(task(ACT, ACT, READ, ACT), hello())
    assert isinstance(found.verdict, Fail)
    assert last_sent(found, task(ACT, ACT, READ, ACT)) == 1
