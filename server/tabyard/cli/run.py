"""`tabyard run FILE`: submit a task and follow it to its end."""

import asyncio
import secrets
import signal
from contextlib import AbstractContextManager, aclosing, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from tabyard.cli.drafts import read_draft
from tabyard.cli.exits import CliError, ExitCode
from tabyard.cli.follow import Follower
from tabyard.cli.hub_client import HubAddress, HubClient, HubRefused, hub_at
from tabyard.cli.options import UrlOption, add_command, flag
from tabyard.cli.progress import Display, display_for
from tabyard.cli.terminal import console, error_console, print_json

__all__ = ["Pictures", "add_to", "watch"]

OUTCOME: Final = {
    "completed": ExitCode.DONE,
    "failed": ExitCode.FAILED,
    "cancelled": ExitCode.CANCELLED,
}
CANCEL_WITHIN_S: Final = 5.0
"""The hub waits two seconds for the browser to stop; the rest is for the way there."""

Event = dict[str, Any]


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    add_command(program, "run", run_task, panel="Tasks")


def run_task(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="JSON of a task or a list of commands; - reads stdin."),
    ],
    *,
    instance: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Id or label of the browser; without it the first."),
    ] = None,
    json: Annotated[bool, flag("--json", "Print each event as one line of JSON.")] = False,
    detach: Annotated[bool, flag("--detach", "Submit and return; print the task's id.")] = False,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", help="Save screenshots into this folder.", metavar="DIR"),
    ] = None,
    url: UrlOption = None,
) -> None:
    """Submit a task and follow it to its end.

    Ctrl-C cancels the task. The exit code tells how it ended: 0 completed, 1 failed, 2 the task
    or the command line is invalid, 3 the hub can't be reached or can't take it now, 4 cancelled,
    130 interrupted.

    Examples:
      tabyard run examples/form.json

      echo '[{"tool_name": "sleep", "args": {"duration": 500}}]' | tabyard run - --json
    """
    draft = read_draft(file)
    if instance is not None:
        draft["instanceId"] = instance
    address = hub_at(url)
    if detach:
        accepted = HubClient(address).post("/tasks", draft)
        print_json(accepted) if json else console.print(accepted["taskId"])
        return
    album = Pictures(HubClient(address), pictures)
    display = _JsonLines() if json else display_for(draft, console)
    raise typer.Exit(asyncio.run(_follow(address, draft, display, album)))


class Pictures:
    """Saves the screenshots of a task, and remembers where."""

    def __init__(self, hub: HubClient, folder: Path | None) -> None:
        self._hub = hub
        self._folder = folder
        self.saved: list[Path] = []

    async def keep(self, event: Event) -> None:
        """Save the picture that a `screenshot` event tells of."""
        if self._folder is not None:
            self.saved.append(await asyncio.to_thread(self._save, event["url"], self._folder))

    def _save(self, url: str, folder: Path) -> Path:
        data = self._hub.fetch(url)
        suffix = {b"\x89PNG": ".png", b"RIFF": ".webp"}.get(data[:4], ".jpg")
        target = folder / f"{url.rsplit('/', 1)[-1]}{suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:
            raise CliError(
                f"The screenshot can't be saved as {target}: {error.strerror}",
                exit_code=ExitCode.FAILED,
            ) from None
        return target.absolute()


async def _follow(
    address: HubAddress, draft: dict[str, Any], display: Display, pictures: Pictures
) -> ExitCode:
    """Submit `draft` and show it until it has ended; Ctrl-C asks the hub to cancel it."""
    follower = Follower(address, draft, idempotency_key=secrets.token_hex(16))
    following = asyncio.current_task()
    assert following is not None
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, following.cancel)
    try:
        with display.shown():
            status = await watch(follower, display, pictures)
    except asyncio.CancelledError:
        following.uncancel()
        await _cancel(address, follower.task_id)
        return ExitCode.INTERRUPTED
    finally:
        loop.remove_signal_handler(signal.SIGINT)
    for path in pictures.saved:
        error_console.print(f"[faint]screenshot[/]  {path}", soft_wrap=True)
    if status == "failed" and not isinstance(display, _JsonLines):
        error_console.print(
            f"[faint]look at it[/]  {address.url}/#{follower.task_id}", soft_wrap=True
        )
    return OUTCOME[status]


async def watch(follower: Follower, display: Display, pictures: Pictures) -> str:
    """Submit the follower's task and show it until it has ended; its final status."""
    async with aclosing(follower.events()) as events:
        async for event in events:
            display.show(event)
            if event["type"] == "screenshot":
                await pictures.keep(event)
            if event["type"] == "task_complete":
                return str(event["status"])
    raise AssertionError


async def _cancel(address: HubAddress, task_id: str | None) -> None:
    if task_id is None:
        return
    client = HubClient(address, timeout_s=CANCEL_WITHIN_S)
    # It may have ended in the meantime, and the hub may be what has gone.
    with suppress(HubRefused):
        await asyncio.to_thread(client.post, f"/tasks/{quote(task_id, safe='')}/cancel")
        error_console.print(f"[warn]⊘ cancelled[/]  [faint]{task_id}[/]")


class _JsonLines:
    """Every event as one line of JSON, for programs."""

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()

    def show(self, event: Event) -> None:
        print_json(event)
