"""`tabyard settings`: what can be set, and what is set."""

import os
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tabyard.cli.options import add_command, flag
from tabyard.cli.terminal import console, print_json
from tabyard.settings import SETTINGS, Setting, Settings, read_settings, spelled

__all__ = ["add_to"]


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    add_command(program, "settings", list_settings, panel="Hub")


def list_settings(
    *, json: Annotated[bool, flag("--json", "Print the values as JSON.")] = False
) -> None:
    """List every setting with its environment variable and its present value."""
    settings = read_settings(os.environ)
    if json:
        print_json({row.name: _value(row, settings) for row in SETTINGS})
        return
    table = Table(box=None, pad_edge=False, header_style="faint")
    table.add_column("variable", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("what it is", ratio=1)
    for row in SETTINGS:
        is_set = any(os.environ.get(variable) for variable in row.variables)
        value = _value(row, settings)
        style = "good" if is_set else "faint"
        shown = value if is_set or not row.default or value else row.default
        table.add_row(Text(row.variables[0], style="name"), Text(shown, style=style), row.says)
    console.print(table)


def _value(row: Setting, settings: Settings) -> str:
    value: object = getattr(settings, row.name)
    if row.secret:
        return "***" if value else ""
    return spelled(value)
