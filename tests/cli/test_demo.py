"""`tabyard serve --demo` with a real Chromium: what `make run` shows, and what it leaves behind."""

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.cli.processes import PATIENCE_S, HubProcess, Terminal, ended

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def real_browser(terminal: Terminal, chromium: Path, extension_dist: Path) -> None:
    """The demonstration uses what is built here."""
    terminal.environment["TABYARD_CHROMIUM"] = str(chromium)
    terminal.environment["TABYARD_EXTENSION_DIR"] = str(extension_dist)


async def told(hub: HubProcess, last: str) -> Sequence[str]:
    """What the hub prints, up to the line that has `last` in it."""
    assert hub.process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while not lines or last not in lines[-1]:
            line = await hub.process.stdout.readline()
            assert line, "".join(lines) + (await ended(hub.process)).err
            lines.append(line.decode())
    return [line.strip() for line in lines if line.strip()]


def processes_with(word: str) -> Sequence[str]:
    """Command lines of all processes that have `word` in them."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line and "chromium" in line:
            found.append(line)
    return found


async def test_one_command_shows_a_browser_at_work_and_leaves_nothing_behind(
    terminal: Terminal,
) -> None:
    async with terminal.serving("--demo") as hub:
        lines = await told(hub, "curl -s")
        running = await asyncio.to_thread(processes_with, str(terminal.home))
        outcome = await hub.stop(signal.SIGINT)

    assert lines[1].startswith("● Chromium is connected")
    assert any("success  Read the answer" in line and "All aboard, Ada!" in line for line in lines)
    [ending] = [line for line in lines if line.startswith("✓ completed")]
    assert "7 of 7 commands" in ending
    picture = terminal.home / "data" / "demo.jpg"
    assert f"screenshot    {picture}" in lines
    assert await asyncio.to_thread(picture.read_bytes) > b"\xff\xd8\xff"
    assert running
    assert outcome.code == 0, outcome.err
    assert await asyncio.to_thread(processes_with, str(terminal.home)) == []
    async with terminal.serving() as again:
        assert (await again.stop()).code == 0


async def test_a_hub_that_is_killed_leaves_a_browser_that_the_next_one_takes_over(
    terminal: Terminal, free_port: int
) -> None:
    """It comes back to the same address by itself, and the next hub answers for its end."""
    ports = {"TABYARD_HTTP_PORT": str(free_port)}
    async with terminal.serving(**ports) as former:
        opened = await terminal.run("browser", "new", "--label", "kept", "--url", former.url)
        assert opened.code == 0, opened.err
        former.process.kill()
        await former.process.wait()
    async with terminal.serving(**ports) as latter:
        listed = await connected(terminal, latter, "kept")
        outcome = await latter.stop()

    assert "launched" in listed
    assert outcome.code == 0, outcome.err
    assert await asyncio.to_thread(processes_with, str(terminal.home)) == []


async def test_a_browser_is_launched_and_closed_by_command(terminal: Terminal) -> None:
    async with terminal.serving(TABYARD_STORE="memory") as hub:
        opened = await terminal.run("browser", "new", "--json", "--url", hub.url)
        instance = opened.out.split('"instanceId":"')[1].split('"')[0]
        closed = await terminal.run("browser", "close", instance, "--url", hub.url)
        left = await asyncio.to_thread(processes_with, str(terminal.home))

    assert opened.code == 0, opened.err
    assert closed.code == 0, closed.err
    assert instance in closed.out
    assert left == []


async def connected(terminal: Terminal, hub: HubProcess, label: str) -> str:
    """The row of the browser of that label, once it is connected."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            listed = await terminal.run("instances", "--url", hub.url)
            for line in listed.out.splitlines():
                if label in line and "● connected" in line:
                    return line


async def test_a_browser_that_dies_is_forgotten_and_its_tasks_fail_at_once(
    terminal: Terminal,
) -> None:
    """Without waiting for the grace: it can't come back."""
    async with terminal.serving(TABYARD_STORE="memory") as hub:
        opened = await terminal.run("browser", "new", "--url", hub.url)
        assert opened.code == 0, opened.err
        wait = '[{"tool_name": "sleep", "args": {"duration": 60000}}]'
        sent = await terminal.run("run", "-", "--detach", "--url", hub.url, stdin=wait)
        await asyncio.to_thread(kill_browsers_below, terminal.home)
        ending = await task_ended(terminal, hub, sent.out.strip())
        listed = await terminal.run("instances", "--json", "--url", hub.url)

    assert ending["status"] == "failed"
    assert ending["error"]["code"] == "INSTANCE_DISCONNECTED"
    assert json.loads(listed.out)["instances"] == []


def kill_browsers_below(folder: Path) -> None:
    for path in folder.glob("data/browsers/*/process.json"):
        os.killpg(int(json.loads(path.read_text())["pid"]), signal.SIGKILL)


async def task_ended(terminal: Terminal, hub: HubProcess, task: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            shown = await terminal.run("task", task, "--json", "--url", hub.url)
            view: dict[str, Any] = json.loads(shown.out)["task"]
            if view["status"] not in ("queued", "running"):
                return view
