"""The table as the reference page and `tabyard settings` show it."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, cast

from tabyard.settings.read import rows
from tabyard.settings.table import Settings

__all__ = ["SETTINGS", "Setting", "spelled"]


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
            spelled(defaults[name]) if row.default is None else row.default,
            row.secret,
        )
        for name, row in rows().items()
    )


def spelled(value: object) -> str:
    """The value of a setting as one writes it in an environment variable."""
    match value:
        case None:
            return ""
        case tuple():
            return ",".join(str(word) for word in cast("tuple[object, ...]", value))
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case StrEnum():
            return value.value
        case _:
            return str(value)


SETTINGS: Final[tuple[Setting, ...]] = _table()
"""Every setting, in the order of the reference page."""
