"""`browser_debug`: dialogs, console, performance, traces, downloads."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.tools.definition import Action, Tool, ToolArgs, ToolOutcome

__all__ = [
    "BROWSER_DEBUG",
    "ConsoleRead",
    "ConsoleRow",
    "DebugConsole",
    "DebugDialog",
    "DebugDownloadWait",
    "DebugDownloads",
    "DebugPerformance",
    "DebugTraceStart",
    "DebugTraceStop",
    "DialogHandled",
    "DownloadEnded",
    "DownloadRow",
    "DownloadsRead",
    "PerformanceRead",
    "Tracing",
]


class DebugDialog(ToolArgs):
    """What to do with the open dialog."""

    dialog_action: Literal["accept", "dismiss"] = "accept"
    prompt_text: str | None = None


class DialogHandled(ToolOutcome):
    """What it was."""

    handled: bool
    dialog_type: str
    message: str
    action: str


class DebugConsole(ToolArgs):
    """Which lines of the console."""

    level: Literal["log", "info", "warning", "error", "all"] | None = None
    clear: bool | None = None


class ConsoleRow(WireModel):
    """One line; `timestamp` in milliseconds since 1970."""

    level: str
    text: str
    timestamp: float
    source: str | None = None


class ConsoleRead(ToolOutcome):
    """The lines, oldest first."""

    logs: tuple[ConsoleRow, ...]
    count: int


class DebugPerformance(ToolArgs):
    """No arguments."""


class PerformanceRead(ToolOutcome):
    """The browser's metrics, and the page's own timing in ms since its start."""

    metrics: dict[str, float]
    timing: JsonObject


class DebugTraceStart(ToolArgs):
    """Which categories to trace."""

    categories: tuple[str, ...] | None = None


class DebugTraceStop(ToolArgs):
    """No arguments."""


class Tracing(ToolOutcome):
    """Whether a trace is running; after the stop, where it is stored."""

    tracing: bool
    artifact_id: str | None = None
    url: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None


class DebugDownloads(ToolArgs):
    """Which downloads."""

    state: Literal["in_progress", "complete", "error", "all"] | None = None


class DownloadRow(WireModel):
    """One download; `progress` from 0 to 100, times in milliseconds since 1970."""

    id: str
    filename: str
    filepath: str
    state: Literal["in_progress", "complete", "error"]
    bytes_received: int
    total_bytes: int
    progress: float
    start_time: int
    end_time: int | None = None


class DownloadsRead(ToolOutcome):
    """The downloads, newest first."""

    downloads: tuple[DownloadRow, ...]
    count: int


class DebugDownloadWait(ToolArgs):
    """The download to wait for; default: the newest, or the next to come."""

    download_id: Annotated[str, Field(min_length=1)] | None = None


class DownloadEnded(ToolOutcome):
    """The download, complete; its bytes as an artifact where the hub can read or get them."""

    id: str
    filename: str
    filepath: str
    state: str
    bytes_received: int
    total_bytes: int
    progress: float
    start_time: int
    end_time: int | None = None
    artifact_id: str | None = None
    url: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None


BROWSER_DEBUG: Final = Tool.of(
    "browser_debug",
    "Dialogs, console, performance, trace_start, trace_stop, downloads, download_wait",
    Action(
        name="dialog",
        summary="Accept or dismiss the open dialog",
        args=DebugDialog,
        result=DialogHandled,
        example={"dialogAction": "accept", "promptText": "yes"},
    ),
    Action(
        name="console",
        summary="Lines of the console",
        args=DebugConsole,
        result=ConsoleRead,
        example={"level": "error"},
        read_only=True,
    ),
    Action(
        name="performance",
        summary="Metrics and timing",
        args=DebugPerformance,
        result=PerformanceRead,
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="trace_start",
        summary="Start a trace",
        args=DebugTraceStart,
        result=Tracing,
        example={"categories": ["devtools.timeline"]},
    ),
    Action(
        name="trace_stop",
        summary="Stop the trace and store it",
        args=DebugTraceStop,
        result=Tracing,
    ),
    Action(
        name="downloads",
        summary="Downloads",
        args=DebugDownloads,
        result=DownloadsRead,
        example={"state": "complete"},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="download_wait",
        summary="Wait for a download to end",
        args=DebugDownloadWait,
        result=DownloadEnded,
        example={"timeout": 60000},
        read_only=True,
        retry_safe=True,
        timeout_ms=300_000,
    ),
)
