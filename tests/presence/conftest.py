"""A person's browser at a hub behind doors that can be shut, with a page that counts."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.browser.origins import Site, serving
from tests.chaos.hubs import foundry
from tests.presence.home import Home, at_home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a Chromium; hubs and browsers that are killed close nothing."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))


@pytest.fixture(autouse=True)
def nothing_is_left_for_others() -> Iterator[None]:
    """Collect it before the next test is blamed."""
    yield
    gc.collect()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    tmp_path_factory: pytest.TempPathFactory, chromium: Path, extension_dist: Path
) -> AsyncIterator[Home]:
    """One for the tests of a file, paired and connected."""
    folder = tmp_path_factory.mktemp("home")
    async with foundry() as made, at_home(folder, made, chromium, extension_dist) as home:
        yield home


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def settled(home: Home) -> None:
    """Each test finds it connected, also after one that failed half-way."""
    await home.settle()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site
