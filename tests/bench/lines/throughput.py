"""Throughput until the hub's core is full."""

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

    The hub on disk and in memory, and the durable floor: a bare server with the hub's store.
    """
    lines: list[Line] = []
    for instances, commands, tasks, depth in SHAPES:
        line = Line("throughput", f"{instances} instances, {commands} command(s) per task")
        count = max(5, int(tasks * scale))
        async with (
            hub(store="disk") as disk,
            hub(store="memory") as memory,
            floor(durable=True) as bare,
        ):
            sides = [
                await _Side.ready(name, server, instances, commands, depth)
                for name, server in (("disk", disk), ("memory", memory), ("durable floor", bare))
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

    def __init__(self, name: str, server: Server) -> None:
        self.name, self.server, self.bench = name, server, Bench(server)
        self.rates: list[float] = []
        self.cpu_ms: list[float] = []

    @classmethod
    async def ready(
        cls, name: str, server: Server, instances: int, commands: int, depth: int
    ) -> "_Side":
        """With its browsers connected, and warm."""
        side = cls(name, server)
        await side.bench.start(instances)
        await side.bench.flood(3, commands, depth)
        return side

    async def run(self, tasks: int, commands: int, depth: int) -> None:
        """Measure once."""
        before = self.server.cpu_s()
        self.rates.append(await self.bench.flood(tasks, commands, depth))
        spent_s = self.server.cpu_s() - before
        self.cpu_ms.append(spent_s * 1_000 / (tasks * len(self.bench.links)))
