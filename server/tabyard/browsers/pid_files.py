"""What a hub needs to know of the browsers that an earlier run of it has left behind.

A hub that is killed leaves its browsers running on purpose: a task goes on in the browser, and the
next hub adopts both. The file names the process by pid *and* birth, so that a stranger who got the
pid later is never taken for a browser of ours, let alone killed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tabyard.browsers.processes import birth_of
from tabyard.browsers.spec import LaunchedBrowser, LaunchSettings, Screen
from tabyard_protocol.ids import InstanceId

__all__ = ["Leftover", "leftovers", "write_pid_file"]


class PidFile(BaseModel):
    """The file's content."""

    model_config = ConfigDict(frozen=True)

    instance: str
    pid: int
    birth: str
    executable: Path
    screen: Screen
    profile: str | None
    download_dir: Path
    sandboxed: bool
    hub_url: str


@dataclass(frozen=True, slots=True)
class Leftover:
    """A browser of an earlier run."""

    browser: LaunchedBrowser
    running: bool
    hub_url: str
    """The hub that it looks for."""


def write_pid_file(path: Path, browser: LaunchedBrowser, *, hub_url: str) -> None:
    """Note a browser that has just been started. Writes the disk."""
    content = PidFile(
        instance=browser.instance,
        pid=browser.pid,
        birth=birth_of(browser.pid) or "",
        executable=browser.executable,
        screen=browser.screen,
        profile=browser.profile,
        download_dir=browser.download_dir,
        sandboxed=browser.sandboxed,
        hub_url=hub_url,
    )
    fresh = path.with_suffix(".new")
    fresh.write_text(content.model_dump_json(), encoding="utf-8")
    fresh.replace(path)


def _read(path: Path) -> Leftover | None:
    try:
        noted = PidFile.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    browser = LaunchedBrowser(
        instance=InstanceId(noted.instance),
        pid=noted.pid,
        executable=noted.executable,
        screen=noted.screen,
        profile=noted.profile,
        download_dir=noted.download_dir,
        sandboxed=noted.sandboxed,
        adopted=True,
    )
    running = noted.birth != "" and birth_of(noted.pid) == noted.birth
    return Leftover(browser, running, noted.hub_url)


def leftovers(settings: LaunchSettings) -> Iterator[tuple[Path, Leftover | None]]:
    """Every browser folder, with what its file says; None: a launch was cut short. Reads disk."""
    root = settings.data_dir / "browsers"
    if not root.is_dir():
        return
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        yield folder, _read(folder / "process.json")
