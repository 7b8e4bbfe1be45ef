"""One version: the package, the extension and the newest entry of the changelog agree."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import tabyard


@pytest.fixture
def version(root: Path) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def test_the_installed_package_is_this_version(version: str) -> None:
    assert tabyard.__version__ == version


def test_the_extension_has_the_hub_s_version(root: Path, version: str) -> None:
    package = json.loads((root / "extension" / "package.json").read_text(encoding="utf-8"))
    assert package["version"] == version


def test_the_changelog_opens_with_this_version(root: Path, version: str) -> None:
    changelog = (root / "docs" / "changelog.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## (\S+)", changelog, flags=re.MULTILINE)
    assert entries[0] == version
