"""A task on the screen: live on a terminal, plain lines anywhere else."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tabyard.cli.results import command_label, result_line
from tabyard.cli.terminal import CHECKMARKS, STYLE, took

__all__ = ["Display", "LiveDisplay", "PlainDisplay", "display_for"]

Event = dict[str, Any]


class Display(Protocol):
    """Shows a task while its events come."""

    def shown(self) -> AbstractContextManager[object]:
        """Hold the display open for the length of the block."""
        ...

    def show(self, event: Event) -> None:
        """Take in what has happened."""
        ...


def display_for(draft: dict[str, Any], console: Console) -> Display:
    """The display that fits the console."""
    return LiveDisplay(draft, console) if console.is_terminal else PlainDisplay(draft, console)


@dataclass(slots=True)
class Line:
    """One command on the screen."""

    intention: str
    label: str
    status: str = "pending"
    started_ms: int = 0
    took_ms: int | None = None
    note: str = ""
    spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="address"))


def _lines(draft: dict[str, Any]) -> list[Line]:
    return [
        Line(command["intention"], command_label(command["tool_name"], command["args"]))
        for command in draft["commands"]
    ]


def _follow(lines: Sequence[Line], event: Event) -> Line:
    """Bring a command's line up to date with one `task_progress`, and return it."""
    line = lines[int(event["commandIndex"])]
    line.status = event["status"]
    if line.status == "running":
        line.started_ms = event["timestamp"]
        return line
    if line.started_ms:
        line.took_ms = event["timestamp"] - line.started_ms
    error = event.get("error")
    line.note = (
        f"{error['code']}: {error['message']}" if error else result_line(event.get("result"))
    )
    return line


def _summary(event: Event) -> Text:
    """The last line: how the task ended, and how long it took."""
    tally = event["summary"]
    status = event["status"]
    text = Text.assemble(
        (f"{CHECKMARKS[status]} {status}", STYLE[status]),
        f"  {tally['successfulCommands']} of {_commands(tally['totalCommands'])}"
        f" in {took(tally['duration'])}  ",
        (event["taskId"], "faint"),
    )
    error = event.get("error")
    # A failed command has told its error on its own line.
    if error and "commandId" not in error:
        text.append(f"\n  {error['code']}: {error['message']}", style="bad")
    return text


def _commands(count: int) -> str:
    """So many commands."""
    return f"{count} command" if count == 1 else f"{count} commands"


class LiveDisplay:
    """All commands of the task, redrawn as they run."""

    def __init__(self, draft: dict[str, Any], console: Console) -> None:
        self._lines = _lines(draft)
        self._name = draft["task_name"]
        self._where = ""
        self._state = "submitting"
        self._ending: Text | None = None
        self._live = Live(
            get_renderable=self._drawn, console=console, refresh_per_second=12, transient=False
        )

    def shown(self) -> AbstractContextManager[object]:
        return self._live

    def show(self, event: Event) -> None:
        match event["type"]:
            case "task_submit_response":
                self._where = event["instanceId"]
                position = event.get("queuePosition", 1)
                self._state = "queued" if position <= 1 else f"queued, number {position} in line"
            case "task_started":
                self._state = "running"
            case "task_progress":
                self._state = "running"
                _follow(self._lines, event)
            case "task_complete":
                self._settle(event)
                self._ending = _summary(event)
            case _:
                pass
        self._live.refresh()

    def _settle(self, event: Event) -> None:
        for line, outcome in zip(self._lines, event["results"], strict=False):
            line.status = outcome["status"]

    def _drawn(self) -> RenderableType:
        head = Text.assemble((self._name, "name"), ("  on ", "faint"), (self._where, "faint"))
        if self._ending is None:
            head.append(f"  {self._state}", style="address")
        rows = Table.grid(padding=(0, 1), expand=True)
        for ratio in (None, None, None, 1):
            # The note takes what the others leave.
            rows.add_column(no_wrap=True, overflow="ellipsis", ratio=ratio)
        for line in self._lines:
            self._draw(line, rows)
        return Padding(Group(head, rows, self._ending or Text()), (0, 0, 0, 2))

    def _draw(self, line: Line, rows: Table) -> None:
        running = line.status == "running"
        style = STYLE.get(line.status, "faint")
        sign = line.spinner if running else Text(CHECKMARKS[line.status], style=style)
        faint = "faint" if line.status in ("pending", "skipped") else ""
        duration = "" if line.took_ms is None else took(line.took_ms)
        rows.add_row(
            sign,
            Text(line.intention, style=faint),
            Text(duration, style="faint", justify="right"),
            Text(line.note, style="bad" if line.status == "error" else "faint"),
        )


class PlainDisplay:
    """One line per command when it has ended."""

    def __init__(self, draft: dict[str, Any], console: Console) -> None:
        self._lines = _lines(draft)
        self._name = draft["task_name"]
        self._console = console

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()

    def show(self, event: Event) -> None:
        match event["type"]:
            case "task_submit_response":
                position = event.get("queuePosition", 1)
                place = "" if position <= 1 else f", number {position} in line"
                self._say(f"{self._name}: {event['taskId']} on {event['instanceId']}{place}")
            case "task_progress":
                line = _follow(self._lines, event)
                if line.status != "running":
                    self._say(self._told(event["commandIndex"], line))
            case "task_complete":
                self._tell_skipped(event)
                self._say(_summary(event).plain)
            case _:
                pass

    def _tell_skipped(self, event: Event) -> None:
        """Commands that never started have no event of their own."""
        for index, outcome in enumerate(event["results"]):
            line = self._lines[index]
            if outcome["status"] == "skipped" and line.status != "skipped":
                line.status = "skipped"
                self._say(self._told(index, line))

    def _told(self, index: int, line: Line) -> str:
        duration = "" if line.took_ms is None else f" ({took(line.took_ms)})"
        note = f": {line.note}" if line.note else ""
        place = f"[{index + 1}/{len(self._lines)}]"
        return f"{place} {line.status}  {line.intention}{duration}{note}"

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)
