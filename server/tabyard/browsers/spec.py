"""What is launched, by which rules, and what came of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tabyard_protocol.ids import InstanceId

__all__ = [
    "BrowserExit",
    "LaunchSettings",
    "LaunchSpec",
    "LaunchedBrowser",
    "Make",
    "Recovery",
    "Sandbox",
    "Screen",
    "Viewport",
]


class Sandbox(StrEnum):
    """Whether Chromium isolates its renderers from the system."""

    AUTO = "auto"
    """On, except for root, for whom Chromium refuses to start with it."""
    ON = "on"
    OFF = "off"
    """For containers without user namespaces: a broken renderer then has the user's rights."""


class Screen(StrEnum):
    """Whether people can see the browser."""

    HEADLESS = "headless"
    HEADED = "headed"


class Make(StrEnum):
    """Whose build of the browser it is."""

    CHROMIUM = "chromium"
    TESTING = "testing"
    """Chrome for Testing: Chrome without its updates, and without its doubts about extensions."""
    CHROME = "chrome"
    """Google's own; it loads an extension only as long as its version still lets it."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """The size of the page, in CSS pixels."""

    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSettings:
    """The rules for all browsers of one hub."""

    data_dir: Path
    """Everything that browsers leave on disk lies below it, readable by its owner only."""
    extension_dir: Path
    """The built extension; each browser gets a copy."""
    hub_url: str
    """Where a launched browser finds the hub: `http://127.0.0.1:3300`."""
    executable: Path | None = None
    """None: looked for on the PATH, then in Playwright's cache."""
    home: Path = field(default_factory=Path.home)
    """Where Playwright's cache and Chrome's own profiles are looked for."""
    sandbox: Sandbox = Sandbox.AUTO
    most: int = 20
    """Browsers at the same time; each takes about 400 MB."""
    close_within_s: float = 5.0
    """How long a browser may take to put its profile in order before it is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSpec:
    """One browser to launch. Its id and credential come from the hub, which has stored them."""

    instance: InstanceId
    credential: str
    label: str = ""
    screen: Screen = Screen.HEADLESS
    viewport: Viewport | None = None
    url: str | None = None
    profile: str | None = None
    """Cookies and storage are kept under this name. None: a new profile, removed at the end."""
    extensions: tuple[Path, ...] = ()
    """Folders of further extensions."""
    executable: Path | None = None
    """Another browser than the settings' one."""
    make: Make | None = None
    """None: the configured browser, or the first that is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchedBrowser:
    """A browser process that runs."""

    instance: InstanceId
    pid: int
    executable: Path
    screen: Screen
    profile: str | None
    download_dir: Path
    sandboxed: bool
    adopted: bool = False
    """It was launched by an earlier run of the hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserExit:
    """A browser process that has ended, whoever ended it."""

    instance: InstanceId
    code: int | None
    """Negative: the signal that ended it. None: an adopted browser, whose code its parent got."""
    stderr_tail: str
    asked_for: bool
    """`close` ended it."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of the browsers that an earlier run of the hub left behind."""

    adopted: tuple[LaunchedBrowser, ...]
    killed: tuple[InstanceId, ...]
    """They ran, but nobody wants them any more."""
    vanished: tuple[InstanceId, ...]
    """They had ended already; their leftovers were removed."""
