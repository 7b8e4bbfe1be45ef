"""The wheel: an installed hub has everything that it needs to launch browsers."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.blocking_allowed  # a build is waited for, and nothing else goes on


@pytest.fixture
def wheel(root: Path, tmp_path: Path, extension_dist: Path) -> zipfile.ZipFile:
    """Built from this checkout."""
    assert extension_dist.is_dir()
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(
        [*build, "--directory", str(tmp_path)], cwd=root, check=True, capture_output=True
    )
    [path] = tmp_path.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_extension_travels_in_the_wheel(wheel: zipfile.ZipFile, extension_dist: Path) -> None:
    packed = {
        name.removeprefix("tabyard/extension/"): wheel.read(name)
        for name in wheel.namelist()
        if name.startswith("tabyard/extension/")
    }
    built = {
        path.relative_to(extension_dist).as_posix(): path.read_bytes()
        for path in extension_dist.rglob("*")
        if path.is_file()
    }
    assert packed == built


def test_pages_migrations_and_types_travel_too(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert "tabyard/py.typed" in names
    assert "tabyard_protocol/py.typed" in names
    assert "tabyard/web/ui/demo.html" in names
    assert any(name.startswith("tabyard/storage/migrations/versions/") for name in names)
