"""`browser_instance` with a real Chromium: what is launched is what was asked for."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.cli.processes import PATIENCE_S, HubProcess, Terminal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(2 * PATIENCE_S)]


@pytest.fixture
async def hub(tmp_path: Path, chromium: Path, extension_dist: Path) -> AsyncGenerator[HubProcess]:
    """A hub without browsers."""
    terminal = Terminal(tmp_path)
    more = {"TABYARD_CHROMIUM": str(chromium), "TABYARD_EXTENSION_DIR": str(extension_dist)}
    async with terminal.serving(TABYARD_STORE="memory", **more) as running:
        yield running
        assert (await running.stop()).code == 0


async def call(hub: HubProcess, tool: str, **args: Any) -> dict[str, Any]:
    """The whole answer of one tool."""
    url = f"{hub.url}/api/tools/{tool}"
    answer = await asyncio.to_thread(httpx2.post, url, json=args, timeout=PATIENCE_S)
    body: dict[str, Any] = answer.json()
    return body


async def result(hub: HubProcess, tool: str, **args: Any) -> dict[str, Any]:
    """The typed result of one tool."""
    body = await call(hub, tool, **args)
    assert body["success"], body
    typed: dict[str, Any] = body["result"]["structuredContent"]
    return typed


async def code(hub: HubProcess, tool: str, **args: Any) -> str:
    """Why the tool refuses."""
    body = await call(hub, tool, **args)
    assert not body["success"], body
    return str(body["error"]["code"])


async def test_a_browser_has_the_label_the_size_and_the_page_that_were_asked_for(
    hub: HubProcess,
) -> None:
    page = f"{hub.url}/demo/form"
    opened = await result(
        hub,
        "browser_instance",
        action="new",
        url=page,
        label="north",
        viewport={"width": 800, "height": 600},
    )
    instance = opened["instanceId"]
    listed = await result(hub, "browser_instance", action="list")
    tabs = await result(hub, "browser_tab", action="list")
    await result(hub, "browser_navigate", action="goto", url=page)
    size = await result(hub, "browser_execute", expression="[outerWidth, outerHeight]")

    [row] = listed["instances"]
    assert (row["id"], row["label"], row["status"]) == (instance, "north", "connected")
    assert page in [tab["url"] for tab in tabs["tabs"]]
    assert size["result"] == [800, 600]


async def test_a_named_profile_remembers_and_is_used_by_one_browser_at_a_time(
    hub: HubProcess,
) -> None:
    new = {"action": "new", "profile": "work"}
    cookie = {"name": "seen", "value": "yes", "url": "http://shop.test/", "expires": 4102444800}
    first = await result(hub, "browser_instance", **new)
    await result(hub, "browser_navigate", action="goto", url=f"{hub.url}/demo/form")
    await result(hub, "browser_network", action="set_cookie", **cookie)
    taken = await code(hub, "browser_instance", **new)
    await result(hub, "browser_instance", action="close", instanceId=first["instanceId"])
    await result(hub, "browser_instance", **new)
    await result(hub, "browser_navigate", action="goto", url=f"{hub.url}/demo/form")
    kept = await result(hub, "browser_network", action="get_cookies", urls=["http://shop.test/"])

    assert taken == "LAUNCH_FAILED"
    assert [one["value"] for one in kept["cookies"] if one["name"] == "seen"] == ["yes"]


async def test_a_closed_browser_is_gone_and_can_not_be_closed_again(hub: HubProcess) -> None:
    opened = await result(hub, "browser_instance", action="new")
    closed = await result(hub, "browser_instance", action="close", instanceId=opened["instanceId"])
    listed = await result(hub, "browser_instance", action="list")

    assert closed["success"]
    assert listed["instances"] == []
    again = {"action": "close", "instanceId": opened["instanceId"]}
    assert await code(hub, "browser_instance", **again) == "INVALID_ARGUMENTS"


async def test_profiles_are_those_of_the_installed_chrome(hub: HubProcess) -> None:
    """The home of this hub is empty."""
    assert await result(hub, "browser_instance", action="profiles") == {"profiles": []}


async def test_a_page_that_no_browser_starts_with_is_refused(hub: HubProcess) -> None:
    refused = await code(hub, "browser_instance", action="new", url="file:///etc/passwd")
    assert refused == "INVALID_INPUT"
