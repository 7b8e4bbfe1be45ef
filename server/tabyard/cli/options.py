"""What the commands have in common: flags, and help that flows."""

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typing_extensions import override

__all__ = ["CommandGroup", "JsonOption", "UrlOption", "add_command", "flag", "group_of_commands"]


class _Command(TyperCommand):
    """A command whose help names no type for what takes no value."""

    @override
    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))


class CommandGroup(TyperGroup):
    """The same for a group of commands."""

    @override
    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))


def _without_types(parameters: Sequence[object]) -> list[Any]:
    for parameter in parameters:
        if isinstance(parameter, TyperOption) and parameter.is_flag:
            parameter.metavar = ""
    return list(parameters)


def flag(name: str, says: str) -> Any:  # noqa: ANN401 - like typer.Option
    """An option without a value."""
    return typer.Option(name, help=says, show_default=False)


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


def group_of_commands(says: str) -> typer.Typer:
    """Commands under one name."""
    return typer.Typer(cls=CommandGroup, help=says, no_args_is_help=True)


def add_command(
    program: typer.Typer, name: str, function: Callable[..., None], *, panel: str | None = None
) -> None:
    """Add `function` as a command; its docstring is the help, whatever its line breaks."""
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    program.command(name, cls=_Command, help=text, rich_help_panel=panel)(function)
