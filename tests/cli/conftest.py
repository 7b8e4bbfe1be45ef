"""Somewhere to type commands, and a hub to type them at."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.cli.processes import PATIENCE_S, HubProcess, Terminal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longer than the processes are waited for, so that a test can say what it has waited for."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(2 * PATIENCE_S))


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """An empty home."""
    return Terminal(tmp_path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[HubProcess]:
    """A hub for all tests of a file, in memory; it forgets browsers as soon as they leave."""
    terminal = Terminal(tmp_path_factory.mktemp("hub"))
    async with terminal.serving(TABYARD_STORE="memory", TABYARD_GRACE_S="0") as running:
        yield running
