"""`tabyard serve`: run the hub."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.table import Table

from tabyard import __version__
from tabyard.app.errors import CannotStart
from tabyard.app.logs import configure_logs
from tabyard.app.serving import RunningHub, serve
from tabyard.cli.demo import show_demo
from tabyard.cli.exits import CliError, ExitCode
from tabyard.cli.options import add_command, flag
from tabyard.cli.terminal import complain, console
from tabyard.core.errors import HubError
from tabyard.settings import LogFormat, LogLevel, Settings, read_settings
from tabyard.storage import StoreOpenFailed

__all__ = ["add_to"]


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    add_command(program, "serve", serve_hub, panel="Hub")


def serve_hub(
    *,
    demo: Annotated[bool, flag("--demo", "Launch a browser and run a task to look at.")] = False,
    browsers: Annotated[
        int,
        typer.Option(
            "--browsers",
            min=0,
            max=100,
            metavar="N",
            show_default=False,
            help="Launch so many browsers.",
        ),
    ] = 0,
    headed: Annotated[bool, flag("--headed", "Launch them with a window to look at.")] = False,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address to listen on.")
    ] = None,
    http_port: Annotated[
        str | None, typer.Option(metavar="N", help="Port of the REST API.")
    ] = None,
    link_port: Annotated[
        str | None, typer.Option(metavar="N", help="Port of the WebSockets.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for everything it keeps.")
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="FILE", help="Database file, or memory.")
    ] = None,
    log_level: Annotated[LogLevel | None, typer.Option(help="From what level on to log.")] = None,
    log_format: Annotated[LogFormat | None, typer.Option(help="How log lines look.")] = None,
) -> None:
    """Run the hub until Ctrl-C.

    Everything can be set in the environment too: see tabyard settings. The first Ctrl-C lets
    running commands end, the second stops at once.

    Example: tabyard serve --browsers 2 --headed
    """
    if demo:
        log_level = log_level or _quiet_unless_set(os.environ)
    settings = read_settings(
        os.environ,
        {
            "host": host,
            "http_port": http_port,
            "link_port": link_port,
            "data_dir": None if data_dir is None else str(data_dir),
            "store": store,
            "log_level": log_level,
            "log_format": log_format,
        },
    )
    configure_logs(settings.log_level, settings.log_format, secrets=settings.keys)

    async def ready(hub: RunningHub) -> None:
        _introduce(hub, settings)
        if demo:
            await show_demo(hub, settings, headed=headed)
        await _launch(hub, browsers - 1 if demo else browsers, headed=headed)
        await _until_stopped()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings, ready=ready))
        console.print("  [faint]stopped[/]")
    except CannotStart as error:
        raise CliError(str(error), exit_code=ExitCode.FAILED, remedy=error.remedy) from None
    except StoreOpenFailed as error:
        raise CliError(str(error), exit_code=ExitCode.FAILED) from None


def _quiet_unless_set(environment: Mapping[str, str]) -> LogLevel | None:
    """The demonstration draws on the terminal; routine events would run through its picture."""
    return None if environment.get("TABYARD_LOG_LEVEL") else LogLevel.WARNING


def _introduce(hub: RunningHub, settings: Settings) -> None:
    keeps = "nothing (TABYARD_STORE=memory)" if settings.in_memory else str(settings.data_dir)
    rows = Table.grid(padding=(0, 2))
    rows.add_row("  [faint]API[/]", f"[address]{hub.http_url}[/]")
    rows.add_row("  [faint]WebSocket[/]", f"[address]{hub.link_url}[/]")
    rows.add_row("  [faint]keeps[/]", keeps)
    console.print(f"\n  [name]Tabyard {__version__}[/]  [faint]Ctrl-C stops it[/]\n")
    console.print(rows)
    console.print()


async def _until_stopped() -> None:
    """Say that the signal has been heard: commands that run may hold up the end."""
    try:
        await asyncio.Event().wait()
    finally:
        console.print("  [faint]stopping; Ctrl-C again stops at once[/]")


async def _launch(hub: RunningHub, count: int, *, headed: bool) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_launch_one(hub, headed=headed))


async def _launch_one(hub: RunningHub, *, headed: bool) -> None:
    """Launch a browser; a reason that a person can remedy is said and does not end the hub."""
    try:
        opened = await hub.launch(headed=headed)
    except HubError as error:
        complain(str(error), "tabyard doctor")
    else:
        console.print(f"  [good]●[/] {opened}  [faint]connected[/]")
