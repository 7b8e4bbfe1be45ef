"""`tabyard instances`, and `tabyard browser` with `new`, `close`, `rename` and `revoke`."""

import time
from contextlib import nullcontext
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.table import Table
from rich.text import Text

from tabyard.cli.hub_client import HubClient, HubRefused, hub_at
from tabyard.cli.options import JsonOption, UrlOption, add_command, flag, group_of_commands
from tabyard.cli.terminal import CHECKMARKS, STYLE, ago, console, print_json

__all__ = ["add_to"]

LAUNCH_WITHIN_S: Final = 60.0
"""A cold Chromium on a busy machine takes some 20 s to connect."""


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    add_command(program, "instances", list_instances, panel="Browsers")
    group = group_of_commands("Launch, close, rename and revoke browsers.")
    for name, command in (
        ("new", launch),
        ("close", close),
        ("rename", rename),
        ("revoke", revoke),
    ):
        add_command(group, name, command)
    program.add_typer(group, name="browser", rich_help_panel="Browsers")


def list_instances(*, json: JsonOption = False, url: UrlOption = None) -> None:
    """List the browsers that the hub knows, those that are connected first."""
    answer = HubClient(hub_at(url)).get("/instances")
    if json:
        print_json(answer)
        return
    rows: list[dict[str, Any]] = answer["instances"]
    if not rows:
        console.print("No browsers. Launch one: [name]tabyard browser new[/]")
        return
    now_ms = time.time_ns() // 1_000_000
    table = Table(box=None, pad_edge=False, header_style="faint")
    for heading in ("", "label", "kind", "machine", "queue", "seen", "id"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for row in rows:
        status = "paused" if row.get("paused") else str(row["status"])
        table.add_row(
            Text(f"{CHECKMARKS.get(status, '?')} {status}", style=STYLE.get(status, "faint")),
            Text(row["label"], style="name"),
            row["kind"],
            row.get("machine") or "",
            str(row["queueLength"]),
            ago(row.get("lastSeen"), now_ms),
            row["id"],
        )
    console.print(table)


def launch(
    *,
    headed: Annotated[bool, flag("--headed", "With a window to look at.")] = False,
    page: Annotated[str | None, typer.Option(metavar="URL", help="Address to open first.")] = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A profile to keep; without it a fresh one is used."),
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="TEXT", help="What to call it.")] = None,
    json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Launch a Chromium with the extension, and wait until it is connected.

    Example: tabyard browser new --headed --page https://example.com
    """
    wanted = {"url": page, "profile": profile, "label": label, "headless": not headed}
    args = {key: value for key, value in wanted.items() if value is not None}
    client = HubClient(hub_at(url), timeout_s=LAUNCH_WITHIN_S)
    with console.status("Launching a browser…") if console.is_terminal else nullcontext():
        opened = client.call("browser_instance", {"action": "new", **args})
    if json:
        print_json(opened)
        return
    console.print(f"[good]●[/] {opened['instanceId']}  [faint]{opened['message']}[/]")
    console.print(f"  [faint]downloads go to {opened['downloadDirectory']}[/]", soft_wrap=True)


def close(
    instance: Annotated[str, typer.Argument(help="Id or label of the browser.", metavar="BROWSER")],
    *,
    url: UrlOption = None,
) -> None:
    """Close a browser. Its queued tasks fail."""
    args = {"action": "close", "instanceId": instance}
    try:
        closed = HubClient(hub_at(url)).call("browser_instance", args)
    except HubRefused as error:
        if error.code != "INVALID_ARGUMENTS":
            raise
        # What the tool advises is for programs that call tools.
        message = str(error).partition(";")[0]
        raise HubRefused(error.status, "INSTANCE_NOT_FOUND", message, {}) from None
    console.print(f"○ {closed['message']}", markup=False)


def rename(
    instance: Annotated[str, typer.Argument(help="Id or label of the browser.", metavar="BROWSER")],
    label: Annotated[str, typer.Argument(help="What to call it from now on.", metavar="LABEL")],
    *,
    url: UrlOption = None,
) -> None:
    """Give a browser another label."""
    answer = HubClient(hub_at(url)).patch(_path(instance), {"label": label})
    named = answer["instance"]
    console.print(f"{named['id']} is called {named['label']!r} now.", markup=False)


def revoke(
    instance: Annotated[str, typer.Argument(help="Id or label of the browser.", metavar="BROWSER")],
    *,
    url: UrlOption = None,
) -> None:
    """End a browser's pairing. It is cut off at once, its tasks fail, and it can't come back."""
    gone = HubClient(hub_at(url)).delete(_path(instance))["instance"]
    console.print(f"○ {gone['label']} ({gone['id']}) is revoked.", markup=False)


def _path(instance: str) -> str:
    return f"/instances/{quote(instance, safe='')}"
