"""How fast a peer may talk unasked."""

from tabyard.core.pace import Pace


def test_each_second_counts_for_itself() -> None:
    pace = Pace(2)
    assert [pace.step(now_s) for now_s in (7.0, 7.4, 7.9, 8.0, 8.1, 8.2)] == [
        False, False, True, False, False, True,
    ]  # fmt: skip


def test_zero_is_no_limit() -> None:
    pace = Pace(0)
    assert not any(pace.step(7.0) for _ in range(100))
