"""A fake hub, and launched browsers that join it."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.browsers.fake_hub import CREDENTIAL, FakeHub

from tabyard.browsers import BrowserExit, Launcher, LaunchSettings, LaunchSpec
from tabyard_protocol.ids import InstanceId


@pytest.fixture
def hub(free_port: int) -> FakeHub:
    """Not listening yet."""
    return FakeHub(free_port)


@pytest.fixture
def settings(tmp_path: Path, chromium: Path, extension_dist: Path, hub: FakeHub) -> LaunchSettings:
    return LaunchSettings(
        data_dir=tmp_path / "data",
        extension_dir=extension_dist,
        hub_url=f"http://127.0.0.1:{hub.port}",
        executable=chromium,
        home=tmp_path,
    )


@pytest.fixture
def exits() -> list[BrowserExit]:
    """What the launcher has reported."""
    return []


@pytest.fixture
async def launcher(settings: LaunchSettings, exits: list[BrowserExit]) -> AsyncIterator[Launcher]:
    async with Launcher(settings=settings, exited=exits.append) as launcher:
        yield launcher


@pytest.fixture
def spec() -> LaunchSpec:
    return LaunchSpec(instance=InstanceId("inst_1_a"), credential=CREDENTIAL, label="one")


@pytest.fixture
def kill_worker(settings: LaunchSettings) -> Callable[[InstanceId], None]:
    """Ends the extension's renderer of a browser, as a crash would."""

    def kill(instance: InstanceId) -> None:
        found = extension_renderers(settings.data_dir / "browsers" / instance)
        assert found, "no renderer of an extension runs"
        for pid in found:
            os.kill(pid, signal.SIGKILL)

    return kill


def extension_renderers(folder: Path) -> list[int]:
    """Chromium writes a renderer's command line anew, as one text."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if f"{folder}/".encode() in command and b"--extension-process" in command:
            found.append(int(entry.name))
    return found
