"""Participants die here in the middle of what they do: sockets they leave behind are no news."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that is crashed while it connects closes nothing."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))


@pytest.fixture(autouse=True)
def nothing_is_left_for_others() -> Iterator[None]:
    """Collect it before the next test is blamed."""
    yield
    gc.collect()
