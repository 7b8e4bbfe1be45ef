"""A launched browser is a connected one: what happens when it does not come."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tabyard.app import launching
from tabyard.app.launching import LaunchedBrowsers
from tabyard.browsers import BrowserDied, Launcher, LaunchSettings
from tabyard.core.errors import LaunchFailed, NoBrowser
from tabyard.hub.ports import ToolFailed
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.model import JsonObject


class Desk:
    """Gives out ids, and says who has come."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.forgotten: list[str] = []
        self.ran: list[tuple[str, str, JsonObject]] = []
        self.reserved: list[tuple[str, str | None]] = []

    async def reserve_launched(
        self, *, label: str, browser_type: str, profile: str | None
    ) -> tuple[InstanceId, str]:
        assert browser_type == "chromium"
        self.reserved.append((label, profile))
        return InstanceId(f"inst_{len(self.reserved)}"), "0" * 64

    async def wait_connected(self, instance: InstanceId, *, timeout_s: float) -> None:
        assert instance.startswith("inst_")
        async with asyncio.timeout(timeout_s):
            await self.arrived.wait()

    async def forget(self, instance: InstanceId) -> None:
        self.forgotten.append(instance)

    async def run_tool(self, instance: InstanceId, tool: str, args: JsonObject) -> JsonObject:
        self.ran.append((instance, tool, args))
        return {"activeTabId": 7}


@pytest.fixture
async def desk() -> Desk:
    return Desk()


def program(folder: Path, *lines: str) -> Path:
    """A browser that does what these lines of shell do."""
    path = folder / "chromium"
    path.write_text("\n".join(["#!/bin/sh", *lines]))
    path.chmod(0o755)
    return path


@pytest.fixture
async def launcher(tmp_path: Path) -> AsyncGenerator[Launcher]:
    """Launches whatever program lies in the test's folder."""
    extension = tmp_path / "extension"
    extension.mkdir()
    (extension / "manifest.json").write_text(json.dumps({"version": "1"}))
    settings = LaunchSettings(
        data_dir=tmp_path / "data",
        extension_dir=extension,
        hub_url="http://127.0.0.1:1",
        executable=tmp_path / "chromium",
        home=tmp_path,
        close_within_s=1,
    )
    async with Launcher(settings=settings) as launcher:
        yield launcher


@pytest.fixture
async def browsers(launcher: Launcher, desk: Desk) -> LaunchedBrowsers:
    return LaunchedBrowsers(
        launcher=launcher, reservations=desk, forget=desk.forget, run_tool=desk.run_tool
    )


async def test_a_browser_is_handed_out_once_it_has_said_hello(
    browsers: LaunchedBrowsers, desk: Desk, tmp_path: Path
) -> None:
    program(tmp_path, "exec sleep 60")
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        launched = group.create_task(browsers.launch({"label": "north", "profile": "work"}))
        desk.arrived.set()

    opened = launched.result()
    assert opened["instanceId"] == "inst_1"
    assert opened["profile"] == "work"
    assert opened["message"] == "Launched chromium (headless)"
    assert Path(opened["downloadDirectory"]).is_relative_to(tmp_path / "data")
    assert desk.reserved == [("north", "work")]
    assert desk.forgotten == []
    assert await browsers.close(InstanceId("inst_1")) == {
        "success": True,
        "message": "Closed inst_1",
    }


async def test_a_browser_that_dies_before_its_hello_is_told_with_its_last_words(
    browsers: LaunchedBrowsers, desk: Desk, launcher: Launcher, tmp_path: Path
) -> None:
    program(tmp_path, "sleep 0.5", "echo Missing X server >&2", "exit 3")
    with pytest.raises(BrowserDied, match="There is no display"):
        await browsers.launch({"headless": False})

    assert desk.forgotten == ["inst_1"]
    assert launcher.running() == ()


async def test_a_browser_that_never_comes_is_ended_again(
    browsers: LaunchedBrowsers,
    desk: Desk,
    launcher: Launcher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(launching, "CONNECT_WITHIN_S", 0.1)
    program(tmp_path, "exec sleep 60")
    with pytest.raises(LaunchFailed, match="did not connect within"):
        await browsers.launch({})

    assert desk.forgotten == ["inst_1"]
    assert launcher.running() == ()


async def test_no_browser_leaves_no_reservation(browsers: LaunchedBrowsers, desk: Desk) -> None:
    with pytest.raises(NoBrowser):
        await browsers.launch({})
    assert desk.forgotten == ["inst_1"]


async def test_a_caller_who_leaves_takes_the_browser_along(
    browsers: LaunchedBrowsers, desk: Desk, launcher: Launcher, tmp_path: Path
) -> None:
    program(tmp_path, "exec sleep 60")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await browsers.launch({})

    assert desk.forgotten == ["inst_1"]
    assert launcher.running() == ()


async def test_what_was_not_launched_here_is_not_closed(browsers: LaunchedBrowsers) -> None:
    with pytest.raises(ToolFailed, match="was not launched by this hub"):
        await browsers.close(InstanceId("inst_9"))


async def test_profiles_of_the_installed_chrome_are_listed(
    browsers: LaunchedBrowsers, tmp_path: Path
) -> None:
    state = tmp_path / ".config" / "google-chrome"
    state.mkdir(parents=True)
    cache = {"Profile 1": {"name": "Work"}, "Default": {"name": "Me"}}
    (state / "Local State").write_text(json.dumps({"profile": {"info_cache": cache}}))

    assert await browsers.profiles() == {
        "profiles": [
            {"directory": "Default", "name": "Me"},
            {"directory": "Profile 1", "name": "Work"},
        ]
    }


async def test_only_the_first_tab_is_left_on_request(
    browsers: LaunchedBrowsers, desk: Desk, tmp_path: Path
) -> None:
    program(tmp_path, "exec sleep 60")
    desk.arrived.set()
    async with asyncio.timeout(10):
        await browsers.launch({"closeOtherTabs": True})
    assert desk.ran == [
        ("inst_1", "browser_tab", {"action": "list"}),
        ("inst_1", "browser_tab", {"action": "close_others", "keepTabId": 7}),
    ]
