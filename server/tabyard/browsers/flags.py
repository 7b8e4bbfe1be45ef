"""The command line of a launched browser."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tabyard.browsers.find import is_branded
from tabyard.browsers.spec import LaunchSpec, Screen, Viewport
from tabyard.core.errors import InvalidInput

__all__ = ["DEFAULT_VIEWPORT", "command_line"]

DEFAULT_VIEWPORT: Final = Viewport(1280, 720)

QUIET: Final = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--hide-crash-restore-bubble",
    # Without these two a desktop's key ring may ask for its password and hold up the start.
    "--password-store=basic",
    "--use-mock-keychain",
)

UNATTENDED: Final = (
    # Nobody looks at the window, yet its pages must not fall asleep.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    # The debugger's infobar would take 56 px off the page's height.
    "--silent-debugger-extension-api",
    # A viewport JPEG in 34 ms instead of 50.
    "--enable-features=CDPScreenshotNewSurface",
)

UNSANDBOXED: Final = (
    "--no-sandbox",
    # Hides the bar that warns of the flag above, which would take 56 px off the page's height.
    "--test-type",
)

WITHOUT: Final = (
    # A new frame in the browser for each document, also of the same site: a fifth of a navigation.
    "RenderDocument",
    # Shows the page that was left until the next one has something to show.
    "PaintHolding",
    # These look at each page for the sake of a person who sits before it.
    "OptimizationHints",
    # Asks a server about the fields of each form.
    "AutofillServerCommunication",
    "Translate",
    "MediaRouter",
)

BRANDED: Final = "DisableLoadExtensionCommandLineSwitch"
"""Without it Google's Chrome loads the extension, as long as its version still has this switch."""

TOOLBAR_PX: Final = 87
"""Tabs and address bar: so much lower than the window is the page (Chromium 156)."""

START_PAGES: Final = frozenset({"http", "https", "about"})

EMPTY_PAGE: Final = "about:blank"
"""The extension goes to the start page: from here the tab would load before the extension is ready,
and then hangs at times."""


def _check_start_page(url: str | None) -> None:
    if url is not None and urlsplit(url).scheme.lower() not in START_PAGES:
        problem = "a browser starts with an http, https or about address"
        raise InvalidInput(f"url: {problem}", {"url": problem})


def _loaded(extension: Path, further: Sequence[Path]) -> tuple[str, ...]:
    for folder in further:
        if not (folder / "manifest.json").is_file():
            problem = f"{folder} is no folder of an unpacked extension"
            raise InvalidInput(problem, {"extensions": problem})
    folders = ",".join(str(folder) for folder in (extension, *further))
    return (f"--disable-extensions-except={folders}", f"--load-extension={folders}")


def command_line(
    spec: LaunchSpec,
    *,
    executable: Path,
    extension: Path,
    profile: Path,
    sandboxed: bool,
) -> tuple[str, ...]:
    """The program and its arguments. Reads the disk.

    Raises:
        InvalidInput: the start page or one of the further extensions is none.
    """
    _check_start_page(spec.url)
    size = spec.viewport or DEFAULT_VIEWPORT
    branded = is_branded(executable)
    return (
        str(executable),
        *(("--headless=new",) if spec.screen is Screen.HEADLESS else ()),
        *(() if sandboxed else UNSANDBOXED),
        *QUIET,
        *UNATTENDED,
        f"--disable-features={','.join((*WITHOUT, *((BRANDED,) if branded else ())))}",
        f"--user-data-dir={profile}",
        f"--window-size={size.width_px},{size.height_px + TOOLBAR_PX}",
        *_loaded(extension, spec.extensions),
        EMPTY_PAGE,
    )
