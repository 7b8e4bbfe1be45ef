"""The command `tabyard`: one module per group of commands."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

import typer

from tabyard import __version__
from tabyard.cli.exits import CliError, ExitCode
from tabyard.cli.options import CommandGroup
from tabyard.cli.terminal import complain, console
from tabyard.settings import BadSetting

__all__ = ["main"]

COMMANDS: Final[Mapping[str, str]] = {
    "serve": "tabyard.cli.serve",
    "run": "tabyard.cli.run",
    "tasks": "tabyard.cli.tasks",
    "task": "tabyard.cli.tasks",
    "cancel": "tabyard.cli.tasks",
    "instances": "tabyard.cli.instances",
    "browser": "tabyard.cli.instances",
    "key": "tabyard.cli.keys",
    "extension": "tabyard.cli.extension",
    "doctor": "tabyard.cli.doctor",
    "settings": "tabyard.cli.settings",
}
"""Which module has which command. Only the module of the command that is asked for is loaded: the
hub takes a second to import, and `tabyard tasks` shall answer in a quarter of one."""

EPILOG: Final = (
    "Start with [bold]tabyard serve --demo[/], then [bold]tabyard run examples/form.json[/]. "
    "When something is wrong, [bold]tabyard doctor[/] says what and what to do."
)


def main() -> None:
    """Run the command that the arguments name, and exit as `ExitCode` says."""
    try:
        _program(sys.argv[1:])(prog_name="tabyard")
    except CliError as error:
        complain(str(error), error.remedy)
        sys.exit(error.exit_code)
    except BadSetting as error:
        complain(str(error), "tabyard settings        lists all of them")
        sys.exit(ExitCode.INVALID)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`tabyard tasks | head`). Without this, Python would
        # complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.DONE)


def _program(arguments: Sequence[str]) -> typer.Typer:
    """The commands that `arguments` may need: one, or all for help, completion and typos."""
    program = typer.Typer(
        name="tabyard",
        cls=CommandGroup,
        help="A yard where browsers are marshalled: each has a queue, commands go in, "
        "progress and pictures come out.",
        epilog=EPILOG,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    program.callback()(_options)
    asked = arguments[0] if arguments else ""
    modules = [COMMANDS[asked]] if asked in COMMANDS else dict.fromkeys(COMMANDS.values())
    for module in modules:
        import_module(module).add_to(program)
    return program


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it like this
    if wanted:
        console.print(f"tabyard {__version__}")
        raise typer.Exit


def _options(
    _version: bool = typer.Option(  # noqa: FBT001 - typer's way to declare a flag
        False,  # noqa: FBT003 - its default
        "--version",
        metavar="",
        show_default=False,
        help="Show the version and exit.",
        callback=_show_version,
        is_eager=True,
    ),
) -> None:
    """Options before the command."""
