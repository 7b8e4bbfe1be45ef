"""What one line says about a result."""

import io
from typing import Any

import pytest
from rich.table import Table

from tabyard.cli.results import command_label, result_line
from tabyard.cli.terminal import ago, console, took


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({"result": 2, "value": 2}, "2"),
        ({"result": None, "value": None}, '{"result":null,"value":null}'),
        ({"success": True, "url": "http://a.test/", "title": "A page"}, "A page"),
        ({"content": "first\n  second", "format": "text"}, "first second"),
        ({"format": "png", "width": 1280, "height": 720}, "1280x720 png"),
        ({"selected": ["coast"]}, "coast"),
        ({"selected": ["a", "b"]}, "a, b"),
        ({"result": [1, "b"]}, '[1,"b"]'),
        ({"clicked": True, "selector": "#send"}, ""),
        ({"tabs": [], "activeTabId": None, "count": 0}, "0 tabs"),
        ({"tabs": [{"id": 1}], "count": 1}, "1 tab"),
        ({}, ""),
    ],
)
def test_a_result_is_told_in_one_line(typed: dict[str, Any], line: str) -> None:
    assert result_line({"content": [], "structuredContent": typed}) == line


def test_a_long_result_is_cut() -> None:
    line = result_line({"structuredContent": {"result": "x" * 1000}})
    assert (len(line), line[-1]) == (300, "…")


def test_no_result_is_nothing() -> None:
    assert result_line(None) == ""


def test_a_command_is_called_by_its_tool_and_action() -> None:
    assert command_label("browser_tab", {"action": "list"}) == "browser_tab list"
    assert command_label("sleep", {"duration": 3}) == "sleep"


def test_durations_are_as_precise_as_they_are_short() -> None:
    assert [took(ms) for ms in (4, 210, 12_340, 185_000)] == [
        "0.00 s",
        "0.21 s",
        "12.3 s",
        "3 min 05 s",
    ]


def test_moments_are_told_from_now() -> None:
    hour_ms = 3_600_000
    now_ms = 100 * hour_ms
    spans_ms = (0, 59_000, 60_000, hour_ms, 50 * hour_ms)
    told = [ago(now_ms - span_ms, now_ms) for span_ms in spans_ms]
    assert told == ["0 s ago", "59 s ago", "1 min ago", "1 h ago", "2 d ago"]
    assert ago(None, now_ms) == ""
    assert ago(now_ms + 5, now_ms) == "0 s ago"


def test_what_a_page_has_written_is_shown_and_never_obeyed() -> None:
    shown = io.StringIO()
    terminal = type(console)(
        file=shown, force_terminal=True, color_system="standard", highlight=False, width=80
    )
    table = Table("title")
    table.add_row("\x1b[2Jgone \x9b31m")
    terminal.print("[red]said[/] \x1b]0;mine\x07\u202eabc", table)
    text = shown.getvalue()
    assert "\x1b[31msaid" in text
    assert "\ufffd]0;mine" in text
    for obeyed in ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e"):
        assert obeyed not in text
