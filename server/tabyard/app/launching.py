"""Launched browsers as the tool `browser_instance` sees them: launched means connected."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, NoReturn, Protocol

from tabyard.browsers import (
    BrowserDied,
    LaunchedBrowser,
    Launcher,
    LaunchSpec,
    Make,
    Screen,
    Viewport,
)
from tabyard.core.errors import LaunchFailed
from tabyard.hub.ports import ToolFailed
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import ArtifactId, InstanceId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.tools.browser_instance import (
    InstanceClosed,
    InstanceNew,
    InstanceOpened,
    ProfileRow,
    ProfilesListed,
)

__all__ = ["LaunchedBrowsers", "Reservations"]

CONNECT_WITHIN_S: Final = 30.0
"""Half a second on an idle machine; a cold disk and a busy processor take their time."""


class Reservations(Protocol):
    """The hub's registry, as far as launching goes."""

    async def reserve_launched(
        self, *, label: str, browser_type: str, profile: str | None
    ) -> tuple[InstanceId, str]:
        """An id and the credential with which the browser will come."""
        ...

    async def wait_connected(self, instance: InstanceId, *, timeout_s: float) -> object:
        """Return when it has come. Raises `TimeoutError`."""
        ...


RunTool = Callable[[InstanceId, str, JsonObject], Awaitable[JsonObject]]

Forget = Callable[[InstanceId], Awaitable[None]]
"""A reserved browser will never come (again)."""


class LaunchedBrowsers:
    """`tabyard.hub.ports.Browsers` over the launcher."""

    def __init__(
        self,
        *,
        launcher: Launcher,
        reservations: Reservations,
        forget: Forget,
        run_tool: RunTool,
    ) -> None:
        """`run_tool` runs a browser's tool as its next task, and gives its typed result."""
        self._launcher = launcher
        self._reservations = reservations
        self._forget = forget
        self._run_tool = run_tool

    async def launch(self, wanted: Mapping[str, object]) -> JsonObject:
        """A browser, once it is connected; one that does not come is ended again.

        Raises:
            HubError: there is none, it died, or it did not connect.
        """
        args = InstanceNew.model_validate(wanted)
        screen = Screen.HEADED if args.headless is False else Screen.HEADLESS
        make = None if args.mode is None else Make(args.mode)
        kind = (make or Make.CHROMIUM).value
        instance, credential = await self._reservations.reserve_launched(
            label=args.label or "", browser_type=kind, profile=args.profile
        )
        viewport = args.viewport and Viewport(args.viewport.width, args.viewport.height)
        spec = LaunchSpec(
            instance=instance,
            credential=credential,
            label=args.label or "",
            screen=screen,
            viewport=viewport,
            url=args.url,
            profile=args.profile,
            extensions=tuple(Path(folder) for folder in args.extensions or ()),
            make=make,
        )
        try:
            browser = await self._launcher.launch(spec)
            await self._connected(browser)
            if args.close_other_tabs:
                await self._close_other_tabs(instance)
        except BaseException:
            await self._launcher.close(instance)
            await self._forget(instance)
            raise
        return InstanceOpened(
            instance_id=instance,
            browser_type=kind,
            profile=args.profile or "",
            download_directory=str(browser.download_dir),
            message=f"Launched {browser.executable.name} ({screen.value})",
        ).to_object()

    async def _close_other_tabs(self, instance: InstanceId) -> None:
        """Leave the tab that the browser shows first: a profile or an extension may open more."""
        listed = await self._run_tool(instance, "browser_tab", {"action": "list"})
        wish = {"action": "close_others", "keepTabId": listed["activeTabId"]}
        await self._run_tool(instance, "browser_tab", wish)

    async def close(self, instance: InstanceId) -> JsonObject:
        """End a launched browser with all its processes.

        Raises:
            ToolFailed: it was not launched by this hub.
        """
        if not await self._launcher.close(instance):
            message = f"{instance} was not launched by this hub; close its window instead"
            raise ToolFailed(ToolErrorCode.NOT_SUPPORTED, message)
        return InstanceClosed(success=True, message=f"Closed {instance}").to_object()

    async def profiles(self) -> JsonObject:
        """The profiles of the installed Chrome."""
        rows = tuple(
            ProfileRow(directory=one.directory, name=one.name)
            for one in await self._launcher.profiles()
        )
        return ProfilesListed(profiles=rows).to_object()

    async def downloaded(self, instance: InstanceId, path: str) -> bytes | None:
        """A file in the download folder of a launched browser; None for any other."""
        return await self._launcher.downloaded(instance, Path(path))

    async def lend(
        self, instance: InstanceId, artifact: ArtifactId, name: str, data: bytes
    ) -> str | None:
        """A file that a launched browser can read, until it ends; None for any other."""
        path = await self._launcher.lend(instance, artifact, name, data)
        return None if path is None else str(path)

    async def _connected(self, browser: LaunchedBrowser) -> None:
        """Wait until it has said hello, or has died of its own accord."""
        failure: Exception | None = None
        try:
            async with asyncio.TaskGroup() as group:
                death = group.create_task(self._died(browser))
                await self._reservations.wait_connected(
                    browser.instance, timeout_s=CONNECT_WITHIN_S
                )
                death.cancel()
        except* BrowserDied as deaths:
            failure = deaths.exceptions[0]
        except* TimeoutError:
            failure = LaunchFailed(f"it did not connect within {CONNECT_WITHIN_S:.0f} s")
        # An exception that is raised inside `except*` would come out in a group.
        if failure is not None:
            raise failure

    async def _died(self, browser: LaunchedBrowser) -> NoReturn:
        end = await self._launcher.ended(browser.instance)
        raise BrowserDied(browser.executable, end and end.code, end.stderr_tail if end else "")
