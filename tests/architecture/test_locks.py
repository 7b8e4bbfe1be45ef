"""What is installed is what was written down: exact, hashed, and within the floors."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN: Final = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")


def pins(root: Path, lock: str) -> Mapping[str, set[str]]:
    """Each locked distribution with its versions; a marker may tell two apart."""
    found: dict[str, set[str]] = {}
    for line in (root / lock).read_text(encoding="utf-8").splitlines():
        if match := PIN.match(line):
            found.setdefault(match["name"], set()).add(match["version"])
    return found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_pinned_within_its_floor(root: Path, lock: str) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = pins(root, lock)
    for line in project["dependencies"]:
        wanted = Requirement(line)
        versions = locked.get(canonicalize_name(wanted.name), set())
        assert versions, f"{wanted.name} is not locked; run make lock"
        assert all(wanted.specifier.contains(version) for version in versions), line


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"]
)
def test_every_line_of_a_lock_is_a_hashed_pin(root: Path, lock: str) -> None:
    text = (root / lock).read_text(encoding="utf-8").replace("\\\n", "")
    entries = [line for line in text.splitlines() if line.strip()]
    assert entries
    assert [line for line in entries if "==" not in line or "--hash=sha256:" not in line] == []


def test_what_runs_is_what_was_tested(root: Path) -> None:
    tested = pins(root, "requirements-dev.lock")
    differs = {
        name: versions
        for name, versions in pins(root, "requirements.lock").items()
        if not versions <= tested.get(name, set())
    }
    assert differs == {}


def test_node_dependencies_are_exact_and_locked(root: Path) -> None:
    wanted = json.loads((root / "extension" / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((root / "extension" / "package-lock.json").read_text(encoding="utf-8"))
    for group in ("dependencies", "devDependencies"):
        assert wanted[group] == locked["packages"][""][group], "run make lock"
        assert [v for v in wanted[group].values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []
