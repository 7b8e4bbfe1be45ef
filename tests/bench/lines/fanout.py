"""Fan-out: the events of one task to many readers, one of them asleep."""

import asyncio
import time
from typing import cast

from tests.bench.figures import Line, percentile
from tests.bench.lines.load import Bench
from tests.bench.peers import Ws
from tests.bench.servers import Server, hub
from typing_extensions import override

__all__ = ["measure"]

COMMANDS = 20
EVENTS = 2 * COMMANDS + 3
"""Of one task."""


class Reader:
    """A WebSocket reader that notes when it saw a task complete."""

    def __init__(self) -> None:
        self.events = 0
        self.complete_at: list[float] = []
        self.ws: Ws | None = None

    def message(self, payload: bytes) -> None:
        """Count one event."""
        self.events += 1
        if b'"type":"task_complete"' in payload:
            self.complete_at.append(time.perf_counter())


class SseReader(asyncio.Protocol):
    """A reader of `GET /instances/{id}/events`."""

    def __init__(self, path: str, host: str) -> None:
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode()
        )
        self.events = 0
        self.complete_at: list[float] = []
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    @override
    def data_received(self, data: bytes) -> None:
        self.events += data.count(b"\nevent: ") + data.count(b"\r\nevent: ")
        if b"event: task_complete" in data:
            self.complete_at.append(time.perf_counter())

    def close(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()


async def measure(*, runs: int, scale: float) -> list[Line]:
    """Delivered events per second, delay and memory per reader, for WebSocket and SSE."""
    lines: list[Line] = []
    for kind in ("websocket", "sse"):
        for readers in (1, 100, 1000):
            line = Line("fan-out", f"{readers} {kind} reader(s), one more asleep")
            async with hub(store="memory") as server:
                bench = Bench(server)
                await bench.start(1)
                await bench.loop(0, 5, COMMANDS)
                before = server.rss_bytes()
                instance = bench.links[0].instance
                crowd, sleeper = await _crowd(server, instance, kind, readers)
                line.add(
                    "memory per reader",
                    [(server.rss_bytes() - before) / (readers + 1) / 1024],
                    "KiB",
                )
                rates: list[float] = []
                cpu: list[float] = []
                delays: list[float] = []
                tasks = max(3, int(20 * scale))
                for _ in range(runs):
                    used = server.cpu_s()
                    rate, delay = await _run(bench, crowd, tasks)
                    rates.append(rate)
                    cpu.append((server.cpu_s() - used) * 1e6 / (tasks * EVENTS * readers))
                    delays.append(delay)
                line.add("delivered", rates, "events/s")
                line.add("hub cpu per delivered event", cpu, "us")
                line.add("last reader after first, p99", delays, "ms")
                for reader in crowd:
                    _close(reader)
                sleeper.close()
                bench.stop()
            lines.append(line)
    return lines


def _close(reader: Reader | SseReader) -> None:
    if isinstance(reader, SseReader):
        reader.close()
    elif reader.ws is not None:
        reader.ws.close()


async def _crowd(
    server: Server, instance: str, kind: str, readers: int
) -> tuple[list[Reader | SseReader], Ws]:
    """Connect the readers, and one that never reads."""
    crowd: list[Reader | SseReader] = []
    loop = asyncio.get_running_loop()
    for _ in range(readers):
        if kind == "sse":
            path, host = f"/instances/{instance}/events", f"127.0.0.1:{server.http_port}"
            _, sse = await loop.create_connection(
                lambda p=path, h=host: SseReader(p, h), "127.0.0.1", server.http_port
            )
            crowd.append(sse)
            continue
        reader = Reader()
        reader.ws = await Ws.connect(server.client_url, reader.message)
        reader.ws.send(b'{"type":"subscribe_instance","instanceId":"%s"}' % instance.encode())
        crowd.append(reader)
    sleeper = await Ws.connect(server.client_url, lambda _payload: None)
    sleeper.send(b'{"type":"subscribe_instance","instanceId":"%s"}' % instance.encode())
    sleeper.pause()
    await asyncio.sleep(1)
    return crowd, sleeper


async def _run(bench: Bench, crowd: list[Reader | SseReader], tasks: int) -> tuple[float, float]:
    """Run tasks, and wait until every reader has seen the last of them complete."""
    for reader in crowd:
        reader.events = 0
        reader.complete_at.clear()
    began = time.perf_counter()
    await bench.flood(tasks, COMMANDS, 8)
    async with asyncio.timeout(120):
        for reader in crowd:
            await _has_seen(reader, tasks)
    took = time.perf_counter() - began
    events = sum(reader.events for reader in crowd)
    spreads: list[float] = []
    for number in range(min(len(reader.complete_at) for reader in crowd)):
        moments = [reader.complete_at[number] for reader in crowd]
        spreads.append((max(moments) - min(moments)) * 1_000)
    return events / took, percentile(spreads, 0.99)


async def _has_seen(reader: Reader | SseReader, tasks: int) -> None:
    """Wait until `reader` has seen that many tasks end."""
    while _seen(reader) < tasks:  # noqa: ASYNC110  (an event per reader and message would cost the load)
        await asyncio.sleep(0.005)


def _seen(reader: Reader | SseReader) -> int:
    """How many tasks it has seen end (an SSE chunk may carry several ends)."""
    return reader.events // EVENTS if isinstance(reader, SseReader) else len(reader.complete_at)
