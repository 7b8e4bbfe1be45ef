"""The scripted browser at a real hub, over real sockets: killed, restarted, adopted."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.cli.processes import Terminal
from tests.yard import ACT, READ

from tabyard.testing import (
    Behaviour,
    Call,
    ScriptedInstance,
    ToolFault,
    join_remote,
    register,
    remote_instance,
)

pytestmark = pytest.mark.timeout(90)


def body(*commands: dict[str, Any]) -> dict[str, Any]:
    return {"task_name": "t", "task_intention": "test", "commands": commands}


async def ended(client: httpx2.AsyncClient, task: str) -> dict[str, Any]:
    """The task as REST shows it, once it has ended; its own stream says when that is."""
    async with client.stream("GET", f"/tasks/{task}/events") as events:
        async for _ in events.aiter_lines():
            pass
    return (await client.get(f"/tasks/{task}")).json()["task"]


@pytest.mark.parametrize("behaviour", Behaviour)
async def test_a_scripted_browser_serves_calls(tmp_path: Path, behaviour: Behaviour) -> None:
    async def answer(call: Call) -> object:
        if call.name == ACT["tool_name"]:
            raise ToolFault("ELEMENT_NOT_FOUND", "no such thing")
        return {"content": "x"}

    async with (
        Terminal(tmp_path).serving(TABYARD_STORE="memory") as hub,
        httpx2.AsyncClient(base_url=hub.url) as client,
        remote_instance(hub.url, handler=answer, behaviour=behaviour, label="me") as browser,
    ):
        submitted = (await client.post("/tasks", json=body(READ, ACT))).json()
        task = await ended(client, submitted["taskId"])
        assert submitted["instanceId"] == browser.instance_id
        assert task["commands"][0]["result"]["structuredContent"] == {"content": "x"}
        assert task["error"]["code"] == "ELEMENT_NOT_FOUND"


@pytest.mark.proves("durability:accepted_is_on_disk", "link:finished_answer_adopted")
async def test_a_hub_that_is_killed_is_followed_by_one_that_goes_on(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    async with asyncio.TaskGroup() as group:
        async with terminal.serving() as first:
            paired = await register(first.url, pair=True)
            browser = ScriptedInstance(paired["instanceId"])
            credential = paired["credential"]
            await join_remote(browser, first.url, group=group, credential=credential)
            async with httpx2.AsyncClient(base_url=first.url) as client:
                task = (await client.post("/tasks", json=body(ACT, READ))).json()["taskId"]
                queued = (await client.post("/tasks", json=body(READ))).json()["taskId"]
            call = await browser.next_call()
            await first.stop(signal.SIGKILL)
        await browser.until(lambda one: one.close_code is not None)
        await browser.answer(call, {"clicked": True})

        async with (
            terminal.serving() as second,
            httpx2.AsyncClient(base_url=second.url) as client,
        ):
            await join_remote(browser, second.url, group=group, credential=credential)
            await browser.answer(await browser.next_call(2), {})
            await browser.answer(await browser.next_call(3), {})
            assert (await ended(client, task))["status"] == "completed"
            assert (await ended(client, queued))["status"] == "completed"
            assert [one.command_id for one in browser.started] == [
                f"{task}_cmd_0",
                f"{task}_cmd_1",
                f"{queued}_cmd_0",
            ]
            await browser.leave()
