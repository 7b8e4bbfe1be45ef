"""`tabyard run` against a hub process and a scripted browser: what it shows, and how it exits."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

from tests.cli.processes import HubProcess, Terminal, ended

from tabyard.testing import (
    Call,
    ScriptedInstance,
    ToolFault,
    join_remote,
    register,
    remote_instance,
)

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def content(typed: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    """A result as the extension builds it."""
    text = {"type": "text", "text": json.dumps(typed)}
    return {"content": [text, *more], "structuredContent": typed}


async def obedient(call: Call) -> object:
    if call.args.get("selector") == "#absent":
        raise ToolFault("ELEMENT_NOT_FOUND", "nothing matches #absent")
    if call.args.get("action") == "screenshot":
        picture = {"type": "image", "data": PNG, "mimeType": "image/png"}
        return content({"format": "png", "width": 1, "height": 1}, picture)
    if call.name == "browser_execute":
        return content({"result": "the answer"})
    return content({"success": True})


def written(terminal: Terminal, *commands: dict[str, Any], **fields: Any) -> str:
    path = terminal.home / "task.json"
    task = {"task_name": "Errand", "task_intention": "test", "commands": commands, **fields}
    path.write_text(json.dumps(task))
    return str(path)


def command(tool: str, intention: str, **args: Any) -> dict[str, Any]:
    return {"tool_name": tool, "intention": intention, "args": args}


OPEN = command("browser_navigate", "Open the page", action="goto", url="http://a.test/")
READ = command("browser_execute", "Read the answer", expression="1")
MISS = command("browser_interact", "Click what is not there", action="click", selector="#absent")
SHOOT = command("browser_content", "Take a picture", action="screenshot")


async def test_a_task_is_followed_to_its_end(terminal: Terminal, hub: HubProcess) -> None:
    async with remote_instance(hub.url, handler=obedient):
        outcome = await terminal.run("run", written(terminal, OPEN, READ), "--url", hub.url)

    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0].startswith("Errand: task_")
    assert lines[1].startswith("[1/2] success  Open the page (")
    assert lines[2].startswith("[2/2] success  Read the answer (")
    assert lines[2].endswith(": the answer")
    assert lines[3].startswith("✓ completed  2 of 2 commands in ")


async def test_a_failed_task_exits_with_1_and_tells_why(
    terminal: Terminal, hub: HubProcess
) -> None:
    async with remote_instance(hub.url, handler=obedient):
        outcome = await terminal.run("run", written(terminal, MISS, OPEN), "--url", hub.url)

    assert outcome.code == 1
    assert "ELEMENT_NOT_FOUND: nothing matches #absent" in outcome.out
    assert "[2/2] skipped  Open the page" in outcome.out
    assert "✗ failed  0 of 2 commands" in outcome.out
    assert f"look at it  {hub.url}/#task_" in outcome.err


async def test_an_invalid_task_exits_with_2_and_names_the_field(
    terminal: Terminal, hub: HubProcess
) -> None:
    wrong = command("browser_navigate", "Open", action="goto", link="http://a.test/")
    async with remote_instance(hub.url):
        outcome = await terminal.run("run", written(terminal, wrong), "--url", hub.url)

    assert outcome.code == 2
    assert "commands[0]: browser_navigate goto: args.url is required" in outcome.err
    assert "Traceback" not in outcome.err


async def test_no_hub_exits_with_3_and_names_the_remedy(terminal: Terminal, free_port: int) -> None:
    url = f"http://127.0.0.1:{free_port}"
    outcome = await terminal.run("run", written(terminal, OPEN), "--url", url)

    assert outcome.code == 3
    assert f"No hub answers at {url} (connection refused)." in outcome.err
    assert "try: tabyard serve" in outcome.err


async def test_no_browser_exits_with_3_and_names_the_remedy(
    terminal: Terminal, hub: HubProcess
) -> None:
    outcome = await terminal.run("run", written(terminal, OPEN), "--url", hub.url)

    assert outcome.code == 3
    assert "No connected browser instances" in outcome.err
    assert "try: tabyard browser new" in outcome.err


async def test_a_task_that_somebody_cancels_exits_with_4(
    terminal: Terminal, hub: HubProcess
) -> None:
    async with remote_instance(hub.url) as browser:
        process = await terminal.start("run", written(terminal, OPEN), "--url", hub.url)
        call = await browser.next_call()
        cancelled = await terminal.run("cancel", str(call.task_id), "--url", hub.url)
        await browser.fail(call, "CANCELLED")
        outcome = await ended(process)

    assert cancelled.code == 0
    assert "⊘ Task cancelled" in cancelled.out
    assert outcome.code == 4, outcome.err
    assert "⊘ cancelled  0 of 1 command " in outcome.out


async def test_ctrl_c_cancels_the_task_and_exits_with_130(
    terminal: Terminal, hub: HubProcess
) -> None:
    async with remote_instance(hub.url) as browser:
        process = await terminal.start("run", written(terminal, OPEN), "--url", hub.url)
        call = await browser.next_call()
        process.send_signal(signal.SIGINT)
        await browser.until(lambda it: it.cancelled == [call.id])
        await browser.fail(call, "CANCELLED")
        outcome = await ended(process)

    assert outcome.code == 130
    assert f"cancelled  {call.task_id}" in outcome.err
    assert "Traceback" not in outcome.err


async def test_json_is_one_event_per_line(terminal: Terminal, hub: HubProcess) -> None:
    async with remote_instance(hub.url, handler=obedient):
        outcome = await terminal.run("run", written(terminal, OPEN), "--json", "--url", hub.url)

    events = [json.loads(line) for line in outcome.out.splitlines()]
    kinds = [event["type"] for event in events]
    assert kinds[0] == "task_submit_response"
    assert kinds[-1] == "task_complete"
    assert [event["status"] for event in events if event["type"] == "task_progress"] == [
        "running",
        "success",
    ]
    offsets = [event["offset"] for event in events if "offset" in event]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))


async def test_detached_prints_the_id_and_does_not_wait(
    terminal: Terminal, hub: HubProcess
) -> None:
    async with remote_instance(hub.url) as browser:
        outcome = await terminal.run("run", written(terminal, OPEN), "--detach", "--url", hub.url)
        call = await browser.next_call()

    assert outcome.code == 0
    assert outcome.out.strip() == call.task_id


async def test_a_browser_is_chosen_by_its_label(terminal: Terminal, hub: HubProcess) -> None:
    async with (
        remote_instance(hub.url, label="first", handler=obedient) as first,
        remote_instance(hub.url, label="second", handler=obedient) as second,
    ):
        arguments = ("--instance", "second", "--url", hub.url)
        outcome = await terminal.run("run", written(terminal, OPEN), *arguments)

    assert outcome.code == 0
    assert (len(first.started), len(second.started)) == (0, 1)


async def test_a_bare_list_of_commands_comes_from_stdin(
    terminal: Terminal, hub: HubProcess
) -> None:
    commands = json.dumps([{"tool_name": "sleep", "args": {"duration": 1}}])
    async with remote_instance(hub.url):
        outcome = await terminal.run("run", "-", "--url", hub.url, stdin=commands)

    assert outcome.code == 0, outcome.err
    assert "[1/1] success  sleep" in outcome.out


async def test_pictures_are_saved_where_they_are_wanted(
    terminal: Terminal, hub: HubProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "album" / "today"
    async with remote_instance(hub.url, handler=obedient):
        outcome = await terminal.run(
            "run", written(terminal, SHOOT), "--pictures", str(folder), "--url", hub.url
        )

    [picture] = folder.iterdir()
    assert picture.suffix == ".png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert f"screenshot  {picture}" in outcome.err


async def test_a_task_is_followed_through_a_restart_of_the_hub(
    terminal: Terminal, free_port: int
) -> None:
    """The connection is made again, and the end is told although the events in between are gone."""
    ports = {"TABYARD_HTTP_PORT": str(free_port)}
    async with asyncio.TaskGroup() as group:
        async with terminal.serving(**ports) as former:
            browser, credential = await paired(former.url, group)
            process = await terminal.start(
                "run", written(terminal, OPEN, READ), "--url", former.url
            )
            call = await browser.next_call()
            former.process.kill()
            await former.process.wait()
        async with terminal.serving(**ports) as latter:
            await join_remote(browser, latter.url, group=group, credential=credential)
            await browser.answer(call, content({"success": True}))
            await browser.answer(await browser.next_call(2), content({"result": 2}))
            outcome = await ended(process)
            await browser.leave()

    assert outcome.code == 0, outcome.err
    assert "✓ completed  2 of 2 commands" in outcome.out


async def paired(url: str, group: asyncio.TaskGroup) -> tuple[ScriptedInstance, str]:
    """A browser that a person has allowed: it can come back to the next hub."""
    way = await register(url, pair=True)
    browser = ScriptedInstance(str(way["instanceId"]))
    await join_remote(browser, url, group=group, way=way)
    return browser, str(way["credential"])


async def test_a_folder_for_pictures_that_can_not_be_made_is_named(
    terminal: Terminal, hub: HubProcess
) -> None:
    (terminal.home / "file").write_text("")
    folder = str(terminal.home / "file" / "album")
    async with remote_instance(hub.url, handler=obedient):
        arguments = ("--pictures", folder, "--url", hub.url)
        outcome = await terminal.run("run", written(terminal, SHOOT), *arguments)

    assert outcome.code == 1
    assert f"can't be saved as {folder}" in outcome.err
    assert "Traceback" not in outcome.err


async def test_without_a_key_a_hub_that_wants_one_exits_with_2(terminal: Terminal) -> None:
    async with terminal.serving(API_KEYS="sesame", TABYARD_STORE="memory") as locked:
        without = await terminal.run("run", written(terminal, OPEN), "--url", locked.url)

    assert without.code == 2
    assert "TABYARD_API_KEY" in without.err
