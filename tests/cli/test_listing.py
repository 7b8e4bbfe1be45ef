"""`tabyard tasks`, `task`, `cancel`, `instances`, `browser`: what they show of a running hub."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from tests.cli.processes import HubProcess, Terminal

from tabyard.testing import (
    Call,
    ScriptedInstance,
    ToolFault,
    join_remote,
    register,
    remote_instance,
)


async def moody(call: Call) -> object:
    if call.args.get("url") == "http://broken.test/":
        raise ToolFault("NAVIGATION_FAILED", "net::ERR_NAME_NOT_RESOLVED")
    return {"content": [], "structuredContent": {"success": True, "title": "A page"}}


async def submit(hub: HubProcess, name: str, *urls: str) -> str:
    commands = [
        {
            "tool_name": "browser_navigate",
            "intention": f"Go to {url}",
            "args": {"action": "goto", "url": url},
        }
        for url in urls
    ]
    body = {"task_name": name, "task_intention": f"About {name}", "commands": commands}
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.post(f"{hub.url}/tasks", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["taskId"])


async def test_tasks_are_listed_newest_first(terminal: Terminal, hub: HubProcess) -> None:
    async with remote_instance(hub.url, handler=moody) as browser:
        first = await submit(hub, "First errand", "http://a.test/")
        second = await submit(hub, "Second errand", "http://broken.test/", "http://a.test/")
        await browser.until(lambda it: second in it.ended_tasks)
        listed = await terminal.run("tasks", "--url", hub.url)
        failed = await terminal.run("tasks", "--status", "failed", "--url", hub.url)
        whole = await terminal.run("tasks", "--json", "--limit", "1", "--url", hub.url)

    assert listed.code == 0, listed.err
    heading, *rows = listed.out.splitlines()
    assert heading.split() == ["status", "task", "commands", "took", "created", "id"]
    assert rows[0].startswith("✗ failed")
    assert rows[0].rstrip().endswith(second)
    assert rows[1].startswith("✓ completed")
    assert rows[1].rstrip().endswith(first)
    assert second in failed.out
    assert first not in failed.out
    assert [one["id"] for one in json.loads(whole.out)["tasks"]] == [second]


async def test_hidden_tasks_are_counted(terminal: Terminal, hub: HubProcess) -> None:
    async with remote_instance(hub.url, handler=moody):
        for number in range(2):
            await submit(hub, f"Errand {number}", "http://a.test/")
        outcome = await terminal.run("tasks", "--limit", "1", "--url", hub.url)

    assert "more; show them with --limit" in outcome.out


async def test_a_wrong_status_is_refused_by_the_hub(terminal: Terminal, hub: HubProcess) -> None:
    outcome = await terminal.run("tasks", "--status", "paused", "--url", hub.url)

    assert outcome.code == 2
    assert "status" in outcome.err


async def test_one_task_is_shown_with_its_commands(terminal: Terminal, hub: HubProcess) -> None:
    async with remote_instance(hub.url, handler=moody) as browser:
        task = await submit(
            hub, "Errand", "http://a.test/", "http://broken.test/", "http://b.test/"
        )
        await browser.until(lambda it: task in it.ended_tasks)
        shown = await terminal.run("task", task, "--url", hub.url)
        whole = await terminal.run("task", task, "--json", "--url", hub.url)

    assert shown.code == 0, shown.err
    assert "✗ failed  Errand" in shown.out
    assert "✓ Go to http://a.test/  browser_navigate goto" in shown.out
    assert "A page" in shown.out
    assert "✗ Go to http://broken.test/" in shown.out
    assert "NAVIGATION_FAILED net::ERR_NAME_NOT_RESOLVED" in shown.out
    assert "- Go to http://b.test/" in shown.out
    assert json.loads(whole.out)["task"]["id"] == task


@pytest.mark.parametrize("verb", ["task", "cancel"])
async def test_an_unknown_task_exits_with_2(terminal: Terminal, hub: HubProcess, verb: str) -> None:
    outcome = await terminal.run(verb, "task_0_0", "--url", hub.url)

    assert outcome.code == 2
    assert "Task not found" in outcome.err
    assert "try: tabyard tasks" in outcome.err


async def test_a_finished_task_can_not_be_cancelled(terminal: Terminal, hub: HubProcess) -> None:
    async with remote_instance(hub.url, handler=moody) as browser:
        task = await submit(hub, "Errand", "http://a.test/")
        await browser.until(lambda it: task in it.ended_tasks)
        outcome = await terminal.run("cancel", task, "--url", hub.url)

    assert outcome.code == 2
    assert "Task already completed" in outcome.err


async def test_browsers_are_listed_in_order_of_connection(
    terminal: Terminal, hub: HubProcess
) -> None:
    async with (
        remote_instance(hub.url, label="north") as north,
        remote_instance(hub.url, label="south") as south,
    ):
        listed = await terminal.run("instances", "--url", hub.url)
        whole = await terminal.run("instances", "--json", "--url", hub.url)

    rows = [line.split() for line in listed.out.splitlines()[1:] if "connected" in line]
    assert [(row[2], row[3], row[-1]) for row in rows] == [
        ("north", "script", north.instance_id),
        ("south", "script", south.instance_id),
    ]
    connected: list[dict[str, Any]] = [
        one for one in json.loads(whole.out)["instances"] if one["status"] == "connected"
    ]
    assert [one["label"] for one in connected] == ["north", "south"]


async def test_a_hub_without_browsers_says_how_to_get_one(terminal: Terminal) -> None:
    async with terminal.serving(TABYARD_STORE="memory") as hub:
        outcome = await terminal.run("instances", "--url", hub.url)

    assert outcome.code == 0
    assert "tabyard browser new" in outcome.out


async def test_a_missing_chromium_is_named_with_the_remedy(terminal: Terminal) -> None:
    absent = str(terminal.home / "chromium")
    async with terminal.serving(TABYARD_STORE="memory", TABYARD_CHROMIUM=absent) as hub:
        outcome = await terminal.run("browser", "new", "--url", hub.url)

    assert outcome.code in (2, 3)
    assert absent in outcome.err
    assert "try: tabyard doctor" in outcome.err


async def test_a_missing_extension_is_named_with_the_remedy(
    terminal: Terminal, chromium: object
) -> None:
    absent = str(terminal.home / "extension")
    async with terminal.serving(
        TABYARD_STORE="memory", TABYARD_EXTENSION_DIR=absent, TABYARD_CHROMIUM=str(chromium)
    ) as hub:
        outcome = await terminal.run("browser", "new", "--url", hub.url)

    assert outcome.code in (2, 3)
    assert f"there is no extension in {absent}" in outcome.err


async def test_a_browser_to_close_that_nobody_knows_is_named(
    terminal: Terminal, hub: HubProcess
) -> None:
    outcome = await terminal.run("browser", "close", "nobody", "--url", hub.url)
    assert outcome.code == 2
    assert "Instance not found: nobody\n" in outcome.err
    assert "try: tabyard instances" in outcome.err


async def test_only_launched_browsers_can_be_closed(terminal: Terminal, hub: HubProcess) -> None:
    async with remote_instance(hub.url) as browser:
        outcome = await terminal.run("browser", "close", browser.instance_id, "--url", hub.url)
        assert browser.close_code is None

    assert outcome.code == 2
    assert "was not launched by this hub" in outcome.err


async def test_an_address_that_is_none_exits_with_2(terminal: Terminal) -> None:
    outcome = await terminal.run("tasks", "--url", "localhost:3300")

    assert outcome.code == 2
    assert "http://127.0.0.1:3300" in outcome.err


async def test_something_else_at_the_address_is_recognised(
    terminal: Terminal, hub: HubProcess
) -> None:
    """The link port answers too, but serves no API."""
    port = hub.link_url.rsplit(":", 1)[1]
    outcome = await terminal.run("tasks", "--url", f"http://127.0.0.1:{port}")

    assert outcome.code != 0
    assert "Traceback" not in outcome.err


async def test_a_browser_is_renamed_and_then_revoked(terminal: Terminal, hub: HubProcess) -> None:
    async with asyncio.TaskGroup() as group:
        way = await register(hub.url, pair=True, label="old")
        browser = ScriptedInstance(str(way["instanceId"]))
        await join_remote(browser, hub.url, group=group, way=way)
        named = await terminal.run(
            "browser", "rename", browser.instance_id, "Ada's Chrome", "--url", hub.url
        )
        listed = await terminal.run("instances", "--url", hub.url)
        gone = await terminal.run("browser", "revoke", "Ada's Chrome", "--url", hub.url)
        await browser.until(lambda it: it.close_code is not None)

    assert named.code == 0, named.err
    assert "Ada's Chrome" in listed.out
    assert gone.code == 0, gone.err
    assert "is revoked" in gone.out
    assert browser.close_code == 4503
