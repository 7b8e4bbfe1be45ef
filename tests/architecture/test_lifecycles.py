"""Each lifecycle is one total table, and the docs draw exactly its edges."""

import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest

import tabyard.core

Table = Mapping[StrEnum, frozenset[StrEnum]]


def tables() -> dict[str, Table]:
    """Every `<NAME>_NEXT` in the modules of `tabyard.core`."""
    return {
        name: table
        for module in pkgutil.walk_packages(tabyard.core.__path__, "tabyard.core.")
        for name, table in vars(importlib.import_module(module.name)).items()
        if name.endswith("_NEXT")
    }


TABLES = tables()
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


def test_tasks_commands_and_instances_have_their_tables() -> None:
    assert {"TASK_NEXT", "COMMAND_NEXT", "INSTANCE_NEXT"} <= set(TABLES)


@every_table
def test_every_state_is_a_key_of_its_table(table: Table) -> None:
    states = type(next(iter(table)))
    assert set(table) == set(states)
    assert all(isinstance(to, states) for successors in table.values() for to in successors)


@every_table
def test_every_state_can_be_reached_from_the_first(table: Table) -> None:
    reached = {next(iter(table))}
    while fresh := {to for state in reached for to in table[state]} - reached:
        reached |= fresh
    assert reached == set(table)


def test_a_finished_task_or_command_goes_nowhere() -> None:
    finals = {
        name: {state.value for state, successors in table.items() if not successors}
        for name, table in TABLES.items()
    }
    assert finals["TASK_NEXT"] == {"completed", "failed", "cancelled"}
    assert finals["COMMAND_NEXT"] == {"success", "error", "skipped"}
    assert finals["INSTANCE_NEXT"] == set()


def test_the_page_draws_the_edges_of_the_tables(root: Path) -> None:
    page = (root / "docs" / "concepts" / "lifecycles.md").read_text(encoding="utf-8")
    drawings = re.findall(r"^## (\w+)\n+```mermaid\n(.*?)```", page, flags=re.MULTILINE | re.DOTALL)
    drawn = {
        f"{title.upper()}_NEXT": set(re.findall(r"(\w+) --> (\w+)", drawing))
        for title, drawing in drawings
    }
    edges = {
        name: {(state.value, to.value) for state, successors in table.items() for to in successors}
        for name, table in TABLES.items()
    }
    assert drawn == edges


def test_the_page_is_what_the_generator_writes(root: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "scripts/lifecycles.py", "--check"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout
