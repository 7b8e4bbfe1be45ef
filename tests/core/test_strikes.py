"""Patience: so many within a while."""

from tabyard.core.strikes import Strikes


def test_the_third_within_a_minute_is_one_too_many() -> None:
    strikes = Strikes(limit=3, window_s=60)
    assert [strikes.strike(at_s) for at_s in (0, 1, 2)] == [False, False, True]


def test_old_ones_are_forgiven() -> None:
    strikes = Strikes(limit=3, window_s=60)
    assert [strikes.strike(at_s) for at_s in (0, 50, 60, 111, 112)] == [False] * 4 + [True]
