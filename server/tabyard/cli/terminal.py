"""What people see: consoles, colours, and short spellings of times and identifiers."""

import sys
from collections.abc import Iterable
from typing import Any, Final

import orjson
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.theme import Theme
from typing_extensions import override

__all__ = [
    "CHECKMARKS",
    "STYLE",
    "ago",
    "complain",
    "console",
    "error_console",
    "print_json",
    "took",
]

THEME: Final = Theme(
    {
        "good": "green",
        "bad": "bold red",
        "warn": "yellow",
        "faint": "bright_black",
        "name": "bold",
        "address": "cyan",
    }
)

CHECKMARKS: Final = {
    "completed": "✓",
    "success": "✓",
    "failed": "✗",
    "error": "✗",
    "cancelled": "⊘",
    "skipped": "-",
    "running": "▸",
    "queued": "·",
    "pending": "·",
    "connected": "●",
    "reconnecting": "◌",
    "paused": "‖",
    "gone": "○",
}
"""A sign for each status."""

STYLE: Final = {
    "completed": "good",
    "success": "good",
    "connected": "good",
    "failed": "bad",
    "error": "bad",
    "cancelled": "warn",
    "reconnecting": "warn",
    "running": "address",
}
"""A colour for each status that has one; the others are `faint`."""

MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_S: Final = 86_400

WIDE: Final = 240
"""Columns where nobody looks: what goes into a pipe is not to be cut."""

UNSHOWN: Final = dict.fromkeys(
    (
        *(one for one in range(32) if chr(one) not in "\t\n"),
        *range(127, 160),
        *range(8234, 8239),
        *range(8294, 8298),
    ),
    "�",
)
"""Control characters, and those that turn the direction of text: pages write what is shown here,
and a terminal would obey them.
"""


class _Plain(Console):
    """A console on which text is nothing but text."""

    @override
    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(text.translate(UNSHOWN), style)


console: Final = _Plain(theme=THEME, highlight=False, width=None if sys.stdout.isatty() else WIDE)
"""Answers go here (stdout)."""

error_console: Final = _Plain(
    theme=THEME, highlight=False, stderr=True, width=None if sys.stderr.isatty() else WIDE
)
"""Everything that is not an answer goes here (stderr)."""


def complain(message: str, remedy: str = "") -> None:
    """Say on stderr what is wrong, and on the next line what to do about it."""
    error_console.print("[bad]error:[/] ", end="")
    error_console.print(message, markup=False, soft_wrap=True)
    if remedy:
        error_console.print("  [good]try:[/] ", end="")
        error_console.print(remedy, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever the hub answered
    """Write one line of JSON to stdout, for programs."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
    sys.stdout.flush()


def took(duration_ms: float) -> str:
    """`0.21 s`, `12.4 s`, `3 min 05 s`."""
    seconds = duration_ms / 1000
    if seconds < 10:  # noqa: PLR2004 - two digits of precision below ten seconds
        return f"{seconds:.2f} s"
    if seconds < MINUTE_S:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def ago(then_ms: int | None, now_ms: int) -> str:
    """`4 s ago`, `12 min ago`, `3 h ago`; nothing for a moment that has not been."""
    if then_ms is None:
        return ""
    seconds = max(0, (now_ms - then_ms) // 1000)
    if seconds < MINUTE_S:
        return f"{seconds} s ago"
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S} min ago"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S} h ago"
    return f"{seconds // DAY_S} d ago"
