"""Launches browsers, watches them, and sees to it that none is left over."""

import asyncio
import logging
from asyncio import Future, TaskGroup
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tabyard.browsers.errors import BrowserDied, ProfileInUse, TooManyBrowsers
from tabyard.browsers.find import find_browser
from tabyard.browsers.flags import command_line
from tabyard.browsers.folders import (
    Folders,
    folders_of,
    prepare,
    read_within,
    remove,
    stderr_tail,
    write_lent,
)
from tabyard.browsers.pid_files import Leftover, leftovers, write_pid_file
from tabyard.browsers.processes import birth_of, groups_with, is_root, kill_group, members_of
from tabyard.browsers.processes import terminate as ask_to_end
from tabyard.browsers.profiles import ChromeProfile, profiles_in
from tabyard.browsers.spec import (
    BrowserExit,
    LaunchedBrowser,
    LaunchSettings,
    LaunchSpec,
    Recovery,
    Sandbox,
)
from tabyard_protocol.ids import InstanceId

__all__ = ["Launcher"]

logger = logging.getLogger(__name__)

EARLY_DEATH_S: Final = 0.4
"""What can't start at all ends within 100 ms; connecting takes the others 450 ms anyway."""
ADOPTED_LOOK_S: Final = 1.0
"""An adopted browser is no child of this process: its end is seen by looking."""
KILLED_WITHIN_S: Final = 5.0
GROUP_LOOK_S: Final = 0.02


class Stage(Enum):
    """How far a browser is on its way."""

    STARTING = auto()
    RUNNING = auto()
    CLOSING = auto()


@dataclass(slots=True)
class Held:
    """A browser that this launcher answers for."""

    browser: LaunchedBrowser
    folders: Folders
    stage: Stage
    ended: Future[BrowserExit] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


def _ignore(_exit: BrowserExit) -> None:
    """For callers that wait with `ended` instead."""


class Launcher:
    """The browsers of one hub. Enter it before use; leaving closes them all."""

    def __init__(
        self, *, settings: LaunchSettings, exited: Callable[[BrowserExit], None] = _ignore
    ) -> None:
        """`exited` hears once of every browser that was handed out and has ended."""
        self._settings = settings
        self._exited = exited
        self._held: dict[InstanceId, Held] = {}
        self._starting: dict[InstanceId, str | None] = {}
        self._tasks = TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self.close_all()
        finally:
            await self._tasks.__aexit__(kind, error, trace)

    def running(self) -> tuple[LaunchedBrowser, ...]:
        """Browsers that run now, in order of their start."""
        return tuple(
            held.browser for held in self._held.values() if held.stage is not Stage.STARTING
        )

    async def profiles(self) -> tuple[ChromeProfile, ...]:
        """The profiles of the installed Chrome."""
        return await asyncio.to_thread(profiles_in, self._settings.home)

    async def launch(self, spec: LaunchSpec) -> LaunchedBrowser:
        """Start a browser that will connect to the hub as `spec.instance`.

        Returns as soon as the process runs; the connection comes some 450 ms after the start.

        Raises:
            NoBrowserFound: there is none on this machine.
            ExtensionMissing: the extension is not built.
            BrowserDied: the process ended at once; the error has its last words.
            ProfileInUse: another browser has the named profile.
            TooManyBrowsers: the limit is reached.
            InvalidInput: the start page, a name or a further extension can't be used.
        """
        self._admit(spec)
        self._starting[spec.instance] = spec.profile
        try:
            held = await self._start(spec)
        finally:
            del self._starting[spec.instance]
        try:
            async with asyncio.timeout(EARLY_DEATH_S):
                death = await asyncio.shield(held.ended)
        except TimeoutError:
            held.stage = Stage.RUNNING
            logger.info("browser launched", extra=_facts(held.browser))
            return held.browser
        except asyncio.CancelledError:
            kill_group(held.browser.pid)
            raise
        raise BrowserDied(held.browser.executable, death.code, death.stderr_tail)

    async def downloaded(self, instance: InstanceId, path: Path) -> bytes | None:
        """A file in the download folder of a browser; None when it lies elsewhere or is huge."""
        held = self._held.get(instance)
        if held is None:
            return None
        return await asyncio.to_thread(read_within, held.folders.downloads, path)

    async def lend(self, instance: InstanceId, folder: str, name: str, data: bytes) -> Path | None:
        """Write a file that the browser can read, until it ends; None when there is none."""
        held = self._held.get(instance)
        if held is None:
            return None
        return await asyncio.to_thread(write_lent, held.folders, folder, name, data)

    async def ended(self, instance: InstanceId) -> BrowserExit | None:
        """Wait for the end of a browser; None when there is none of that id."""
        held = self._held.get(instance)
        return None if held is None else await asyncio.shield(held.ended)

    async def close(self, instance: InstanceId) -> bool:
        """End a browser and all its processes; False when there is none of that id.

        It has `close_within_s` to put its profile in order, then it is killed.
        """
        held = self._held.get(instance)
        if held is None:
            return False
        held.stage = Stage.CLOSING
        ask_to_end(held.browser.pid)
        try:
            async with asyncio.timeout(self._settings.close_within_s):
                await asyncio.shield(held.ended)
        except TimeoutError:
            await self._end_group(held.browser.pid)
            # Bounded too, for the rare process that not even the kernel can end.
            await asyncio.wait({held.ended}, timeout=KILLED_WITHIN_S)
        return True

    async def close_all(self) -> None:
        """End every browser, all at the same time."""
        async with TaskGroup() as closing:
            for instance in tuple(self._held):
                closing.create_task(self.close(instance))

    async def recover(self, wanted: Collection[InstanceId]) -> Recovery:
        """Adopt the browsers of a run that was killed, as far as `wanted`, and end the others.

        Call it once, before the first launch. A browser that looks for another address than this
        hub's is ended too: it would never come back.
        """
        adopted: list[LaunchedBrowser] = []
        killed: list[InstanceId] = []
        vanished: list[InstanceId] = []
        for folder, left in await asyncio.to_thread(lambda: tuple(leftovers(self._settings))):
            instance = InstanceId(folder.name)
            if left is None or not left.running:
                await self._sweep(folder, left)
                vanished.append(instance)
            elif instance in wanted and left.hub_url == self._settings.hub_url:
                adopted.append(self._adopt(left))
            else:
                await self._end_group(left.browser.pid)
                await self._sweep(folder, left)
                killed.append(instance)
        return Recovery(tuple(adopted), tuple(killed), tuple(vanished))

    def _admit(self, spec: LaunchSpec) -> None:
        assert spec.instance not in self._held, "an instance id is used for one browser at a time"
        # One that starts is held from when its process runs.
        if len(self._held.keys() | self._starting.keys()) >= self._settings.most:
            raise TooManyBrowsers(self._settings.most)
        users = {held.browser.profile: id_ for id_, held in self._held.items()}
        users.update({profile: id_ for id_, profile in self._starting.items()})
        if spec.profile is not None and spec.profile in users:
            raise ProfileInUse(spec.profile, users[spec.profile])

    async def _start(self, spec: LaunchSpec) -> Held:
        sandboxed = {
            Sandbox.ON: True,
            Sandbox.OFF: False,
            Sandbox.AUTO: not is_root(),
        }[self._settings.sandbox]
        executable = await asyncio.to_thread(
            find_browser, self._settings, spec.executable, spec.make
        )
        folders = await asyncio.to_thread(prepare, self._settings, spec)
        try:
            command = await asyncio.to_thread(
                lambda: command_line(
                    spec,
                    executable=executable,
                    extension=folders.extension,
                    profile=folders.profile,
                    sandboxed=sandboxed,
                )
            )
            process = await _spawn(command, folders)
        except BaseException:
            await asyncio.to_thread(remove, folders)
            raise
        browser = LaunchedBrowser(
            instance=spec.instance,
            pid=process.pid,
            executable=executable,
            screen=spec.screen,
            profile=spec.profile,
            download_dir=folders.downloads,
            sandboxed=sandboxed,
        )
        held = self._hold(Held(browser, folders, Stage.STARTING), process.wait)
        try:
            await asyncio.to_thread(
                write_pid_file, folders.pid_file, browser, hub_url=self._settings.hub_url
            )
        except BaseException:
            kill_group(browser.pid)
            raise
        return held

    def _adopt(self, left: Leftover) -> LaunchedBrowser:
        browser = left.browser
        folders = folders_of(self._settings, browser.instance, browser.profile)
        self._hold(Held(browser, folders, Stage.RUNNING), lambda: _gone(browser.pid))
        logger.info("browser adopted", extra=_facts(browser))
        return browser

    def _hold(self, held: Held, wait: Callable[[], Awaitable[int | None]]) -> Held:
        self._held[held.browser.instance] = held
        self._tasks.create_task(self._watch(held, wait))
        return held

    async def _watch(self, held: Held, wait: Callable[[], Awaitable[int | None]]) -> None:
        """Wait for the end, whatever its reason, and leave nothing behind."""
        code = await wait()
        await self._end_group(held.browser.pid)
        tail = await asyncio.to_thread(stderr_tail, held.folders)
        await asyncio.to_thread(remove, held.folders)
        del self._held[held.browser.instance]
        death = BrowserExit(
            instance=held.browser.instance,
            code=code,
            stderr_tail=tail,
            asked_for=held.stage is Stage.CLOSING,
        )
        held.ended.set_result(death)
        logger.info("browser ended", extra={"instance": death.instance, "code": code})
        if held.stage is not Stage.STARTING:
            self._exited(death)

    async def _end_group(self, group: int) -> None:
        """Kill what still runs of a browser's processes and wait until it is gone."""
        try:
            async with asyncio.timeout(KILLED_WITHIN_S):
                while await asyncio.to_thread(members_of, group):
                    kill_group(group)
                    await asyncio.sleep(GROUP_LOOK_S)
        except TimeoutError:
            # Only the kernel can hold a killed process: a disk that does not answer, say.
            logger.warning("processes of a browser do not end", extra={"group": group})

    async def _sweep(self, folder: Path, left: Leftover | None) -> None:
        """Remove what an earlier run left, and processes whose launch was cut short unnoted."""
        profile = None if left is None else left.browser.profile
        folders = folders_of(self._settings, InstanceId(folder.name), profile)
        started_with = f"--load-extension={folders.extension}"
        for group in await asyncio.to_thread(groups_with, started_with):
            await self._end_group(group)
        await asyncio.to_thread(remove, folders)


async def _spawn(command: tuple[str, ...], folders: Folders) -> Process:
    """A group of its own: a terminal's signals don't reach it, and it is ended as one."""
    log = await asyncio.to_thread(folders.stderr.open, "wb")
    try:
        return await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=DEVNULL, stderr=log, start_new_session=True
        )
    except OSError as error:
        raise BrowserDied(Path(command[0]), error.errno, str(error)) from error
    finally:
        log.close()


async def _gone(pid: int) -> None:
    """Return when an adopted process has ended."""
    birth = await asyncio.to_thread(birth_of, pid)
    # No event tells the end of a process that is not a child.
    while birth is not None and await asyncio.to_thread(birth_of, pid) == birth:  # noqa: ASYNC110
        await asyncio.sleep(ADOPTED_LOOK_S)


def _facts(browser: LaunchedBrowser) -> dict[str, object]:
    return {
        "instance": browser.instance,
        "pid": browser.pid,
        "screen": browser.screen.value,
        "sandboxed": browser.sandboxed,
    }
