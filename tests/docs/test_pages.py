"""The pages hang together: links lead somewhere, numbers are right, the changelog is current."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tabyard_protocol.tools.catalogue import TOOLS

LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
NUMBERS = {10: "Ten"}


def pages(root: Path) -> list[Path]:
    """Every page that people read."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def anchors(page: Path) -> set[str]:
    """The fragments that a code host makes of the headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 0
        unique = plain
        while unique in found:
            number += 1
            unique = f"{plain}-{number}"
        found.add(unique)
    return found


def links(page: Path) -> Iterator[str]:
    """Where the page points to inside the tree."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for _image, target in LINK.findall(text):
        if not re.match(r"\w+:", target):
            yield target


def test_every_link_leads_somewhere(root: Path) -> None:
    broken: list[str] = []
    for page in pages(root):
        for target in links(page):
            path, _, fragment = target.partition("#")
            other = (page.parent / path).resolve() if path else page
            if not other.exists() or (fragment and fragment not in anchors(other)):
                broken.append(f"{page.relative_to(root)}: {target}")
    assert broken == []


def test_every_page_can_be_reached_from_the_readme(root: Path) -> None:
    reached, waiting = set[Path](), [root / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / target.partition("#")[0]).resolve() for target in links(page)]
    assert set(pages(root)) - reached == set()


def test_the_readme_counts_the_tools_right(root: Path) -> None:
    actions = sum(len(tool.actions) for tool in TOOLS.values())
    said = f"{NUMBERS[len(TOOLS)]} [tools](docs/reference/tools.md) with {actions} actions"
    assert said in (root / "README.md").read_text(encoding="utf-8")


def test_the_changelog_begins_with_this_version(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changelog = (root / "docs" / "changelog.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == version


def test_every_tool_and_action_has_its_section(root: Path) -> None:
    page = root / "docs" / "reference" / "tools.md"
    wanted = {
        f"{tool.name}-{action}" if action else tool.name
        for tool in TOOLS.values()
        for action in tool.actions
    }
    assert wanted <= anchors(page)


def test_decisions_are_numbered_without_a_gap(root: Path) -> None:
    numbers = sorted(int(path.name[:4]) for path in (root / "docs" / "decisions").glob("0*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("kind", ["guides", "concepts", "reference", "decisions"])
def test_every_kind_of_page_has_pages(root: Path, kind: str) -> None:
    assert list((root / "docs" / kind).glob("*.md"))
