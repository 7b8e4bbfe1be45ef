"""Where a Chromium may be on this machine."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tabyard.browsers.errors import NoBrowserFound
from tabyard.browsers.spec import LaunchSettings, Make

__all__ = ["find_browser", "is_branded", "make_of"]

ON_PATH: Final[Mapping[Make, Sequence[str]]] = {
    Make.CHROMIUM: ("chromium", "chromium-browser"),
    Make.TESTING: ("chrome-for-testing", "google-chrome-for-testing"),
    Make.CHROME: ("google-chrome-stable", "google-chrome", "chrome"),
}
"""In order of preference: since version 137 Google's own no longer loads an extension from the
command line."""

CACHES: Final = (Path(".cache/ms-playwright"), Path("Library/Caches/ms-playwright"))
BUILDS: Final = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
TESTING_BUILDS: Final = (
    ".cache/puppeteer/chrome/*/chrome-*/chrome",
    ".cache/selenium/chrome/*/*/chrome",
)
APPLICATIONS: Final = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def is_branded(executable: Path) -> bool:
    """Whether this is Google's own Chrome."""
    return make_of(executable) is Make.CHROME


def make_of(executable: Path) -> Make:
    """Whose build it is, told by its path."""
    path = executable.as_posix().lower()
    testing = ("for-testing", "for testing", "/chrome-linux64/", "/puppeteer/", "/selenium/")
    if any(sign in path for sign in testing):
        return Make.TESTING
    if "google" in path or executable.name == "chrome-stable":
        return Make.CHROME
    return Make.CHROMIUM


def _builds(home: Path) -> Iterator[Path]:
    """Builds that other programs keep, Playwright's first, and of each the newest."""
    for cache in CACHES:
        for build in BUILDS:
            yield from sorted((home / cache).glob(build), reverse=True)
    for build in TESTING_BUILDS:
        yield from sorted(home.glob(build), reverse=True)


def _candidates(settings: LaunchSettings) -> Iterator[tuple[Make, Path]]:
    """In order of preference."""
    for make in (Make.CHROMIUM, Make.TESTING):
        for name in ON_PATH[make]:
            if found := shutil.which(name):
                yield make, Path(found)
    for build in _builds(settings.home):
        yield make_of(build), build
    for name in ON_PATH[Make.CHROME]:
        if found := shutil.which(name):
            yield Make.CHROME, Path(found)
    if APPLICATIONS.is_file():
        yield Make.CHROME, APPLICATIONS


def find_browser(
    settings: LaunchSettings, wanted: Path | None = None, make: Make | None = None
) -> Path:
    """The executable to launch: `wanted`, the configured one, or the first that is found.

    With `make`, the configured one counts only when it is of that make. Reads the disk.

    Raises:
        NoBrowserFound: none, or the named one is no program.
    """
    named = wanted or settings.executable
    if named is not None and (wanted is not None or make in (None, make_of(named))):
        if shutil.which(str(named)) is None:
            raise NoBrowserFound((str(named),))
        return named
    for found, candidate in _candidates(settings):
        if make in (None, found):
            return candidate
    names = [name for which in Make if make in (None, which) for name in ON_PATH[which]]
    raise NoBrowserFound((*names, *(str(settings.home / cache) for cache in CACHES)))
