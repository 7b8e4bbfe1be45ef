"""Files stay small, and nobody opens a drawer where anything may be thrown in."""

import re
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SOURCE_LINES: Final = 400
TEST_LINES: Final = 600
P90_LINES: Final = 300
MEDIAN_LINES: Final = 120

DRAWERS: Final = frozenset({
    "common", "handler", "handlers", "helper", "helpers", "manager", "managers", "misc", "shared",
    "stuff", "util", "utils",
})  # fmt: skip


def lines_of(root: Path, path: Path) -> int:
    return len((root / path).read_text(encoding="utf-8").splitlines())


def words_of(path: Path) -> set[str]:
    """`link/tabManager.ts` -> link, tab, manager."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path.with_suffix("").as_posix())
    return set(re.split(r"[^a-z0-9]+", spaced.lower()))


def test_no_source_file_passes_its_budget(root: Path, sources: Sequence[Path]) -> None:
    too_long = {str(path): n for path in sources if (n := lines_of(root, path)) > SOURCE_LINES}
    assert too_long == {}, "cut along the noun that hides in the file"


def test_no_test_file_passes_its_budget(root: Path, tests: Sequence[Path]) -> None:
    too_long = {str(path): n for path in tests if (n := lines_of(root, path)) > TEST_LINES}
    assert too_long == {}


def test_most_source_files_are_small(root: Path, sources: Sequence[Path]) -> None:
    lengths = [lines_of(root, path) for path in sources]
    assert statistics.quantiles(lengths, n=10)[-1] <= P90_LINES
    assert statistics.median(lengths) <= MEDIAN_LINES


def test_no_file_is_named_like_a_drawer(sources: Sequence[Path], tests: Sequence[Path]) -> None:
    named_badly = [str(path) for path in (*sources, *tests) if words_of(path) & DRAWERS]
    assert named_badly == []


def test_words_are_found_in_any_spelling() -> None:
    assert words_of(Path("link/tabManager.ts")) & DRAWERS == {"manager"}
    assert words_of(Path("hub/link_utils.py")) & DRAWERS == {"utils"}


def test_the_folders_above_the_packages_are_no_packages(root: Path) -> None:
    above = [root / "server", root / "protocol", root / "tests"]
    assert [str(folder) for folder in above if (folder / "__init__.py").exists()] == []
