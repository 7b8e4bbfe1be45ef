"""A tool has one stem in four places: whoever knows one path knows all."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from tabyard_protocol.tools.catalogue import TOOLS

BROWSER_TOOLS = [
    name
    for name, tool in TOOLS.items()
    if any(action.place == "browser" for action in tool.actions.values())
]
"""The others are run by the hub itself; the extension never sees them."""


def stems(files: Sequence[Path], folder: str, prefix: str = "") -> Collection[str]:
    """`click` for tests/tools/test_click.py; a folder of that name counts as well."""
    inside = [path.relative_to(folder) for path in files if path.is_relative_to(folder)]
    first = {path.parts[0].split(".")[0] for path in inside}
    return {stem.removeprefix(prefix) for stem in first if stem.startswith(prefix)}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_is_defined_under_its_own_name(files: Sequence[Path], tool: str) -> None:
    assert tool in stems(files, "protocol/tabyard_protocol/tools")


@pytest.mark.parametrize("tool", BROWSER_TOOLS)
def test_a_tool_is_run_by_the_file_of_its_name(files: Sequence[Path], tool: str) -> None:
    assert tool in stems(files, "extension/src/tools")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_is_tested_under_its_own_name(files: Sequence[Path], tool: str) -> None:
    tested = {*stems(files, "tests/tools", "test_"), *stems(files, "tests/browser", "test_")}
    assert any(stem == tool or stem.startswith(f"{tool}_") for stem in tested)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_has_its_section_in_the_reference(root: Path, tool: str) -> None:
    page = (root / "docs" / "reference" / "tools.md").read_text(encoding="utf-8")
    assert re.search(rf"^#+ +`?{tool}`?\s*$", page, flags=re.MULTILINE)


def test_most_tools_run_in_the_browser() -> None:
    assert set(TOOLS) - set(BROWSER_TOOLS) == {"browser_instance", "sleep"}
