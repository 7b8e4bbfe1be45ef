"""Settings: one table with every knob of the hub, from which help, reference and errors follow."""

from tabyard.settings.errors import BadSetting
from tabyard.settings.read import is_loopback, read_settings
from tabyard.settings.reference import SETTINGS, Setting, spelled
from tabyard.settings.row import LogFormat, LogLevel, SandboxChoice
from tabyard.settings.table import Settings

__all__ = [
    "SETTINGS",
    "BadSetting",
    "LogFormat",
    "LogLevel",
    "SandboxChoice",
    "Setting",
    "Settings",
    "is_loopback",
    "read_settings",
    "spelled",
]
