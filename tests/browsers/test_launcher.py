"""Browsers as processes: started, watched, ended, adopted, and never left over."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.browsers.fake_hub import FakeHub

from tabyard.browsers import (
    BrowserDied,
    BrowserExit,
    ExtensionMissing,
    Launcher,
    LaunchSettings,
    LaunchSpec,
    ProfileInUse,
    TooManyBrowsers,
)
from tabyard.browsers.pid_files import write_pid_file
from tabyard.browsers.processes import groups_with, kill_group, members_of
from tabyard_protocol.ids import InstanceId

pytestmark = pytest.mark.browser

ONE = InstanceId("inst_1_a")
TWO = InstanceId("inst_2_b")


async def alive(group: int) -> tuple[int, ...]:
    """The processes of a browser."""
    return await asyncio.to_thread(members_of, group)


async def kill(group: int) -> None:
    """End a browser that is no child of this process, which is told by nothing but looking."""
    os.killpg(group, signal.SIGKILL)
    async with asyncio.timeout(5):
        while await alive(group):  # noqa: ASYNC110 -- the kernel decides
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def no_orphans(settings: LaunchSettings) -> Iterator[None]:
    """A test that fails half-way leaves no browser behind either."""
    yield
    for group in groups_with(f"--load-extension={settings.data_dir}"):
        kill_group(group)


def killed_hub(settings: LaunchSettings, *instances: InstanceId) -> dict[InstanceId, int]:
    """The pids of browsers whose launcher's process was killed right after their launch."""
    code = f"""
import asyncio, os, signal
from pathlib import Path
from tabyard.browsers import Launcher, LaunchSettings, LaunchSpec

async def main():
    settings = LaunchSettings(
        data_dir=Path({str(settings.data_dir)!r}),
        extension_dir=Path({str(settings.extension_dir)!r}),
        hub_url={settings.hub_url!r},
        executable=Path({str(settings.executable)!r}),
    )
    async with Launcher(settings=settings) as launcher:
        for instance in {instances!r}:
            browser = await launcher.launch(LaunchSpec(instance=instance, credential="c0ffee"))
            print(browser.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr
    return dict(zip(instances, map(int, run.stdout.split()), strict=True))


async def test_a_closed_browser_leaves_no_process_and_no_credential(
    launcher: Launcher, settings: LaunchSettings, spec: LaunchSpec, exits: list[BrowserExit]
) -> None:
    browser = await launcher.launch(spec)
    assert launcher.running() == (browser,)
    assert await alive(browser.pid)
    pairing = settings.data_dir / "browsers" / ONE / "extension" / "pairing.json"
    assert pairing.stat().st_mode & 0o777 == 0o600
    assert json.loads(pairing.read_text())["credential"] == spec.credential

    assert await launcher.close(ONE)
    assert await alive(browser.pid) == ()
    assert [path for path in settings.data_dir.rglob("*") if path.is_file()] == []
    assert launcher.running() == ()
    [death] = exits
    assert (death.instance, death.code, death.asked_for) == (ONE, 0, True)


async def test_closing_what_does_not_run_is_told(launcher: Launcher) -> None:
    assert not await launcher.close(TWO)
    assert await launcher.ended(TWO) is None


async def test_leaving_the_launcher_closes_every_browser(
    settings: LaunchSettings, spec: LaunchSpec
) -> None:
    async with Launcher(settings=settings) as launcher:
        browsers = [
            await launcher.launch(replace(spec, instance=instance)) for instance in (ONE, TWO)
        ]
    assert [await alive(browser.pid) for browser in browsers] == [(), ()]


async def test_a_browser_that_dies_is_reported_and_cleared_away(
    launcher: Launcher, settings: LaunchSettings, spec: LaunchSpec, exits: list[BrowserExit]
) -> None:
    browser = await launcher.launch(spec)
    os.kill(browser.pid, signal.SIGKILL)
    async with asyncio.timeout(10):
        death = await launcher.ended(ONE)
    assert death is not None
    assert (death.code, death.asked_for) == (-signal.SIGKILL, False)
    assert exits == [death]
    assert await alive(browser.pid) == ()
    assert not (settings.data_dir / "browsers" / ONE).exists()


async def test_a_browser_that_does_not_end_by_itself_is_killed(
    settings: LaunchSettings, spec: LaunchSpec, exits: list[BrowserExit]
) -> None:
    impatient = replace(settings, close_within_s=0.2)
    async with Launcher(settings=impatient, exited=exits.append) as launcher:
        browser = await launcher.launch(spec)
        os.kill(browser.pid, signal.SIGSTOP)
        assert await launcher.close(ONE)
    assert await alive(browser.pid) == ()
    assert exits[0].code == -signal.SIGKILL


async def test_a_browser_that_cannot_start_says_why(
    launcher: Launcher, spec: LaunchSpec, tmp_path: Path, exits: list[BrowserExit]
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho 'No usable sandbox!' >&2\nexit 7\n")
    broken.chmod(0o755)
    with pytest.raises(BrowserDied, match="user namespaces") as raised:
        await launcher.launch(replace(spec, executable=broken))
    assert raised.value.exit_code == 7
    assert str(raised.value).endswith("No usable sandbox!")
    assert exits == []
    assert launcher.running() == ()


async def test_a_file_that_is_no_program_is_told(
    launcher: Launcher, spec: LaunchSpec, tmp_path: Path
) -> None:
    text = tmp_path / "text"
    text.write_text("neither a script nor a program")
    text.chmod(0o755)
    with pytest.raises(BrowserDied, match="Exec format error"):
        await launcher.launch(replace(spec, executable=text))


async def test_without_a_built_extension_nothing_is_launched(
    settings: LaunchSettings, spec: LaunchSpec, tmp_path: Path
) -> None:
    nowhere = replace(settings, extension_dir=tmp_path / "nowhere")
    async with Launcher(settings=nowhere) as launcher:
        with pytest.raises(ExtensionMissing, match="make extension"):
            await launcher.launch(spec)


async def test_a_named_profile_is_kept_and_has_one_browser_at_a_time(
    launcher: Launcher, settings: LaunchSettings, spec: LaunchSpec
) -> None:
    await launcher.launch(replace(spec, profile="work"))
    with pytest.raises(ProfileInUse, match=ONE):
        await launcher.launch(replace(spec, instance=TWO, profile="work"))
    await launcher.close(ONE)
    kept = settings.data_dir / "profiles" / "work" / "Default" / "Preferences"
    preferences = json.loads(kept.read_text())
    assert preferences["download"]["default_directory"].endswith(f"downloads/{ONE}")


async def test_the_number_of_browsers_is_limited(
    settings: LaunchSettings, spec: LaunchSpec
) -> None:
    async with Launcher(settings=replace(settings, most=1)) as launcher:
        await launcher.launch(spec)
        with pytest.raises(TooManyBrowsers, match="close one first"):
            await launcher.launch(replace(spec, instance=TWO))


async def test_two_browsers_that_start_together_count_as_two(
    settings: LaunchSettings, spec: LaunchSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, going_on = threading.Event(), threading.Event()

    def slowly(*args: Any, **kwargs: Any) -> None:
        started.set()
        assert going_on.wait(20)
        write_pid_file(*args, **kwargs)

    monkeypatch.setattr("tabyard.browsers.launcher.write_pid_file", slowly)
    async with (
        Launcher(settings=replace(settings, most=2)) as launcher,
        asyncio.TaskGroup() as launches,
    ):
        launches.create_task(launcher.launch(spec))
        await asyncio.to_thread(started.wait, 20)
        launches.create_task(launcher.launch(replace(spec, instance=TWO)))
        await asyncio.sleep(0)
        going_on.set()


async def test_a_cancelled_launch_leaves_nothing(
    settings: LaunchSettings, spec: LaunchSpec
) -> None:
    async with Launcher(settings=settings) as launcher:
        launching = asyncio.gather(launcher.launch(spec))
        while not members_of_any(settings):  # noqa: ASYNC110 -- the kernel decides
            await asyncio.sleep(0.01)
        launching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await launching
    assert members_of_any(settings) == []


def members_of_any(settings: LaunchSettings) -> list[int]:
    """Processes that were started with this test's data folder."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if f"--user-data-dir={settings.data_dir}".encode() in command:
            found.append(int(entry.name))
    return found


async def test_the_browsers_of_a_killed_hub_are_adopted_or_ended(
    launcher: Launcher, settings: LaunchSettings, exits: list[BrowserExit], hub: FakeHub
) -> None:
    pids = await asyncio.to_thread(killed_hub, settings, ONE, TWO)
    assert all([await alive(pid) for pid in pids.values()])

    recovery = await launcher.recover({ONE})
    assert [browser.instance for browser in recovery.adopted] == [ONE]
    assert recovery.killed == (TWO,)
    assert await alive(pids[TWO]) == ()
    assert [browser.pid for browser in launcher.running()] == [pids[ONE]]

    hub.credential = "c0ffee"
    async with hub.served(), asyncio.timeout(30):
        link = await hub.links.get()
        assert link.hello["instanceId"] == ONE

    async with asyncio.timeout(20):
        assert await launcher.close(ONE)
    assert await alive(pids[ONE]) == ()
    assert [(death.instance, death.code) for death in exits] == [(ONE, None)]
    assert not any((settings.data_dir / "browsers").iterdir())


async def test_a_browser_that_died_with_its_hub_is_swept_away(
    launcher: Launcher, settings: LaunchSettings
) -> None:
    pids = await asyncio.to_thread(killed_hub, settings, ONE)
    await kill(pids[ONE])
    recovery = await launcher.recover({ONE})
    assert recovery.vanished == (ONE,)
    assert not (settings.data_dir / "browsers" / ONE).exists()


async def test_a_launch_that_was_cut_short_before_its_note_is_ended_too(
    launcher: Launcher, settings: LaunchSettings
) -> None:
    pids = await asyncio.to_thread(killed_hub, settings, ONE)
    (settings.data_dir / "browsers" / ONE / "process.json").unlink()
    recovery = await launcher.recover({ONE})
    assert recovery.vanished == (ONE,)
    assert await alive(pids[ONE]) == ()


async def test_a_browser_of_a_hub_at_another_address_is_ended(
    settings: LaunchSettings,
) -> None:
    pids = await asyncio.to_thread(killed_hub, settings, ONE)
    moved = replace(settings, hub_url="http://127.0.0.1:1")
    async with Launcher(settings=moved) as launcher:
        recovery = await launcher.recover({ONE})
    assert recovery.killed == (ONE,)
    assert await alive(pids[ONE]) == ()


async def test_a_stranger_who_got_the_pid_is_never_touched(
    launcher: Launcher, settings: LaunchSettings
) -> None:
    pids = await asyncio.to_thread(killed_hub, settings, ONE)
    await kill(pids[ONE])
    stranger = await asyncio.create_subprocess_exec("sleep", "60", start_new_session=True)
    note = settings.data_dir / "browsers" / ONE / "process.json"
    noted = json.loads(note.read_text())
    note.write_text(json.dumps({**noted, "pid": stranger.pid}))
    recovery = await launcher.recover(set())
    assert recovery.vanished == (ONE,)
    assert stranger.returncode is None
    assert await alive(stranger.pid) == (stranger.pid,)
    stranger.kill()
    await stranger.wait()
