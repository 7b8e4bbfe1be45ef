"""Promises and tests name each other, and each promise says where it is explained."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

FIELDS: Final = frozenset({"says", "because", "gap"})


@pytest.fixture(scope="module")
def catalogue(root: Path) -> Mapping[str, Mapping[str, Any]]:
    """`lanes:fifo` -> its entry in tests/requirements/lanes.toml."""
    return {
        f"{page.stem}:{name}": entry
        for page in sorted((root / "tests" / "requirements").glob("*.toml"))
        for name, entry in tomllib.loads(page.read_text(encoding="utf-8")).items()
    }


def promises_in_typescript(source: str) -> Iterator[str]:
    """What the `// proves: link:newest_link_wins` comments above tests name."""
    yield from re.findall(r"^\s*// proves: (\w+:\w+)$", source, flags=re.MULTILINE)


def promises_in(source: str) -> Iterator[str]:
    """What the `pytest.mark.proves(...)` of a test file name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="proves"), args=names):
                yield from (str(name.value) for name in names if isinstance(name, ast.Constant))
            case _:
                pass


@pytest.fixture(scope="module")
def proven(root: Path, tests: Sequence[Path]) -> Mapping[str, list[str]]:
    """Each promise that a test claims to prove, with the files that do."""
    found: dict[str, list[str]] = {}
    for path in tests:
        read = promises_in if path.suffix == ".py" else promises_in_typescript
        for promise in read((root / path).read_text(encoding="utf-8")):
            found.setdefault(promise, []).append(str(path))
    return found


def anchors_of(page: str) -> set[str]:
    """The anchors that code hosts make of a Markdown page's headings."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", page, flags=re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


def test_an_entry_says_what_is_promised_and_where(
    catalogue: Mapping[str, Mapping[str, Any]],
) -> None:
    assert catalogue
    for promise, entry in catalogue.items():
        assert {"says", "because"} <= set(entry) <= FIELDS, promise
        assert all(isinstance(value, str) and value for value in entry.values()), promise


def test_every_promise_has_a_test_or_admits_the_gap(
    catalogue: Mapping[str, Mapping[str, Any]], proven: Mapping[str, list[str]]
) -> None:
    without = [name for name, entry in catalogue.items() if "gap" not in entry]
    assert [name for name in without if name not in proven] == []


def test_a_gap_ends_with_the_first_test(
    catalogue: Mapping[str, Mapping[str, Any]], proven: Mapping[str, list[str]]
) -> None:
    closed = [name for name, entry in catalogue.items() if "gap" in entry and name in proven]
    assert closed == []


def test_every_test_proves_a_promise_that_exists(
    catalogue: Mapping[str, Mapping[str, Any]], proven: Mapping[str, list[str]]
) -> None:
    unknown = {name: places for name, places in proven.items() if name not in catalogue}
    assert unknown == {}


def test_every_promise_is_explained_where_it_says(
    root: Path, catalogue: Mapping[str, Mapping[str, Any]]
) -> None:
    dead: list[str] = []
    for promise, entry in catalogue.items():
        name, _, anchor = str(entry["because"]).partition("#")
        page = root / name
        if not page.is_file() or anchor not in anchors_of(page.read_text(encoding="utf-8")):
            dead.append(f"{promise}: {entry['because']}")
    assert dead == []


def test_a_marker_is_found_on_functions_classes_and_parameters() -> None:
    source = """
pytestmark = pytest.mark.proves("a:module")

@pytest.mark.proves("a:one", "a:two")
def test_it(): ...

CASES = [pytest.param(1, marks=pytest.mark.proves("a:case"))]
"""
    assert set(promises_in(source)) == {"a:module", "a:one", "a:two", "a:case"}


def test_a_comment_marks_a_test_of_the_extension() -> None:
    source = '  // proves: link:newest_link_wins\n  it("steps back for a newer link", () => {});\n'
    assert list(promises_in_typescript(source)) == ["link:newest_link_wins"]


def test_anchors_are_made_as_code_hosts_make_them() -> None:
    page = "# Events in order, gaps visible\n\n## What's `next`?\n"
    assert anchors_of(page) == {"events-in-order-gaps-visible", "whats-next"}
