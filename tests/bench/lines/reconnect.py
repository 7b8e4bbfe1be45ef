"""A live browser after a restart of its hub: how long until the new hub has it back.

The hub is killed, so the system resets its sockets, and the next one starts after a while. What is
measured runs from the moment when the new hub takes connections to the browser's welcome.
"""

import asyncio
import random
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
from tests.bench.figures import Line, percentile
from tests.bench.servers import free_port
from tests.chaos.hub_program import Order
from tests.chaos.hubs import Foundry, HubUnderTest, foundry

__all__ = ["measure"]

RESTARTS = 20
LONGEST_PAUSE_S = 3.0


@dataclass(slots=True)
class Restarted:
    """One hub after the other on the same ports, and the Chromium that the first one launched."""

    order: Order
    made: Foundry
    hub: HubUnderTest
    http: httpx2.AsyncClient
    instance: str = ""

    async def launch(self) -> None:
        """The browser."""
        body = {"action": "new", "headless": True}
        answer = (await self.http.post("/api/tools/browser_instance", json=body)).json()
        self.instance = answer["result"]["structuredContent"]["instanceId"]

    async def restart(self, pause_s: float) -> float:
        """Seconds from the new hub to its browser."""
        await self.hub.kill()
        await asyncio.sleep(pause_s)
        self.hub = await self.made.start(self.order)
        began = time.perf_counter()
        while True:
            with suppress(httpx2.HTTPError):
                answer = await self.http.get(f"/instances/{self.instance}")
                if answer.json()["instance"]["status"] == "connected":
                    return time.perf_counter() - began
            await asyncio.sleep(0.005)

    async def end(self) -> None:
        """Hub and browser."""
        self.hub.signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await self.hub.dead(15)


async def measure(*, runs: int, scale: float) -> list[Line]:
    """Restarts with pauses from nothing to three seconds."""
    line = Line("reconnect", "headless Chromium, hub killed and started again 0 to 3 s later")
    dice = random.Random(1)
    halves: list[float] = []
    slowest: list[float] = []
    with tempfile.TemporaryDirectory(prefix="tabyard-bench-") as folder:
        order = Order(
            folder=folder,
            log=str(Path(folder) / "hub.log"),
            http_port=free_port(),
            link_port=free_port(),
            grace_s=30.0,
            pace=10.0,
            browsers=1,
        )
        url = f"http://127.0.0.1:{order.http_port}"
        async with (
            foundry() as made,
            httpx2.AsyncClient(base_url=url, timeout=40, trust_env=False) as http,
        ):
            yard = Restarted(order, made, await made.start(order), http)
            try:
                await yard.launch()
                for _ in range(runs):
                    times = [
                        await yard.restart(dice.uniform(0, LONGEST_PAUSE_S))
                        for _ in range(max(3, int(RESTARTS * scale)))
                    ]
                    halves.append(percentile(times, 0.5))
                    slowest.append(percentile(times, 0.95))
            finally:
                await yard.end()
    line.add("back p50", halves, "s")
    line.add("back p95", slowest, "s")
    line.notes.append("promised: p95 below 2 s")
    return [line]
