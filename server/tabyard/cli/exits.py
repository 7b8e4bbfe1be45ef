"""How a command ends: exit codes that scripts can rely on, and errors that name the remedy."""

from enum import IntEnum

from typing_extensions import override

__all__ = ["CliError", "ExitCode"]


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    """It was done; a followed task completed."""
    FAILED = 1
    """It was tried and failed; a followed task failed."""
    INVALID = 2
    """It can't be asked for like this: wrong usage, or the hub refused the input."""
    UNREACHABLE = 3
    """No hub answers, or it has no browser, no room, or is going down: try again later."""
    CANCELLED = 4
    """The followed task was cancelled."""
    INTERRUPTED = 130
    """Ctrl-C."""


class CliError(Exception):
    """A command can't go on. The text is for a person, `remedy` says what to do about it."""

    def __init__(self, message: str, *, exit_code: ExitCode, remedy: str = "") -> None:
        super().__init__(message, exit_code, remedy)
        self.message = message
        self.exit_code = exit_code
        self.remedy = remedy

    @override
    def __str__(self) -> str:
        return self.message
