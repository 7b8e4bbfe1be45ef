"""The command itself: runs all looks, prints the report."""

import os
from collections.abc import Iterator
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from tabyard.cli.doctor.findings import Finding, Verdict, trouble
from tabyard.cli.doctor.hub import ask_hub
from tabyard.cli.doctor.machine import (
    look_at_browser,
    look_at_extension,
    look_at_folder,
    look_at_lock,
    look_at_ports,
    look_at_self,
)
from tabyard.cli.exits import ExitCode
from tabyard.cli.hub_client import HubClient, hub_at
from tabyard.cli.options import UrlOption, add_command, flag
from tabyard.cli.terminal import console, print_json
from tabyard.settings import BadSetting, Settings, read_settings

__all__ = ["add_to"]

SIGN: Final = {Verdict.FINE: "✓", Verdict.NOTE: "!", Verdict.TROUBLE: "✗"}
STYLE: Final = {Verdict.FINE: "good", Verdict.NOTE: "warn", Verdict.TROUBLE: "bad"}
ANSWER_WITHIN_S: Final = 3.0


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    add_command(program, "doctor", examine, panel="Hub")


def examine(
    *,
    json: Annotated[bool, flag("--json", "Print the findings as JSON.")] = False,
    url: UrlOption = None,
) -> None:
    """Say what is wrong on this machine, and what to do about it.

    Exits with 1 when something will not work.
    """
    findings: list[Finding] = []
    for finding in _examined(url):
        findings.append(finding)
        if not json:
            _show(finding)
    if json:
        print_json(
            [
                {"about": one.about, "verdict": one.verdict, "says": one.says, "remedy": one.remedy}
                for one in findings
            ]
        )
    if any(one.verdict is Verdict.TROUBLE for one in findings):
        raise typer.Exit(ExitCode.FAILED)


def _examined(url: str | None) -> Iterator[Finding]:
    try:
        settings = read_settings(os.environ)
    except BadSetting as error:
        yield trouble("settings", str(error), "tabyard settings        lists all of them")
        return
    yield from look_at_self(settings)
    yield from look_at_folder(settings)
    yield from look_at_extension(settings)
    yield from look_at_browser(settings)
    yield from _about_the_hub(url, settings)


def _about_the_hub(url: str | None, settings: Settings) -> Iterator[Finding]:
    report = ask_hub(HubClient(hub_at(url), timeout_s=ANSWER_WITHIN_S), named=url is not None)
    yield from look_at_lock(settings, hub_answers=report.answers)
    if not report.answers and url is None:
        yield from look_at_ports(settings)
    yield from report.findings


def _show(finding: Finding) -> None:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=1)
    row.add_column(width=10)
    row.add_column(overflow="fold")
    style = STYLE[finding.verdict]
    row.add_row(
        Text(SIGN[finding.verdict], style=style), Text(finding.about, style="name"), finding.says
    )
    if finding.remedy:
        row.add_row("", "", Text.assemble(("→ ", style), finding.remedy))
    console.print(row)
