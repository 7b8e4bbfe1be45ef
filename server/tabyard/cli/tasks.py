"""`tabyard tasks`, `tabyard task ID`, `tabyard cancel ID`."""

import time
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tabyard.cli.hub_client import HubClient, hub_at
from tabyard.cli.options import JsonOption, UrlOption, add_command
from tabyard.cli.results import command_label, result_line
from tabyard.cli.terminal import CHECKMARKS, STYLE, ago, console, print_json, took

__all__ = ["add_to"]

TaskArgument = Annotated[str, typer.Argument(help="Id of the task.", metavar="ID")]


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    add_command(program, "tasks", list_tasks, panel="Tasks")
    add_command(program, "task", show_task, panel="Tasks")
    add_command(program, "cancel", cancel_task, panel="Tasks")


def list_tasks(
    *,
    status: Annotated[
        str,
        typer.Option(
            metavar="STATUS", help="queued, running, completed, failed, cancelled or all."
        ),
    ] = "all",
    instance: Annotated[
        str | None, typer.Option(metavar="ID", help="Only tasks of this browser.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="At most so many.")] = 20,
    json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """List tasks, newest first.

    Example: tabyard tasks --status running
    """
    wanted = {"status": status, "instanceId": instance, "limit": str(limit)}
    query = urlencode({key: value for key, value in wanted.items() if value})
    answer = HubClient(hub_at(url)).get(f"/tasks?{query}")
    if json:
        print_json(answer)
        return
    rows: list[dict[str, Any]] = answer["tasks"]
    if not rows:
        console.print("No tasks.", style="faint")
        return
    now_ms = _now_ms()
    table = Table(box=None, pad_edge=False, header_style="faint")
    for heading in ("status", "task", "commands", "took", "created", "id"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(
            _status(row["status"]),
            Text(row["name"], style="name"),
            str(row["commandCount"]),
            _duration(row, now_ms),
            ago(row["createdAt"], now_ms),
            row["id"],
        )
    console.print(table)
    hidden = answer.get("total", len(rows)) - len(rows)
    if hidden > 0:
        console.print(f"and {hidden} more; show them with --limit", style="faint")


def show_task(
    task: TaskArgument,
    *,
    json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Show one task with its commands and results."""
    answer = HubClient(hub_at(url)).get(f"/tasks/{quote(task, safe='')}")
    if json:
        print_json(answer)
        return
    view = answer["task"]
    now_ms = _now_ms()
    head = Text.assemble(
        _status(view["status"]), "  ", (view["name"], "name"), "  ", (view["id"], "faint")
    )
    console.print(head)
    console.print(view["intention"], style="faint", markup=False)
    console.print(
        f"on {view['instanceId']}, created {ago(view['createdAt'], now_ms)}"
        + (f", took {_duration(view, now_ms)}" if view.get("startedAt") else ""),
        style="faint",
    )
    console.print()
    for command in view["commands"]:
        _show_command(command, now_ms)
    if error := view.get("error"):
        console.print(f"\n[bad]{error['code']}[/] {escape(error['message'])}")


def cancel_task(task: TaskArgument, *, url: UrlOption = None) -> None:
    """Cancel a queued or running task."""
    answer = HubClient(hub_at(url)).post(f"/tasks/{quote(task, safe='')}/cancel")
    console.print(f"{CHECKMARKS['cancelled']} {answer['message']}  [faint]{escape(task)}[/]")


def _show_command(command: dict[str, Any], now_ms: int) -> None:
    sign = Text(CHECKMARKS[command["status"]], style=STYLE.get(command["status"], "faint"))
    tool = command_label(command["tool_name"], command["args"])
    line = Text.assemble("  ", sign, " ", command["intention"], "  ")
    if tool != command["intention"]:
        line.append(f"{tool}  ", style="faint")
    line.append(_duration(command, now_ms), style="faint")
    console.print(line)
    if error := command.get("error"):
        console.print(f"      [bad]{error['code']}[/] {escape(error['message'])}")
    elif line := result_line(command.get("result")):
        console.print(Text(f"      {line}", style="faint"), overflow="ellipsis")


def _status(status: str) -> Text:
    return Text(f"{CHECKMARKS.get(status, '?')} {status}", style=STYLE.get(status, "faint"))


def _duration(row: dict[str, Any], now_ms: int) -> str:
    started = row.get("startedAt")
    return took((row.get("completedAt") or now_ms) - started) if started else ""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
