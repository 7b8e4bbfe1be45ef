"""What a setting says about itself, and the words that some of them choose from."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

__all__ = ["LogFormat", "LogLevel", "PrivateAddresses", "Row", "SandboxChoice"]


class LogLevel(StrEnum):
    """From how serious on an event is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How log lines look."""

    AUTO = "auto"
    """Pretty on a terminal, JSON otherwise."""
    PRETTY = "pretty"
    JSON = "json"


class SandboxChoice(StrEnum):
    """Whether Chromium isolates its renderers from the system."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class PrivateAddresses(StrEnum):
    """What happens to addresses that only this machine or its network knows."""

    ALLOW = "allow"
    DENY = "deny"


class Row:
    """What a setting says about itself, next to its default.

    `variables`: environment names, the first that is set wins. `default`: in words, where it is
    derived from something.
    """

    def __init__(
        self,
        parse: Callable[[str], Any],
        *variables: str,
        says: str,
        default: str | None = None,
        secret: bool = False,
    ) -> None:
        self.parse = parse
        self.variables = variables
        self.says = says
        self.default = default
        self.secret = secret
