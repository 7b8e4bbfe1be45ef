"""`tabyard extension path`: where the extension for your own browser lies."""

import os

import typer

from tabyard.app.extension_files import ExtensionNotBuilt, extension_folder
from tabyard.cli.exits import CliError, ExitCode
from tabyard.cli.options import add_command, group_of_commands
from tabyard.cli.terminal import console, error_console
from tabyard.settings import read_settings

__all__ = ["add_to"]


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    group = group_of_commands("The extension for your own browser.")
    group.callback()(_group)
    add_command(group, "path", show_path)
    program.add_typer(group, name="extension", rich_help_panel="Browsers")


def _group() -> None:
    """The extension for your own browser."""


def show_path() -> None:
    """Print the folder to load in chrome://extensions."""
    try:
        folder = extension_folder(read_settings(os.environ).extension_dir)
    except ExtensionNotBuilt as error:
        raise CliError(str(error), exit_code=ExitCode.FAILED, remedy=error.remedy) from None
    console.print(str(folder), soft_wrap=True, markup=False)
    if console.is_terminal:
        error_console.print(
            "[faint]Open chrome://extensions, switch on Developer mode, choose Load unpacked, "
            "name this folder, then click the extension's icon and Connect.[/]"
        )
