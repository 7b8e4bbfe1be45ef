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
BOTH = "both hops of a command"
PARTS = (("p50", 0.5), ("p99", 0.99))
MESSAGE = b'{"type":"tool_call","id":"task_1_1_cmd_0#1","name":"browser_navigate","args":{}}'


async def measure_hops(*, runs: int, scale: float) -> list[Line]:
    """Each hop is one way, the echo there and back, interleaved run by run."""
    return [
        await _measure(1, 0.0, max(20, int(600 * scale)), runs=runs),
        await _measure(64, 0.5, max(8, int(20 * scale)), runs=runs),
    ]


async def _measure(in_flight: int, think_s: float, times: int, *, runs: int) -> Line:
    thinking = f", browsers take {think_s * MS:.0f} ms each" if think_s else ""
    title = f"one-command tasks, {in_flight} in flight{thinking}, beside a bare echo there and back"
    line = Line("hops", title)
    taken: dict[str, list[dict[str, float]]] = {"echo": [], "disk": [], "memory": []}
    async with hub(store="disk") as disk, hub(store="memory") as memory, floor() as bare:
        benches = {"disk": Bench(disk), "memory": Bench(memory)}
        for bench in benches.values():
            await bench.start(in_flight)
            await bench.loop(0, 50)
            for link in bench.links:
                link.think_s = think_s
        for _ in range(runs):
            taken["echo"].append(await _echo(bare, max(20, times)))
            for name, bench in benches.items():
                taken[name].append(await _hops(bench, times, think_s))
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


async def _hops(bench: Bench, times: int, think_s: float) -> dict[str, float]:
    """The hops of so many tasks on each instance, one in flight on each, in ms."""
    hops: dict[str, list[float]] = {FRAME: [], EVENT: [], BOTH: []}
    with _ends_noted(bench) as ended:
        await asyncio.gather(
            *[
                _follow(
                    bench,
                    number,
                    times,
                    wait_s=think_s * number / len(bench.links),
                    ended=ended,
                    hops=hops,
                )
                for number in range(len(bench.links))
            ]
        )
    return {
        f"{hop} {name}": percentile(values, part)
        for hop, values in hops.items()
        for name, part in PARTS
    }


async def _follow(
    bench: Bench,
    number: int,
    times: int,
    *,
    wait_s: float,
    ended: dict[str, float],
    hops: dict[str, list[float]],
) -> None:
    """One task after the other on one instance."""
    # Else all would think, and be answered, at the same moment.
    await asyncio.sleep(wait_s)
    link = bench.links[number]
    arrivals, answers = bench.arrivals[link.instance], bench.answers[link.instance]
    body = draft(link.instance)
    for _ in range(times):
        arrivals.clear()
        answers.clear()
        task = await bench.submit(number, body)
        accepted = time.perf_counter()
        await bench.complete(task)
        to_browser = max(0.0, arrivals[0] - accepted) * MS
        to_client = (ended.pop(link.instance) - answers[0]) * MS
        hops[FRAME].append(to_browser)
        hops[EVENT].append(to_client)
        hops[BOTH].append(to_browser + to_client)


@contextmanager
def _ends_noted(bench: Bench) -> Generator[dict[str, float]]:
    """Within the block: when the reader has heard of each instance that its command ended."""
    reader = bench.reader
    assert reader is not None
    hear = reader.on_message
    ended: dict[str, float] = {}

    def mark(payload: bytes) -> None:
        if b'"type":"task_progress"' in payload and b'"status":"success"' in payload:
            start = payload.index(b'"instanceId":"') + 14
            ended[payload[start : payload.index(b'"', start)].decode()] = time.perf_counter()
        hear(payload)

    reader.on_message = mark
    try:
        yield ended
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
