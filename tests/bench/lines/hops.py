"""The two hops of a command through the hub, beside a bare echo of the same server library."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager

from tests.bench.figures import Line, percentile
from tests.bench.lines.load import Bench, draft
from tests.bench.peers import Ws
from tests.bench.servers import Server, floor, hub

__all__ = ["measure_hops"]

MS = 1_000.0
FRAME = "accepted -> frame at the browser"
EVENT = "result -> event at the client"
PARTS = (("p50", 0.5), ("p95", 0.95))
MESSAGE = b'{"type":"tool_call","id":"task_1_1_cmd_0#1","name":"browser_navigate","args":{}}'


async def measure_hops(*, runs: int, scale: float) -> Line:
    """One task in flight; each hop is one way, the echo there and back, interleaved run by run."""
    line = Line("hops", "one-command tasks, 1 in flight, beside a bare echo there and back")
    times = max(20, int(600 * scale))
    taken: dict[str, list[dict[str, float]]] = {"echo": [], "disk": [], "memory": []}
    async with hub(store="disk") as disk, hub(store="memory") as memory, floor() as bare:
        benches = {"disk": Bench(disk), "memory": Bench(memory)}
        for bench in benches.values():
            await bench.start(1)
            await bench.loop(0, 50)
        for _ in range(runs):
            taken["echo"].append(await _echo(bare, times))
            for name, bench in benches.items():
                taken[name].append(await _hops(bench, times))
        for bench in benches.values():
            bench.stop()
    medians = {
        (name, key): line.add(f"{name}: {key}", [run[key] for run in results], "ms")
        for name, results in taken.items()
        for key in results[0]
    }
    for name in benches:
        for hop in (FRAME, EVENT):
            line.ratio(
                f"{name}: {hop}, / echo", medians[name, f"{hop} p50"], medians["echo", "p50"]
            )
    line.notes.append("a frame that is at the browser before its 200 is at the client counts 0")
    return line


async def _hops(bench: Bench, times: int) -> dict[str, float]:
    """The two hops of so many tasks, in ms."""
    link = bench.links[0]
    arrivals = bench.arrivals[link.instance]
    ended: list[float] = []
    to_browser: list[float] = []
    to_client: list[float] = []
    body = draft(link.instance)
    with _ends_noted(bench, ended):
        for _ in range(times):
            arrivals.clear()
            ended.clear()
            task = await bench.submit(0, body)
            accepted = time.perf_counter()
            await bench.complete(task)
            to_browser.append(max(0.0, arrivals[0] - accepted) * MS)
            # The scripted browser answers in the very step in which the frame arrives.
            to_client.append((ended[0] - arrivals[0]) * MS)
    return {
        f"{hop} {name}": percentile(values, part)
        for hop, values in ((FRAME, to_browser), (EVENT, to_client))
        for name, part in PARTS
    }


@contextmanager
def _ends_noted(bench: Bench, ended: list[float]) -> Generator[None]:
    """Within the block, `ended` gets the time at which the reader hears that a command ended."""
    reader = bench.reader
    assert reader is not None
    hear = reader.on_message

    def mark(payload: bytes) -> None:
        if b'"type":"task_progress"' in payload and b'"status":"success"' in payload:
            ended.append(time.perf_counter())
        hear(payload)

    reader.on_message = mark
    try:
        yield
    finally:
        reader.on_message = hear


async def _echo(server: Server, times: int) -> dict[str, float]:
    """A message there and back, so many times, in ms."""
    heard: asyncio.Queue[float] = asyncio.Queue(maxsize=1)

    def hear(_payload: bytes) -> None:
        heard.put_nowait(time.perf_counter())

    ws = await Ws.connect(f"{server.client_url}echo", hear)
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        ws.send(MESSAGE)
        taken.append((await heard.get() - began) * MS)
    ws.close()
    return {name: percentile(taken, part) for name, part in PARTS}
