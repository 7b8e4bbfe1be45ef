"""The tools that run on the hub itself: `sleep` and `browser_instance`."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from tabyard.core.errors import InstanceNotFound, InvalidInstance
from tabyard.hub.ports import Browsers, Clock, ToolFailed
from tabyard.hub.waiting import pause
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import ArtifactId, InstanceId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceStatus, InstanceView

__all__ = ["BuiltinTools", "Dismissal", "NoBrowsers", "Viewer"]


class Viewer(Protocol):
    """Who is connected."""

    def views(self) -> list[InstanceView]: ...

    def find(self, wanted: str) -> InstanceId: ...


class Dismissal(Protocol):
    """Ends an instance's presence at once, without grace."""

    async def __call__(self, instance: InstanceId, *, reason: str) -> None: ...


class NoBrowsers:
    """A hub that starts no browsers."""

    async def launch(self, wanted: Mapping[str, object]) -> JsonObject:
        raise ToolFailed(
            ToolErrorCode.NOT_SUPPORTED, f"This hub starts no browsers ({len(wanted)})"
        )

    async def close(self, instance: InstanceId) -> JsonObject:
        raise ToolFailed(
            ToolErrorCode.NOT_SUPPORTED,
            f"{instance} was not started by this hub; close it yourself",
        )

    async def profiles(self) -> JsonObject:
        return {"profiles": []}

    async def downloaded(self, instance: InstanceId, path: str) -> bytes | None:
        del instance, path
        return None

    async def lend(
        self, instance: InstanceId, artifact: ArtifactId, name: str, data: bytes
    ) -> str | None:
        del instance, artifact, name, data
        return None


class BuiltinTools:
    """`HubTools` over the registry, the clock and whatever starts browsers."""

    def __init__(
        self, *, viewer: Viewer, clock: Clock, browsers: Browsers, dismiss: Dismissal
    ) -> None:
        self.browsers = browsers
        self._viewer = viewer
        self._clock = clock
        self._dismiss = dismiss

    async def run(self, tool: str, args: JsonObject) -> JsonObject:
        """The typed result of a checked call."""
        action = str(args.get("action", ""))
        match (tool, action):
            case ("sleep", _):
                return await self._sleep(int(args["duration"]))
            case ("browser_instance", "list"):
                return {
                    "instances": [_row(view) for view in self._viewer.views() if _is_here(view)]
                }
            case ("browser_instance", "new"):
                return await self.browsers.launch(
                    {name: value for name, value in args.items() if name != "action"}
                )
            case ("browser_instance", "close"):
                return await self._close(str(args["instanceId"]))
            case ("browser_instance", "profiles"):
                return await self.browsers.profiles()
            case _:
                raise ToolFailed(ToolErrorCode.UNKNOWN_TOOL, f"{tool} does not run on the hub")

    async def downloaded(self, instance: InstanceId, path: str) -> bytes | None:
        """A file that a launched browser has saved; None for any other."""
        return await self.browsers.downloaded(instance, path)

    async def lend(
        self, instance: InstanceId, artifact: ArtifactId, name: str, data: bytes
    ) -> str | None:
        """A file that a launched browser can read; None for any other."""
        return await self.browsers.lend(instance, artifact, name, data)

    async def _sleep(self, duration_ms: int) -> JsonObject:
        await pause(self._clock, duration_ms / 1000)
        return {"slept": duration_ms}

    async def _close(self, wanted: str) -> JsonObject:
        try:
            instance = self._viewer.find(wanted)
        except (InstanceNotFound, InvalidInstance) as error:
            message = f"{error}; browser_instance list shows which there are"
            raise ToolFailed(ToolErrorCode.INVALID_ARGUMENTS, message) from None
        closed = await self.browsers.close(instance)
        with suppress(InstanceNotFound):  # whoever watches its process may have been faster
            await self._dismiss(instance, reason="closed")
        return closed


def _is_here(view: InstanceView) -> bool:
    return view.status is not InstanceStatus.GONE


def _row(view: InstanceView) -> JsonObject:
    """An instance as the tool shows it."""
    row = view.to_object()
    for name in ("kind", "runningTaskId", "epoch"):
        row.pop(name, None)
    return row
