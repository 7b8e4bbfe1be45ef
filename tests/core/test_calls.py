"""Which answer belongs to which call, whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from tabyard.core.calls import Call, Calls, Settled, call_id, command_of
from tabyard_protocol.ids import CallId, CommandId, TaskId


def call(number: int, deadline_s: float = 1.0) -> Call:
    return Call(CallId(f"c{number}#1"), TaskId("t1"), deadline_s)


def test_an_id_names_command_and_epoch() -> None:
    made = call_id(CommandId("t_1_cmd_0"), 7)
    assert (made, command_of(made)) == ("t_1_cmd_0#7", "t_1_cmd_0")


def test_a_call_is_answered_once() -> None:
    calls = Calls()
    calls.open(call(1))
    assert calls.settle(call(1).id) is Settled.ANSWER
    assert calls.settle(call(1).id) is Settled.LATE


def test_the_answer_to_a_call_that_was_given_up_is_only_a_confirmation() -> None:
    calls = Calls()
    calls.open(call(1))
    assert calls.give_up(call(1).id)
    assert calls.settle(call(1).id) is Settled.CONFIRMATION
    assert calls.settle(call(1).id) is Settled.LATE


def test_what_was_not_asked_for_can_not_be_given_up() -> None:
    assert not Calls().give_up(call(1).id)


def test_a_forgotten_call_is_late() -> None:
    calls = Calls()
    calls.open(call(1))
    calls.give_up(call(1).id)
    calls.forget(call(1).id)
    assert calls.settle(call(1).id) is Settled.LATE


def test_overdue_calls_come_in_the_order_of_their_deadlines() -> None:
    calls = Calls()
    for one in (call(1, 3.0), call(2, 1.0), call(3, 2.0)):
        calls.open(one)
    calls.settle(call(3).id)
    assert [one.id for one in calls.overdue(3.0)] == ["c2#1", "c1#1"]
    assert calls.overdue(0.5) == ()


@given(
    st.lists(st.tuples(st.sampled_from(["open", "settle", "give_up", "forget"]), st.integers(0, 3)))
)
def test_no_order_of_events_answers_a_call_twice(steps: list[tuple[str, int]]) -> None:
    calls = Calls()
    opened: set[int] = set()
    answered: set[int] = set()
    for verb, number in steps:
        one = call(number)
        if verb == "open" and number not in opened:
            opened.add(number)
            calls.open(one)
        elif verb == "give_up":
            calls.give_up(one.id)
        elif verb == "forget":
            calls.forget(one.id)
        elif verb == "settle" and calls.settle(one.id) is Settled.ANSWER:
            assert number in opened
            assert number not in answered
            answered.add(number)
