"""Throughput until the hub's core is full."""

from tests.bench.figures import Line
from tests.bench.lines.load import Bench
from tests.bench.servers import hub

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
    """Tasks and commands per second, and processor time per task, on disk and in memory."""
    lines: list[Line] = []
    for instances, commands, tasks, depth in SHAPES:
        line = Line("throughput", f"{instances} instances, {commands} command(s) per task")
        for store in ("disk", "memory"):
            rates: list[float] = []
            cpu: list[float] = []
            async with hub(store=store) as server:
                bench = Bench(server)
                await bench.start(instances)
                await bench.flood(3, commands, depth)
                count = max(5, int(tasks * scale))
                for _ in range(runs):
                    before = server.cpu_s()
                    rates.append(await bench.flood(count, commands, depth))
                    cpu.append((server.cpu_s() - before) * 1_000 / (count * instances))
                bench.stop()
            line.add(f"{store}: tasks", rates, "1/s")
            if commands > 1:
                line.add(f"{store}: commands", [rate * commands for rate in rates], "1/s")
            line.add(f"{store}: hub cpu per task", cpu, "ms")
        lines.append(line)
    return lines
