"""A hub and the command line, each as a process of its own, as people have them."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROGRAM: Final = (sys.executable, "-c", "from tabyard.cli import main; main()")
PATIENCE_S: Final = 40.0
"""A test starts some three processes, each of which imports for a second on an idle machine."""
MEASURED: Final = {
    name: value
    # The one thing of the developer's environment that a process under test may see.
    for name, value in os.environ.items()  # noqa: TID251 - `make coverage` passes it on this way
    if name.startswith("COVERAGE_")
}
"""With these `make coverage` sees into the processes."""
INTRODUCED: Final = re.compile(r"(API|WebSocket)\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Terminal:
    """Somewhere to type commands: an empty home, nothing of the developer's own settings."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment: dict[str, str] = {
            **MEASURED,
            "PATH": os.defpath,
            "HOME": str(home),
            "TABYARD_DATA_DIR": str(home / "data"),
            "TABYARD_HTTP_PORT": "0",
            "TABYARD_LINK_PORT": "0",
        }

    async def start(self, *arguments: str, **more: str) -> Process:
        """Start `tabyard` with these arguments; `more` is added to the environment."""
        return await asyncio.create_subprocess_exec(
            *PROGRAM,
            *arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**self.environment, **more},
        )

    async def run(self, *arguments: str, stdin: str = "", **more: str) -> Outcome:
        """Run `tabyard` to its end."""
        return await ended(await self.start(*arguments, **more), stdin)

    @asynccontextmanager
    async def serving(self, *arguments: str, **more: str) -> AsyncGenerator["HubProcess"]:
        """A hub that runs; killed at the end of the block when it still does."""
        process = await self.start("serve", *arguments, **more)
        try:
            yield HubProcess(process, **await introduction(process))
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()


@dataclass(slots=True)
class HubProcess:
    """A running `tabyard serve`."""

    process: Process
    url: str
    link_url: str

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> Outcome:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return await ended(self.process)


async def ended(process: Process, stdin: str = "") -> Outcome:
    """How `process` ends."""
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return Outcome(process.returncode, out.decode(), err.decode())


async def introduction(process: Process) -> dict[str, str]:
    """Where the hub says that it is."""
    assert process.stdout is not None
    names = {"API": "url", "WebSocket": "link_url"}
    found: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < len(names):
            line = (await process.stdout.readline()).decode()
            assert line, (await ended(process)).err
            if match := INTRODUCED.search(line):
                found[names[match[1]]] = match[2]
    return found
