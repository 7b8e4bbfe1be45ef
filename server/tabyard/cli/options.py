"""What the commands have in common: flags, and help that flows."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

__all__ = ["JsonOption", "UrlOption", "add_command", "flag"]


def flag(name: str, says: str) -> Any:  # noqa: ANN401 - like typer.Option
    """An option without a value."""
    return typer.Option(name, help=says, metavar="", show_default=False)


JsonOption = Annotated[bool, flag("--json", "Print the hub's answer as JSON.")]

UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="TABYARD_URL",
        metavar="URL",
        help="Where the hub is; without it http://127.0.0.1:3300.",
        show_default=False,
        rich_help_panel="Hub",
    ),
]


def add_command(
    program: typer.Typer, name: str, function: Callable[..., None], *, panel: str | None = None
) -> None:
    """Add `function` as a command; its docstring is the help, whatever its line breaks."""
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    program.command(name, help=text, rich_help_panel=panel)(function)
