"""The floor under every extension: a bare one passes single commands of the debugger on."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import orjson
import websockets.asyncio.server as websockets
from tests.bench.contestants import Kind, Step, browser_path
from websockets.asyncio.server import ServerConnection

from tabyard.browsers.flags import command_line
from tabyard.browsers.spec import LaunchSpec
from tabyard_protocol.ids import InstanceId

__all__ = ["BARE_KINDS", "OverBareExtension", "with_bare_extension"]

SOURCES: Final = Path(__file__).with_name("bare")
KEEP_AWAKE_S: Final = 15
"""Chromium stops a worker that hears nothing for half a minute."""
BARE_KINDS: Final[frozenset[Kind]] = frozenset({"goto", "evaluate", "screenshot"})
"""The steps that are one command of the debugger."""


class OverBareExtension:
    """One command there, one answer back: what it needs, no extension on this browser can save."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._turn = asyncio.Lock()

    async def do(self, step: Step) -> str:
        commands: dict[Kind, dict[str, Any]] = {
            "goto": {
                "method": "Page.navigate",
                "params": {"url": step.what},
                "until": "Page.loadEventFired",
            },
            "evaluate": {
                "method": "Runtime.evaluate",
                "params": {"expression": step.what, "returnByValue": True},
            },
            "screenshot": {
                "method": "Page.captureScreenshot",
                "params": {"format": "jpeg", "quality": 80},
            },
        }
        await self._ask(commands[step.kind])
        return ""

    async def keep_awake(self) -> None:
        """Say something now and then, for ever."""
        while True:
            await asyncio.sleep(KEEP_AWAKE_S)
            await self._ask({"method": "Runtime.evaluate", "params": {"expression": "0"}})

    async def _ask(self, command: dict[str, Any]) -> None:
        async with self._turn, asyncio.timeout(60):
            await self._socket.send(orjson.dumps(command).decode())
            await self._socket.recv()


@asynccontextmanager
async def with_bare_extension() -> AsyncGenerator[OverBareExtension]:
    """A Chromium with it, and with the same flags as the hub launches one."""
    joined: asyncio.Future[ServerConnection] = asyncio.get_running_loop().create_future()
    ended = asyncio.Event()

    async def serve(socket: ServerConnection) -> None:
        joined.set_result(socket)
        await ended.wait()

    # Chromium's children may write a moment longer than it lives.
    with tempfile.TemporaryDirectory(
        prefix="tabyard-bench-bare-", ignore_cleanup_errors=True
    ) as folder:
        async with websockets.serve(serve, "127.0.0.1", 0, max_size=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with _chromium(Path(folder), port), asyncio.TaskGroup() as group:
                async with asyncio.timeout(60):
                    bare = OverBareExtension(await joined)
                awake = group.create_task(bare.keep_awake())
                try:
                    yield bare
                finally:
                    awake.cancel()
                    ended.set()


@asynccontextmanager
async def _chromium(folder: Path, port: int) -> AsyncGenerator[None]:
    extension = folder / "extension"
    shutil.copytree(SOURCES, extension)
    (extension / "port.js").write_text(f"const PORT = {port};\n", encoding="ascii")
    line = command_line(
        LaunchSpec(instance=InstanceId("inst_bare"), credential=""),
        executable=Path(browser_path()),
        extension=extension,
        profile=folder / "profile",
        sandboxed=False,
    )
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*line, stdout=nowhere, stderr=nowhere)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
