"""`tabyard serve`: what it refuses to start with, and how it ends."""

import asyncio
import json
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
from tests.cli.processes import HubProcess, Terminal, ended
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tabyard.testing import remote_instance

TASK = {
    "task_name": "t",
    "task_intention": "test",
    "commands": [
        {
            "tool_name": "browser_navigate",
            "intention": f"step {number}",
            "args": {"action": "goto", "url": "http://a.test/"},
        }
        for number in range(3)
    ],
}
DONE: dict[str, Any] = {"content": [], "structuredContent": {"success": True}}


def submitted(hub: HubProcess) -> str:
    answer = httpx2.post(f"{hub.url}/tasks", json=TASK).json()
    return str(answer["taskId"])


async def test_sigterm_ends_it_with_0_and_tells_everybody_to_come_back(
    terminal: Terminal,
) -> None:
    async with terminal.serving() as hub, remote_instance(hub.url) as browser:
        async with connect(f"{hub.url.replace('http', 'ws')}/ws", proxy=None) as client:
            await client.recv()
            await client.send('{"type":"subscribe_instance","instanceId":"*"}')
            await client.recv()
            hub.process.send_signal(signal.SIGTERM)
            await browser.until(lambda it: it.close_code is not None)
            with suppress(ConnectionClosed):
                while True:
                    await client.recv()
        outcome = await ended(hub.process)

    assert outcome.code == 0, outcome.err
    assert browser.close_code == 1001
    assert client.close_code == 1001
    assert "stopped" in outcome.out
    assert "Traceback" not in outcome.err


async def test_what_was_sent_may_end_and_nothing_more_is_sent(terminal: Terminal) -> None:
    async with terminal.serving() as hub, remote_instance(hub.url) as browser:
        task = await asyncio.to_thread(submitted, hub)
        call = await browser.next_call()
        hub.process.send_signal(signal.SIGTERM)
        await refused(hub.port)
        assert browser.close_code is None
        await browser.answer(call, DONE)
        await browser.answer(await browser.next_call(2), DONE)
        outcome = await ended(hub.process)

    assert outcome.code == 0, outcome.err
    assert browser.close_code == 1001
    assert len(browser.started) == 2
    # It is on disk: two commands are done, the third is for the next hub.
    async with terminal.serving() as latter:
        shown = await terminal.run("task", task, "--json", "--url", latter.url)
    commands = json.loads(shown.out)["task"]["commands"]
    assert [one["status"] for one in commands] == ["success", "success", "pending"]


async def test_a_command_that_does_not_end_is_waited_for_only_so_long(terminal: Terminal) -> None:
    async with (
        terminal.serving(TABYARD_SHUTDOWN_WAIT_S="0.2") as hub,
        remote_instance(hub.url) as browser,
    ):
        await asyncio.to_thread(submitted, hub)
        await browser.next_call()
        outcome = await hub.stop()

    assert outcome.code == 0, outcome.err
    assert browser.close_code == 1001


async def test_a_second_signal_stops_at_once(terminal: Terminal) -> None:
    async with (
        terminal.serving(TABYARD_SHUTDOWN_WAIT_S="3600") as hub,
        remote_instance(hub.url) as browser,
    ):
        await asyncio.to_thread(submitted, hub)
        await browser.next_call()
        hub.process.send_signal(signal.SIGINT)
        await refused(hub.port)
        outcome = await hub.stop(signal.SIGINT)

    assert outcome.code == 0, outcome.err


async def test_a_caller_who_waits_for_a_tool_is_told_that_the_hub_goes_down(
    terminal: Terminal,
) -> None:
    async with (
        terminal.serving(TABYARD_SHUTDOWN_WAIT_S="0") as hub,
        remote_instance(hub.url) as browser,
    ):
        args = {"action": "goto", "url": "http://a.test/"}
        url = f"{hub.url}/api/tools/browser_navigate"
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(asyncio.to_thread(httpx2.post, url, json=args))
            await browser.next_call()
            outcome = await hub.stop()

    assert outcome.code == 0, outcome.err
    assert waiting.result().status_code == 503
    assert waiting.result().json()["error"]["code"] == "SHUTTING_DOWN"


async def test_the_database_is_free_when_it_has_ended(terminal: Terminal) -> None:
    for _ in range(2):
        async with terminal.serving() as hub:
            assert (await hub.stop()).code == 0


async def test_a_second_hub_on_one_database_is_refused(terminal: Terminal) -> None:
    async with terminal.serving() as hub:
        second = await terminal.run("serve")

    assert second.code == 1
    assert f"Another hub (process {hub.process.pid}) already uses the database" in second.err
    assert "TABYARD_DATA_DIR" in second.err
    assert "Traceback" not in second.err


async def test_a_taken_port_is_named_with_its_holder(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        outcome = await terminal.run("serve", "--http-port", port)

    assert outcome.code == 1
    assert f"Can't listen on 127.0.0.1 port {port}: " in outcome.err
    assert "(process " in outcome.err
    assert "TABYARD_HTTP_PORT" in outcome.err


async def test_an_address_of_another_machine_is_refused(terminal: Terminal) -> None:
    outcome = await terminal.run("serve", "--host", "192.0.2.1", API_KEYS="k")

    assert outcome.code == 1
    assert "this machine has no such address" in outcome.err
    assert "TABYARD_HOST" in outcome.err


async def test_other_machines_are_let_in_only_with_keys(terminal: Terminal) -> None:
    outcome = await terminal.run("serve", "--host", "0.0.0.0")

    assert outcome.code == 2
    assert "TABYARD_API_KEYS" in outcome.err


async def test_keys_are_asked_for_and_the_command_line_presents_them(terminal: Terminal) -> None:
    async with terminal.serving(API_KEYS="sesame", TABYARD_STORE="memory") as hub:
        without = await terminal.run("tasks", "--url", hub.url)
        with_key = await terminal.run("tasks", "--url", hub.url, TABYARD_API_KEY="sesame")

    assert without.code == 2
    assert "A valid API key is required" in without.err
    assert "TABYARD_API_KEY" in without.err
    assert with_key.code == 0


async def test_a_folder_that_can_not_be_made_is_named(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = await terminal.run("serve", "--data-dir", str(tmp_path / "file" / "data"))

    assert outcome.code == 1
    assert str(tmp_path / "file") in outcome.err
    assert "Traceback" not in outcome.err


async def test_there_is_a_folder_to_upload_from_that_is_its_owners_alone(
    terminal: Terminal,
) -> None:
    async with terminal.serving():
        uploads = terminal.home / "data" / "uploads"
        assert uploads.stat().st_mode & 0o777 == 0o700


async def test_log_lines_are_json_where_nobody_looks(terminal: Terminal) -> None:
    async with terminal.serving() as hub:
        outcome = await hub.stop()

    events: list[dict[str, Any]] = [json.loads(line) for line in outcome.err.splitlines()]
    assert [event["event"] for event in events] == ["hub started", "hub stops", "hub stopped"]
    assert events[0]["url"] == hub.url


async def refused(port: int) -> None:
    """Wait until nobody is let in any more."""
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except (ConnectionRefusedError, ConnectionResetError):
                return
            writer.close()
            await writer.wait_closed()


async def test_a_browser_that_can_not_be_launched_does_not_end_the_hub(
    terminal: Terminal,
) -> None:
    absent = str(terminal.home / "chromium")
    async with terminal.serving("--browsers", "1", TABYARD_CHROMIUM=absent) as hub:
        assert hub.process.stderr is not None
        told = b""
        async with asyncio.timeout(10):
            while b"tabyard doctor" not in told:
                told += await hub.process.stderr.readline()
        answers = await terminal.run("tasks", "--url", hub.url)
        assert (await hub.stop()).code == 0

    assert absent.encode() in told
    assert answers.code == 0


async def test_a_demonstration_without_a_browser_says_what_is_missing_and_stays_up(
    terminal: Terminal,
) -> None:
    absent = str(terminal.home / "extension")
    async with terminal.serving("--demo", TABYARD_EXTENSION_DIR=absent) as hub:
        assert hub.process.stderr is not None
        async with asyncio.timeout(10):
            told = await hub.process.stderr.readline()
        answers = await terminal.run("tasks", "--url", hub.url)
        assert (await hub.stop()).code == 0

    assert absent.encode() in told
    assert answers.code == 0


async def test_it_answers_under_both_families_where_it_is_told_to(terminal: Terminal) -> None:
    async with terminal.serving("--host", "::1", TABYARD_STORE="memory") as hub:
        outcome = await terminal.run("tasks", "--url", hub.url)

    assert hub.url.startswith("http://[::1]:")
    assert outcome.code == 0, outcome.err
