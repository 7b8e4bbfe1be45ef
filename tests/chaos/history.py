"""What everybody says that they saw: the only thing that the checker believes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tabyard_protocol.model import JsonObject

__all__ = ["Execution", "Heard", "History", "Submission", "What", "now_ms"]


def now_ms() -> float:
    """Wall time, as the hub's journal has it."""
    return time.time() * 1000  # noqa: TID251 -- compared with what another process wrote down


class What(StrEnum):
    """What a browser noted about a call."""

    BEGIN = "begin"
    END = "end"
    STOPPED = "stopped"
    """It was asked to, or it died."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One line of a browser's own log."""

    at_ms: float
    browser: str
    what: What
    call: str
    command: str
    task: str
    tool: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A task that the hub said it had accepted."""

    key: str
    task: str
    browser: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame of one reader's connection."""

    reader: str
    connection: int
    frame: JsonObject


@dataclass(slots=True)
class History:
    """One run, from outside."""

    executions: list[Execution] = field(default_factory=list[Execution])
    submissions: list[Submission] = field(default_factory=list[Submission])
    cancelled: list[str] = field(default_factory=list[str])
    """Tasks that the hub said it had cancelled."""
    heard: list[Heard] = field(default_factory=list[Heard])
    defects: list[str] = field(default_factory=list[str])
    """What a participant itself found wrong."""
    retry_safe: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """By tool."""
