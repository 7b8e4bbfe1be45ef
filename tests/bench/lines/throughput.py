"""Throughput until the hub's core is full."""

from typing import Self

from tests.bench.figures import Line
from tests.bench.lines.load import Bench
from tests.bench.servers import Server, floor, hub

__all__ = ["measure"]

SHAPES = (
    # instances, commands per task, tasks per instance, tasks waiting on each
    (1, 1, 1500, 16),
    (8, 1, 400, 8),
    (50, 1, 80, 4),
    (100, 1, 40, 4),
    (8, 20, 60, 4),
)


async def measure(*, runs: int, scale: float) -> list[Line]:
    """Tasks and commands per second, and processor time per task, interleaved run by run.

    The hub on disk, also with browsers that are told what is stored and ended, as the extension is;
    the hub in memory; and the durable floor: a bare server with the hub's store.
    """
    lines: list[Line] = []
    for instances, commands, tasks, depth in SHAPES:
        line = Line("throughput", f"{instances} instances, {commands} command(s) per task")
        count = max(5, int(tasks * scale))
        async with (
            hub(store="disk") as disk,
            hub(store="disk") as told,
            hub(store="memory") as memory,
            floor(durable=True) as bare,
        ):
            sides = [
                await side.ready(instances, commands, depth)
                for side in (
                    _Side("disk", disk),
                    _Side("disk, browsers that speak all", told, able=True),
                    _Side("memory", memory),
                    _Side("durable floor", bare),
                )
            ]
            for _ in range(runs):
                for side in sides:
                    await side.run(count, commands, depth)
            for side in sides:
                side.bench.stop()
        for side in sides:
            line.add(f"{side.name}: tasks", side.rates, "1/s")
            if commands > 1:
                line.add(f"{side.name}: commands", [rate * commands for rate in side.rates], "1/s")
            line.add(f"{side.name}: cpu per task", side.cpu_ms, "ms")
        lines.append(line)
    return lines


class _Side:
    """One of the servers that are compared, and what was measured of it."""

    def __init__(self, name: str, server: Server, *, able: bool = False) -> None:
        self.name, self.server, self.bench = name, server, Bench(server, able=able)
        self.rates: list[float] = []
        self.cpu_ms: list[float] = []

    async def ready(self, instances: int, commands: int, depth: int) -> Self:
        """With its browsers connected, and warm."""
        await self.bench.start(instances)
        await self.bench.flood(3, commands, depth)
        return self

    async def run(self, tasks: int, commands: int, depth: int) -> None:
        """Measure once."""
        before = self.server.cpu_s()
        self.rates.append(await self.bench.flood(tasks, commands, depth))
        spent_s = self.server.cpu_s() - before
        self.cpu_ms.append(spent_s * 1_000 / (tasks * len(self.bench.links)))
