"""Tools that run on the hub."""

import asyncio
from collections.abc import Mapping

import pytest
from tests.yard import ACT, READ, command, open_yard

from tabyard.hub.ports import ToolFailed
from tabyard_protocol.ids import ArtifactId, InstanceId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceStatus


class OneBrowser:
    """Launches nothing, closes what it is told."""

    def __init__(self) -> None:
        self.launched: list[Mapping[str, object]] = []
        self.closed: list[str] = []

    async def launch(self, wanted: Mapping[str, object]) -> JsonObject:
        self.launched.append(wanted)
        return {"instanceId": "inst_new"}

    async def close(self, instance: InstanceId) -> JsonObject:
        self.closed.append(instance)
        return {"success": True, "message": "closed"}

    async def downloaded(self, instance: InstanceId, path: str) -> bytes | None:
        return f"{instance}: {path}".encode()

    async def lend(
        self, instance: InstanceId, artifact: ArtifactId, name: str, data: bytes
    ) -> str | None:
        return f"{instance}/{artifact}/{name}/{len(data)}"

    async def profiles(self) -> JsonObject:
        return {"profiles": [{"directory": "Default", "name": "Me"}]}


async def test_browsers_are_launched_and_profiles_listed_from_a_task() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browsers = OneBrowser()
        yard.hub.use_browsers(browsers)
        await yard.browser()
        events = yard.listen()
        task = await yard.submit(
            command("browser_instance", action="new", headless=True),
            command("browser_instance", action="profiles"),
            command("browser_instance", action="list"),
        )
        ended = await events.complete(task)
        typed = [one["result"]["structuredContent"] for one in ended["results"]]
        assert browsers.launched == [{"headless": True}]
        assert typed[0] == {"instanceId": "inst_new"}
        assert typed[1]["profiles"] == [{"directory": "Default", "name": "Me"}]
        [row] = typed[2]["instances"]
        assert row["profile"] == ""
        assert (row["status"], row["queueLength"]) == ("connected", 1)
        assert "kind" not in row


async def test_a_browser_that_is_closed_is_gone_at_once_with_its_tasks() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browsers = OneBrowser()
        yard.hub.use_browsers(browsers)
        browser = await yard.browser()
        other = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, instance_id=browser.instance_id)
        await browser.next_call()

        await yard.tasks.run_tool(
            "browser_instance", {"action": "close", "instanceId": browser.instance_id}
        )

        assert browsers.closed == [browser.instance_id]
        assert (await events.complete(task))["error"]["code"] == "INSTANCE_DISCONNECTED"
        view = yard.hub.registry.view(InstanceId(browser.instance_id))
        assert view.status is InstanceStatus.GONE
        await yard.submit(READ)
        await other.next_call()


async def test_a_browser_can_close_itself_from_its_own_lane() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        yard.hub.use_browsers(OneBrowser())
        browser = await yard.browser()
        events = yard.listen()
        close = command("browser_instance", action="close", instanceId=browser.instance_id)
        task = await yard.submit(close)
        ended = await events.complete(task)
        assert ended["status"] == "failed"
        await events.until(lambda event: event["type"] == "instance_disconnected")


async def test_a_browser_is_closed_by_its_label() -> None:
    async with open_yard() as yard:
        browsers = OneBrowser()
        yard.hub.use_browsers(browsers)
        browser = await yard.browser()
        label = yard.hub.registry.view(InstanceId(browser.instance_id)).label
        await yard.tasks.run_tool("browser_instance", {"action": "close", "instanceId": label})
        assert browsers.closed == [browser.instance_id]


async def test_a_browser_that_nobody_knows_is_not_closed() -> None:
    async with open_yard() as yard:
        browsers = OneBrowser()
        yard.hub.use_browsers(browsers)
        args = {"action": "close", "instanceId": "nobody"}
        answer = await yard.tasks.run_tool("browser_instance", args)
        assert answer.error is not None
        assert answer.error.code == "INVALID_ARGUMENTS"
        assert answer.error.message.startswith("Instance not found: nobody; browser_instance list")
        assert browsers.closed == []


async def test_what_does_not_run_on_the_hub_is_refused_there() -> None:
    async with open_yard() as yard:
        with pytest.raises(ToolFailed, match="UNKNOWN_TOOL"):
            await yard.hub.builtin.run("browser_content", {})
