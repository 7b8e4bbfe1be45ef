"""Round trip of a one-command task: REST, the browser's socket, and back to a WebSocket reader."""

import asyncio

from tests.bench.figures import Line, percentile
from tests.bench.lines.hops import measure_hops
from tests.bench.lines.load import Bench
from tests.bench.servers import floor, hub

__all__ = ["measure"]

MS = 1_000.0
PACES = (
    # in flight, and how long a browser takes for a command
    (1, 0.0),
    (64, 0.0),
    (64, 0.5),
)
WARM_UP = 50


async def measure(*, runs: int, scale: float) -> list[Line]:
    """At 1 and 64 in flight: hub on disk, hub in memory, and the floor, interleaved run by run.

    Without thinking browsers, 64 in flight is a full core, and a time in it mostly a place in a
    queue; with them it is what one command among many pays. First the hops of one command.
    """
    hops = await measure_hops(runs=runs, scale=scale)
    return hops + [
        await _at(in_flight, think_s, runs=runs, scale=scale) for in_flight, think_s in PACES
    ]


async def _at(in_flight: int, think_s: float, *, runs: int, scale: float) -> Line:
    """One pace."""
    thinking = f", browsers take {think_s * MS:.0f} ms each" if think_s else ""
    line = Line("round trip", f"one-command tasks, {in_flight} in flight{thinking}")
    tasks = max(20, int((600 if in_flight == 1 else 40) * scale))
    if think_s:
        tasks = max(8, int(20 * scale))
    taken: dict[str, list[dict[str, float]]] = {"disk": [], "memory": [], "floor": []}
    async with hub(store="disk") as disk, hub(store="memory") as memory, floor() as bare:
        benches = {
            name: Bench(server)
            for name, server in (("disk", disk), ("memory", memory), ("floor", bare))
        }
        for bench in benches.values():
            await _warm_up(bench, in_flight, think_s)
        for _ in range(runs):
            for name, bench in benches.items():
                taken[name].append(await _run(bench, in_flight, tasks, think_s))
        for bench in benches.values():
            bench.stop()
    for name, results in taken.items():
        for key in results[0]:
            line.add(f"{name}: {key}", [result[key] for result in results], "ms")
    _shares(line, taken)
    return line


async def _warm_up(bench: Bench, in_flight: int, think_s: float) -> None:
    await bench.start(in_flight)
    await asyncio.gather(*[bench.loop(n, max(2, WARM_UP // in_flight)) for n in range(in_flight)])
    for link in bench.links:
        link.think_s = think_s


async def _run(bench: Bench, in_flight: int, tasks: int, think_s: float) -> dict[str, float]:
    server = bench.server
    cpu = server.cpu_s()

    async def loop(number: int) -> list[tuple[float, float, float]]:
        # Else all would think, and be answered, at the same moment.
        await asyncio.sleep(think_s * number / in_flight)
        return await bench.loop(number, tasks)

    results = await asyncio.gather(*[loop(n) for n in range(in_flight)])
    flat = [times for result in results for times in result]
    whole = [(times[2] - think_s) * MS for times in flat]
    return {
        "accepted p50": percentile([times[0] * MS for times in flat], 0.5),
        "frame at browser p50": percentile([times[1] * MS for times in flat], 0.5),
        "complete p50": percentile(whole, 0.5),
        "complete p95": percentile(whole, 0.95),
        "complete p99": percentile(whole, 0.99),
        "server cpu per task": (server.cpu_s() - cpu) * MS / len(flat),
    }


def _shares(line: Line, taken: dict[str, list[dict[str, float]]]) -> None:
    """The hub's own share: what it takes beyond the floor, in the same run."""
    for name in ("disk", "memory"):
        for key in ("complete p50", "complete p99"):
            differences = [
                ours[key] - bare[key]
                for ours, bare in zip(taken[name], taken["floor"], strict=True)
            ]
            line.add(f"{name}: own share, {key}", differences, "ms")
