"""`tabyard instances`, `tabyard browser new`, `tabyard browser close ID`."""

import time
from contextlib import nullcontext
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from tabyard.cli.hub_client import HubClient, UrlOption, hub_at
from tabyard.cli.terminal import CHECKMARKS, STYLE, ago, console, print_json

__all__ = ["add_to"]

LAUNCH_WITHIN_S: Final = 60.0
"""A cold Chromium on a busy machine takes some 20 s to connect."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print the hub's answer as JSON.")]


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.command("instances", rich_help_panel="Browsers")(list_instances)
    group = typer.Typer(help="Launch and close browsers.", no_args_is_help=True)
    group.command("new")(launch)
    group.command("close")(close)
    program.add_typer(group, name="browser", rich_help_panel="Browsers")


def list_instances(*, json: JsonOption = False, url: UrlOption = None) -> None:
    """List the browsers that the hub knows, in order of connection."""
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
    for heading in ("", "label", "kind", "queue", "connected", "id"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for row in rows:
        status = str(row["status"])
        table.add_row(
            Text(f"{CHECKMARKS.get(status, '?')} {status}", style=STYLE.get(status, "faint")),
            Text(row["label"], style="name"),
            row["kind"],
            str(row["queueLength"]),
            ago(row.get("connectedAt"), now_ms),
            row["id"],
        )
    console.print(table)


def launch(
    *,
    headed: Annotated[bool, typer.Option("--headed", help="With a window to look at.")] = False,
    page: Annotated[str | None, typer.Option(help="Address to open first.")] = None,
    profile: Annotated[
        str | None, typer.Option(help="Name of a profile to keep; without it a fresh one is used.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="What to call it.")] = None,
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
    instance: Annotated[str, typer.Argument(help="Id of the browser.", metavar="ID")],
    *,
    url: UrlOption = None,
) -> None:
    """Close a browser. Its queued tasks fail."""
    args = {"action": "close", "instanceId": instance}
    closed = HubClient(hub_at(url)).call("browser_instance", args)
    console.print(f"○ {closed['message']}", markup=False)
