"""The tree as data: which files are ours, and which of them a person wrote."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

NEVER_OURS: Final = frozenset({".git", ".venv", "node_modules", "dist", "__pycache__", ".stamps"})


def listed_by_git() -> list[Path] | None:
    """Tracked files and those about to be; None where there is no git (an unpacked archive)."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listing.returncode != 0:
        return None
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def found_by_walking() -> list[Path]:
    return [path for path in ROOT.rglob("*") if not NEVER_OURS.intersection(path.parts)]


@pytest.fixture(scope="session")
def files() -> Sequence[Path]:
    """All files of the project, relative to its root."""
    names = listed_by_git() or found_by_walking()
    return sorted(path.relative_to(ROOT) for path in names if path.is_file())


@pytest.fixture(scope="session")
def sources(files: Sequence[Path]) -> Sequence[Path]:
    """Product code that a person wrote: Python and TypeScript, generated files left out."""
    places = ("server", "protocol", "extension/src", "scripts")
    return [
        path
        for path in files
        if path.suffix in {".py", ".ts"}
        and path.as_posix().startswith(places)
        and "generated" not in path.parts
    ]


@pytest.fixture(scope="session")
def tests(files: Sequence[Path]) -> Sequence[Path]:
    """Test code, Python and TypeScript."""
    return [
        path
        for path in files
        if path.suffix in {".py", ".ts"}
        and path.as_posix().startswith(("tests", "extension/tests"))
    ]


@pytest.fixture(scope="session")
def python_packages() -> Sequence[Path]:
    """The `__init__.py` of every package, relative to the root."""
    roots = (ROOT / "server" / "tabyard", ROOT / "protocol" / "tabyard_protocol")
    return sorted(init.relative_to(ROOT) for root in roots for init in root.rglob("__init__.py"))
