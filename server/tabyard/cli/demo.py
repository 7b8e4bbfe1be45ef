"""What `tabyard serve --demo` shows: a browser, a task in it, and where to go from there."""

import asyncio
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tabyard.app.serving import RunningHub
from tabyard.cli.exits import CliError
from tabyard.cli.follow import Follower
from tabyard.cli.hub_client import HubAddress, HubClient
from tabyard.cli.progress import display_for
from tabyard.cli.run import Pictures, watch
from tabyard.cli.terminal import complain, console, took
from tabyard.core.errors import HubError
from tabyard.settings import Settings

__all__ = ["demo_task", "show_demo"]

DEFAULT_PORT: Final = "3300"
PICTURE: Final = "demo.jpg"
TICKET_LIES_STILL: Final = "answer.textContent !== '' && document.getAnimations().length === 0"


def demo_task(hub_url: str, visitor: str) -> dict[str, Any]:
    """A task on the page that the hub serves for this: fill the form, send it, read the answer."""
    return {
        "task_name": "Greet the visitor",
        "task_intention": "Show what a task is: type into a form, click, read, take a picture",
        "commands": [
            _command(
                "Open the form", "browser_navigate", action="goto", url=f"{hub_url}/demo/form"
            ),
            _command(
                f"Type the name {visitor}",
                "browser_interact",
                action="type",
                selector="#name",
                text=visitor,
                delay=40,
            ),
            _command(
                "Choose a train",
                "browser_interact",
                action="select",
                selector="#favourite",
                value="coast",
            ),
            _command("Send the form", "browser_interact", action="click", selector="#send"),
            _command(
                "Wait for the ticket",
                "browser_navigate",
                action="wait",
                expression=TICKET_LIES_STILL,
            ),
            _command(
                "Read the answer",
                "browser_content",
                action="get",
                selector="#answer",
                format="text",
            ),
            _command("Take a picture", "browser_content", action="screenshot", format="jpeg"),
        ],
    }


def _command(intention: str, tool: str, **args: object) -> dict[str, Any]:
    return {"tool_name": tool, "intention": intention, "args": args}


async def show_demo(hub: RunningHub, settings: Settings, *, headed: bool) -> None:
    """Launch a browser, run the demonstration, and say what to try next.

    What a person can remedy is said and does not end the hub.
    """
    try:
        instance = await _launch(hub, headed=headed)
        address = HubAddress(hub.http_url, next(iter(settings.keys), None))
        picture = await _run(address, instance, settings.data_dir / PICTURE)
    except (HubError, CliError) as error:
        complain(str(error), "tabyard doctor")
        return
    _say_what_is_next(hub, picture)


async def _launch(hub: RunningHub, *, headed: bool) -> str:
    began_s = time.monotonic()
    if console.is_terminal:
        with console.status("Launching Chromium with the extension…", spinner_style="address"):
            instance = await hub.launch(headed=headed, label="demo")
    else:
        instance = await hub.launch(headed=headed, label="demo")
    after = took((time.monotonic() - began_s) * 1000)
    console.print(f"  [good]●[/] Chromium is connected  [faint]after {after}[/]\n")
    return instance


async def _run(address: HubAddress, instance: str, target: Path) -> Path | None:
    draft = {**demo_task(address.url, "Ada"), "instanceId": instance}
    pictures = Pictures(HubClient(address), target.parent)
    display = display_for(draft, console)
    with display.shown():
        follower = Follower(address, draft, idempotency_key=secrets.token_hex(16))
        await watch(follower, display, pictures)
    if not pictures.saved:
        return None
    return await asyncio.to_thread(_renamed, pictures.saved[-1], target)


def _renamed(saved: Path, target: Path) -> Path:
    return Path(shutil.move(saved, target))


def _say_what_is_next(hub: RunningHub, picture: Path | None) -> None:
    if picture is not None:
        console.print(f"\n  [faint]screenshot[/]    [address]{picture}[/]", soft_wrap=True)
    console.print(f"  [faint]watch it[/]      [address]{hub.http_url}[/]", soft_wrap=True)
    console.print("\n  [name]Now try[/], in another terminal:\n")
    for line in _tries(hub.http_url):
        console.print(f"    {line}", markup=False, soft_wrap=True)
    console.print()


def _tries(url: str) -> Sequence[str]:
    """Commands that work as they stand, from the folder that this one was started in."""
    name = _called_as()
    port = url.rpartition(":")[2]
    example = "examples/form.json"
    if port == DEFAULT_PORT:
        flag, run = "", f"{name} run {example}"
    else:
        # A task names its pages in full, and the example's page is the hub's own.
        flag = f" --url {url}"
        run = f"sed s/:{DEFAULT_PORT}/:{port}/ {example} | {name} run -{flag}"
    curl = (
        f"curl -s {url}/api/tools/browser_tab -H 'Content-Type: application/json'"
        """ -d '{"action": "list"}'"""
    )
    tries = (f"{name} tasks{flag}", curl)
    return (run, *tries) if Path(example).is_file() else tries


def _called_as() -> str:
    """What to type for this program: its name where the shell finds it, else as it was called."""
    called = Path(sys.argv[0])
    return "tabyard" if shutil.which("tabyard") or called.name != "tabyard" else str(called)
