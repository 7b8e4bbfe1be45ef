"""Revisions are compared by their place, and a peer that names none speaks the oldest."""

from tabyard_protocol.version import CURRENT, REVISIONS, is_known


def test_known_revisions_are_served_and_others_are_not() -> None:
    assert is_known(CURRENT)
    assert is_known(None)
    assert not is_known(REVISIONS[-1] + 1)
    assert list(REVISIONS) == sorted(set(REVISIONS))
