"""The contract suite runs over every place where a store can live."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tabyard.storage import SqliteStore, open_store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "tabyard.sqlite"


@pytest.fixture(params=["file", "memory"])
async def store(request: pytest.FixtureRequest, database: Path) -> AsyncGenerator[SqliteStore]:
    """An empty store; each test that asks for it runs once per place."""
    async with open_store(database if request.param == "file" else ":memory:") as opened:
        yield opened
