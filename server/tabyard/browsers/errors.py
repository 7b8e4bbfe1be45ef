"""Why no browser was launched, each with what to do about it."""

from pathlib import Path

from typing_extensions import override

from tabyard.core.errors import LaunchFailed, NoBrowser
from tabyard_protocol.ids import InstanceId

__all__ = [
    "BrowserDied",
    "ExtensionMissing",
    "NoBrowserFound",
    "ProfileInUse",
    "TooManyBrowsers",
]


class NoBrowserFound(NoBrowser):
    """No Chromium at any of the places that were looked at."""

    def __init__(self, looked_at: tuple[str, ...]) -> None:
        super().__init__(
            "Install one (Debian, Ubuntu: apt-get install chromium) or name one with"
            f" TABYARD_CHROMIUM. Looked for: {', '.join(looked_at)}."
        )
        self.looked_at = looked_at


class ExtensionMissing(LaunchFailed):
    """The folder of the built extension has no manifest."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"there is no extension in {folder}; build it with `make extension`.")
        self.folder = folder


class BrowserDied(LaunchFailed):
    """The browser ended by itself right after its start."""

    def __init__(self, executable: Path, code: int | None, stderr_tail: str) -> None:
        super().__init__(f"{executable} ended with code {code}. {_hint(stderr_tail)}")
        self.executable = executable
        self.exit_code = code
        self.stderr_tail = stderr_tail

    @override
    def __str__(self) -> str:
        tail = self.stderr_tail.strip()
        return f"{super().__str__()}\n{tail}" if tail else super().__str__()


class ProfileInUse(LaunchFailed):
    """Two browsers can't share a profile at the same time."""

    def __init__(self, profile: str, holder: InstanceId) -> None:
        super().__init__(f"profile {profile!r} is in use by {holder}; close that browser first.")
        self.profile = profile
        self.holder = holder


class TooManyBrowsers(LaunchFailed):
    """The limit of browsers at the same time is reached."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} browsers are running, which is the limit; close one first.")
        self.most = most


_HINTS = (
    (
        "No usable sandbox",
        "This system lacks user namespaces: set TABYARD_SANDBOX=off, or allow them.",
    ),
    ("without --no-sandbox", "Chromium refuses root with a sandbox: set TABYARD_SANDBOX=auto."),
    ("Missing X server", "There is no display: launch it headless."),
    ("profile corruption", "Another browser uses this profile: close it."),
    ("error while loading shared libraries", "Its libraries are incomplete: reinstall it."),
)


def _hint(stderr_tail: str) -> str:
    """What to do, by what the browser said last."""
    return next((hint for said, hint in _HINTS if said in stderr_tail), "It said:")
