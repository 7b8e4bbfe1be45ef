"""Hubs as processes: started in a tenth of a second, stopped, continued, killed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
from tests.chaos.hub_program import Order, encoded

from tabyard_protocol.model import JsonObject

__all__ = ["Foundry", "HubRefused", "HubUnderTest", "foundry"]


class HubRefused(Exception):
    """The hub did not start."""


@dataclass(frozen=True, slots=True)
class HubUnderTest:
    """One hub process."""

    pid: int
    http_port: int
    link_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def is_alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens when it is dead."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def dead(self, within_s: float = 20.0) -> None:
        """Return when it has ended."""
        async with asyncio.timeout(within_s):
            while self.is_alive:  # noqa: ASYNC110 -- no child of ours: there is no event
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        """kill -9, and wait for the end."""
        self.signal(signal.SIGKILL)
        await self.dead()


class Foundry:
    """Makes hubs."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()
        self.made: list[HubUnderTest] = []

    async def start(self, order: Order) -> HubUnderTest:
        """A hub that takes requests. Raises `HubRefused`, also when it died before that."""
        assert self._process.stdin is not None
        async with self._one_at_a_time:
            self._process.stdin.write(encoded(order))
            hub = HubUnderTest(0, 0, 0)
            while not hub.http_port:
                told = await self._next_word(hub)
                if "error" in told:
                    raise HubRefused(told["error"])
                ports = [int(str(told.get(it, 0)).rsplit(":", 1)[-1]) for it in ("http", "link")]
                hub = HubUnderTest(told["pid"], *ports)
        self.made.append(hub)
        return hub

    async def _next_word(self, hub: HubUnderTest) -> JsonObject:
        assert self._process.stdout is not None
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    told: JsonObject = orjson.loads(await self._process.stdout.readline())
                    return told
            if hub.pid and not hub.is_alive:
                raise HubRefused("it died before it took requests")


@asynccontextmanager
async def foundry() -> AsyncGenerator[Foundry]:
    """Something to make hubs with; whatever still runs at the end is killed."""
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.hub_program", stdin=PIPE, stdout=PIPE, cwd=root
    )
    made = Foundry(process)
    try:
        yield made
    finally:
        for hub in made.made:
            hub.signal(signal.SIGKILL)
        process.kill()
        await process.wait()
