"""Many deadlines, one timer."""

from tabyard.hub.deadlines import Deadlines
from tabyard.testing import VirtualClock
from tabyard_protocol.ids import CallId

A, B, C = CallId("a"), CallId("b"), CallId("c")


def kept(clock: VirtualClock) -> tuple[Deadlines, list[tuple[str, float]]]:
    """Deadlines, and which calls were over when."""
    over: list[tuple[str, float]] = []
    deadlines = Deadlines(clock, lambda call: over.append((call, clock.monotonic_s())), slack_s=0.5)
    return deadlines, over


def test_each_call_is_over_at_its_time_whatever_the_order() -> None:
    clock = VirtualClock()
    deadlines, over = kept(clock)
    deadlines.add(A, 10)
    deadlines.add(B, 5)
    deadlines.add(C, 7)
    clock.advance(20)
    assert over == [(B, 5), (C, 7), (A, 10)]


def test_a_call_that_has_ended_is_never_over_and_moves_no_timer() -> None:
    clock = VirtualClock()
    deadlines, over = kept(clock)
    for at in range(100):
        deadlines.add(A, 60 + at)
        assert clock.pending == 1
        deadlines.drop(A)
        clock.advance(0.01)
    deadlines.add(B, 61)
    clock.advance(100)
    assert over == [(B, 61)]
    assert clock.pending == 0


def test_a_process_that_stood_still_listens_before_it_gives_up() -> None:
    clock = VirtualClock()
    deadlines, over = kept(clock)
    deadlines.add(A, 10)
    deadlines.add(B, 11)
    clock.stand_still(30)
    assert over == []
    deadlines.drop(A)
    clock.advance(2)
    assert over == [(B, 32)]


def test_what_is_cleared_is_forgotten() -> None:
    clock = VirtualClock()
    deadlines, over = kept(clock)
    deadlines.add(A, 10)
    deadlines.clear()
    assert clock.pending == 0
    clock.advance(20)
    assert over == []
