"""The table as the reference page and `tabyard settings` show it."""

from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Final

from tabyard.settings.read import rows
from tabyard.settings.table import Settings

__all__ = ["SETTINGS", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    name: str
    variables: tuple[str, ...]
    """Environment names; the first that is set wins."""
    says: str
    default: str
    """As a person would write it; empty: nothing."""
    secret: bool


def _table() -> tuple[Setting, ...]:
    defaults = {item.name: item.default for item in fields(Settings)}
    return tuple(
        Setting(
            name,
            row.variables,
            row.says,
            _spelled(defaults[name]) if row.default is None else row.default,
            row.secret,
        )
        for name, row in rows().items()
    )


def _spelled(default: object) -> str:
    """A default as one writes it in an environment variable."""
    match default:
        case None | ():
            return ""
        case bool():
            return str(default).lower()
        case float():
            return f"{default:g}"
        case StrEnum():
            return default.value
        case _:
            assert default is not MISSING
            return str(default)


SETTINGS: Final[tuple[Setting, ...]] = _table()
"""Every setting, in the order of the reference page."""
