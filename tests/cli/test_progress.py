"""How a task looks while it runs: drawn anew on a terminal, line by line elsewhere."""

import io
from typing import Any, Final

from rich.console import Console

from tabyard.cli.progress import LiveDisplay, PlainDisplay, display_for
from tabyard.cli.terminal import THEME

DRAFT: Final[dict[str, Any]] = {
    "task_name": "Errand",
    "commands": [
        {"tool_name": "browser_navigate", "intention": "Open it", "args": {"action": "goto"}},
        {"tool_name": "browser_interact", "intention": "Click it", "args": {"action": "click"}},
    ],
}
ACCEPTED: Final = {"type": "task_submit_response", "taskId": "task_1", "instanceId": "inst_1"}


def progress(index: int, status: str, at_ms: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "task_progress",
        "commandIndex": index,
        "status": status,
        "timestamp": at_ms,
        **more,
    }


def complete(status: str, *outcomes: str, **more: Any) -> dict[str, Any]:
    succeeded = outcomes.count("success")
    return {
        "type": "task_complete",
        "taskId": "task_1",
        "status": status,
        "summary": {
            "totalCommands": len(outcomes),
            "successfulCommands": succeeded,
            "duration": 1500,
        },
        "results": [{"status": outcome} for outcome in outcomes],
        **more,
    }


def terminal() -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=80, theme=THEME, color_system=None
    )


def drawn(console: Console) -> str:
    """What is on the screen now: the last drawing, without the codes that move the cursor."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_terminal_gets_the_live_display_and_a_pipe_gets_lines() -> None:
    pipe = Console(file=io.StringIO(), theme=THEME)
    assert isinstance(display_for(DRAFT, terminal()), LiveDisplay)
    assert isinstance(display_for(DRAFT, pipe), PlainDisplay)


def test_the_live_display_shows_each_command_with_its_result_and_duration() -> None:
    console = terminal()
    display = LiveDisplay(DRAFT, console)
    with display.shown():
        display.show(ACCEPTED)
        display.show({"type": "task_started"})
        display.show(progress(0, "running", 1000))
        result = {"structuredContent": {"title": "A page"}}
        display.show(progress(0, "success", 1250, result=result))
        display.show(progress(1, "running", 1250))
        error = {"code": "ELEMENT_NOT_FOUND", "message": "nothing matches"}
        display.show(progress(1, "error", 2500, error=error))
        display.show(complete("failed", "success", "error", error={**error, "commandId": "c"}))

    last = drawn(console).rpartition("Errand")[2].splitlines()
    assert last[0].strip() == "on inst_1"
    assert last[1].split() == ["✓", "Open", "it", "0.25", "s", "A", "page"]
    assert "✗ Click it" in last[2]
    assert "ELEMENT_NOT_FOUND: nothing matches" in last[2]
    assert last[3].strip() == "✗ failed  1 of 2 commands in 1.50 s  task_1"


def test_the_live_display_says_how_many_are_before_it() -> None:
    console = terminal()
    display = LiveDisplay(DRAFT, console)
    with display.shown():
        display.show({**ACCEPTED, "queuePosition": 3})
    assert "queued, number 3 in line" in drawn(console)


def test_an_error_that_belongs_to_no_command_is_told_at_the_end() -> None:
    console = Console(file=io.StringIO(), width=200, theme=THEME)
    display = PlainDisplay(DRAFT, console)
    error = {"code": "INSTANCE_DISCONNECTED", "message": "gone"}
    with display.shown():
        display.show(ACCEPTED)
        display.show(complete("failed", "skipped", "skipped", error=error))

    assert drawn(console).splitlines() == [
        "Errand: task_1 on inst_1",
        "[1/2] skipped  Open it",
        "[2/2] skipped  Click it",
        "✗ failed  0 of 2 commands in 1.50 s  task_1",
        "  INSTANCE_DISCONNECTED: gone",
    ]


def test_what_comes_from_outside_is_never_read_as_markup() -> None:
    console = Console(file=io.StringIO(), width=200, theme=THEME)
    draft = {**DRAFT, "task_name": "[bold]x[/bold] [/]"}
    display = PlainDisplay(draft, console)
    display.show(ACCEPTED)
    assert drawn(console).startswith("[bold]x[/bold] [/]: task_1")
