"""One hub with one real Chromium for all tests here; each works in a tab of its own."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.browser.driver import Failed, Hub, Page, running_hub
from tests.browser.origins import Site, serving

NUMBERS = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives the browser, and waits for it in real time."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def hub(
    tmp_path_factory: pytest.TempPathFactory, chromium: Path, extension_dist: Path
) -> Iterator[Hub]:
    """A hub in a process of its own, with a launched Chromium."""
    assert chromium.is_file()
    assert extension_dist.is_dir()
    with running_hub(tmp_path_factory.mktemp("pages")) as hub:
        yield hub


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Pages on two origins."""
    with serving() as site:
        yield site


@pytest.fixture
def page(hub: Hub, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A session of its own; its tabs are closed when the test is over."""
    before = tab_ids(hub)
    yield Page(hub, f"{next(NUMBERS)} {request.node.name}"[:200])
    for tab_id in sorted(tab_ids(hub) - before):
        close(hub, tab_id)


def tab_ids(hub: Hub) -> set[int]:
    listed: dict[str, Any] = hub.call("browser_tab", {"action": "list", "instanceId": hub.instance})
    return {tab["id"] for tab in listed["tabs"]}


def close(hub: Hub, tab_id: int) -> None:
    wish = {"action": "close", "tabId": tab_id, "instanceId": hub.instance}
    with suppress(Failed):  # It may have closed itself since.
        hub.call("browser_tab", wish)
