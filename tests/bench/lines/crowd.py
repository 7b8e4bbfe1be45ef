"""Many instances: two thousand idle scripted browsers on one hub."""

import asyncio
import resource
import tempfile
import time
from pathlib import Path

import orjson
from tests.bench.figures import Line, percentile
from tests.bench.lines.load import draft
from tests.bench.peers import Link, Ws, connect_instance
from tests.bench.servers import Server, free_port, hub

__all__ = ["measure"]


async def measure(*, runs: int, scale: float) -> list[Line]:
    """Memory and processor time at rest, and the way back after a restart of the hub."""
    count = max(50, int(2_000 * scale))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    line = Line("many instances", f"{count} scripted browsers, hub on disk")
    ports = (free_port(), free_port())
    memory: list[float] = []
    idle: list[float] = []
    back: list[float] = []
    back_cpu: list[float] = []
    submits: list[float] = []
    with tempfile.TemporaryDirectory(prefix="tabyard-bench-") as folder:
        for _ in range(min(runs, 3)):
            async with hub(folder=Path(folder), ports=ports) as server:
                empty = server.rss_bytes()
                links = await _connect(server, count)
                memory.append((server.rss_bytes() - empty) / count / 1024)
                await asyncio.sleep(1)
                cpu, began = server.cpu_s(), time.perf_counter()
                await asyncio.sleep(10 * scale + 1)
                idle.append((server.cpu_s() - cpu) / (time.perf_counter() - began) * 100)
            async with hub(folder=Path(folder), ports=ports) as server:
                cpu = server.cpu_s()
                took, meanwhile = await _return(server, links)
                back_cpu.append((server.cpu_s() - cpu) / count * 1_000)
                back.append(took)
                submits.append(percentile(meanwhile, 0.99))
                for link in links:
                    assert link.ws is not None
                    link.ws.close()
    line.add("memory per idle instance", memory, "KiB")
    line.add("hub cpu at rest", idle, "% of a core")
    line.add("all back after a restart", back, "s")
    line.add("hub cpu per browser that comes back", back_cpu, "ms")
    line.add("submit p99 meanwhile", submits, "ms")
    return [line]


async def _connect(server: Server, count: int) -> list[Link]:
    """Register and link `count` browsers, some at a time."""
    links: list[Link] = []

    async def some(numbers: range) -> None:
        http = await server.http()
        links.extend([await connect_instance(http, f"crowd-{n}") for n in numbers])
        http.close()

    await asyncio.gather(*[some(range(start, count, 16)) for start in range(16)])
    return links


async def _return(server: Server, links: list[Link]) -> tuple[float, list[float]]:
    """All links come back by their tickets at once, while one client goes on submitting."""
    began = time.perf_counter()
    http = await server.http()
    first = links[0]
    await _rejoin(server, first)
    times: list[float] = []
    done = asyncio.Event()

    async def submits() -> None:
        while not done.is_set():
            start = time.perf_counter()
            await http.request("POST", "/tasks", draft(first.instance))
            times.append((time.perf_counter() - start) * 1_000)
            await asyncio.sleep(0.005)

    async def rejoin() -> None:
        gate = asyncio.Semaphore(200)

        async def one(link: Link) -> None:
            async with gate:
                await _rejoin(server, link)

        await asyncio.gather(*[one(link) for link in links[1:]])
        done.set()

    await asyncio.gather(submits(), rejoin())
    http.close()
    return time.perf_counter() - began, times


async def _rejoin(server: Server, link: Link) -> None:
    """A script comes back with its ticket."""
    link.welcomed = asyncio.get_running_loop().create_future()
    url = f"ws://127.0.0.1:{server.link_port}/instances/{link.instance}"
    link.ws = await Ws.connect(url, link.message)
    link.ws.send(
        orjson.dumps({"type": "hello", "instanceId": link.instance, "ticket": link.ticket})
    )
    async with asyncio.timeout(60):
        await link.welcomed
