"""The program as a whole: help, version, typos, speed of start."""

import os
import subprocess
import sys

import pytest
from tests.cli.processes import PROGRAM, Terminal

from tabyard import __version__

LIGHT = ("tasks", "task", "cancel", "instances", "browser")
HEAVY = ("pydantic", "httpx2", "starlette", "sqlalchemy", "uvicorn", "websockets", "structlog")


async def test_the_version_is_told(terminal: Terminal) -> None:
    outcome = await terminal.run("--version")
    assert (outcome.code, outcome.out.strip()) == (0, f"tabyard {__version__}")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ()])
async def test_help_names_every_command(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    outcome = await terminal.run(*arguments)
    said = outcome.out + outcome.err

    for command in ("serve", "run", "tasks", "cancel", "instances", "browser", "doctor"):
        assert f" {command} " in said
    assert "tabyard serve --demo" in said


@pytest.mark.parametrize("command", ["serve", "run", "tasks", "doctor", "instances", "settings"])
async def test_every_command_explains_itself(terminal: Terminal, command: str) -> None:
    outcome = await terminal.run(command, "--help")

    assert outcome.code == 0
    assert f"tabyard {command}" in outcome.out


async def test_a_typo_exits_with_2_and_suggests_what_was_meant(terminal: Terminal) -> None:
    outcome = await terminal.run("taks")

    assert outcome.code == 2
    assert "tasks" in outcome.err
    assert "Traceback" not in outcome.err


async def test_a_wrong_setting_exits_with_2_and_names_it(terminal: Terminal) -> None:
    outcome = await terminal.run("tasks", TABYARD_HTTP_PORT="none")

    assert outcome.code == 2
    assert "TABYARD_HTTP_PORT=none can't be used: give a whole number" in outcome.err
    assert "try: tabyard settings" in outcome.err


@pytest.mark.blocking_allowed  # a process that is waited for, on purpose
@pytest.mark.parametrize("command", LIGHT)
def test_what_only_asks_the_hub_loads_nothing_heavy(command: str) -> None:
    """Each of these would cost a tenth of a second and more at every start."""
    code = (
        "import sys, tabyard.cli as cli\n"
        f"sys.modules[cli.COMMANDS[{command!r}]] = __import__(cli.COMMANDS[{command!r}])\n"
        f"print(*({{module.split('.')[0] for module in sys.modules}} & set({HEAVY!r})))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


async def test_settings_show_what_is_set(terminal: Terminal) -> None:
    listed = await terminal.run("settings", TABYARD_GRACE_S="12", API_KEYS="hush")
    whole = await terminal.run("settings", "--json", TABYARD_GRACE_S="12", API_KEYS="hush")

    [row] = [line for line in listed.out.splitlines() if line.startswith("TABYARD_GRACE_S")]
    assert row.split()[1] == "12"
    assert "hush" not in listed.out + whole.out
    assert '"grace_s":"12"' in whole.out


async def test_the_extension_s_folder_is_printed(terminal: Terminal) -> None:
    folder = terminal.home / "built"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    outcome = await terminal.run("extension", "path", TABYARD_EXTENSION_DIR=str(folder))

    assert (outcome.code, outcome.out.strip()) == (0, str(folder))


async def test_a_missing_extension_is_said_with_the_remedy(terminal: Terminal) -> None:
    absent = str(terminal.home / "absent")
    outcome = await terminal.run("extension", "path", TABYARD_EXTENSION_DIR=absent)

    assert outcome.code == 1
    assert absent in outcome.err
    assert "TABYARD_EXTENSION_DIR" in outcome.err


async def test_the_shell_is_offered_completion(terminal: Terminal) -> None:
    outcome = await terminal.run(
        "--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"
    )

    assert outcome.code == 0, outcome.err
    assert "_TABYARD_COMPLETE" in outcome.out


@pytest.mark.blocking_allowed  # a process that is waited for, on purpose
def test_a_reader_that_leaves_early_is_no_error(terminal: Terminal) -> None:
    """`tabyard settings | head -1`, with a reader that is gone before the first line."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run(
            [*PROGRAM, "settings"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            env=terminal.environment,
            check=False,
        )
    assert ended.stderr == b""


async def test_help_names_no_type_for_what_takes_no_value(terminal: Terminal) -> None:
    for command in ((), ("run",), ("browser", "new")):
        assert "bool" not in (await terminal.run(*command, "--help")).out
