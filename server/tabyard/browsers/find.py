"""Where a Chromium may be on this machine."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tabyard.browsers.errors import NoBrowserFound
from tabyard.browsers.spec import LaunchSettings

__all__ = ["find_browser", "is_branded"]

ON_PATH: Final = ("chromium", "chromium-browser")
BRANDED: Final = ("google-chrome-stable", "google-chrome", "chrome")
"""Last: since version 137 the branded Chrome no longer loads an extension from the command line."""

CACHES: Final = (Path(".cache/ms-playwright"), Path("Library/Caches/ms-playwright"))
BUILDS: Final = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


def is_branded(executable: Path) -> bool:
    """Whether this is Google's own Chrome."""
    return "google" in executable.as_posix().lower() or executable.name == "chrome-stable"


def _playwright(home: Path) -> Iterator[Path]:
    """Playwright's builds, newest first."""
    for cache in CACHES:
        for build in BUILDS:
            yield from sorted((home / cache).glob(build), reverse=True)


def _candidates(settings: LaunchSettings) -> Iterator[Path]:
    for name in ON_PATH:
        if found := shutil.which(name):
            yield Path(found)
    yield from _playwright(settings.home)
    for name in BRANDED:
        if found := shutil.which(name):
            yield Path(found)


def find_browser(settings: LaunchSettings, wanted: Path | None = None) -> Path:
    """The executable to launch: `wanted`, the configured one, or the first that is found.

    Reads the disk.

    Raises:
        NoBrowserFound: none, or the named one is no program.
    """
    named = wanted or settings.executable
    if named is not None:
        if shutil.which(str(named)) is None:
            raise NoBrowserFound((str(named),))
        return named
    for candidate in _candidates(settings):
        return candidate
    raise NoBrowserFound((*ON_PATH, *BRANDED, *(str(settings.home / cache) for cache in CACHES)))
