"""Big payloads: screenshots through the link, while small commands run on another instance."""

import asyncio
import base64
import os
import time
import zlib

import orjson
from tests.bench.figures import Line, percentile
from tests.bench.lines.load import Bench, draft
from tests.bench.peers import connect_instance
from tests.bench.servers import hub

__all__ = ["measure"]


def png_of(size_bytes: int) -> bytes:
    """A file with a PNG's head and about `size_bytes` of incompressible body."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        )

    head = (1000).to_bytes(4, "big") + (1000).to_bytes(4, "big") + b"\x08\x06\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", os.urandom(size_bytes))
        + chunk(b"IEND", b"")
    )


async def measure(*, runs: int, scale: float) -> list[Line]:
    """Time of one picture from submit to complete, and p99 of small commands meanwhile."""
    lines: list[Line] = []
    for megabytes in (1, 5, 20):
        line = Line("big payloads", f"{megabytes} MB screenshots")
        picture = base64.b64encode(png_of(megabytes * 1_000_000)).decode()
        result = orjson.dumps(
            {
                "content": [
                    {"type": "text", "text": '{"format":"png"}'},
                    {"type": "image", "data": picture, "mimeType": "image/png"},
                ],
                "structuredContent": {"format": "png", "width": 1000, "height": 1000},
            }
        )
        async with hub(store="disk") as server:
            bench = Bench(server)
            await bench.start(1)
            big = await connect_instance(await server.http(), "big", result)
            await bench.loop(0, 20)
            quiet = await bench.loop(0, max(20, int(200 * scale)))
            line.add(
                "small commands alone, p99",
                [percentile([times[2] * 1_000 for times in quiet], 0.99)],
                "ms",
            )
            whole: list[float] = []
            small: list[float] = []
            for _ in range(runs):
                took, times = await _run(bench, big.instance, max(2, int(6 * scale)))
                whole.append(took)
                small.append(percentile(times, 0.99))
            line.add("one picture, submit to complete", whole, "ms")
            line.add("small commands meanwhile, p99", small, "ms")
            bench.stop()
        lines.append(line)
    return lines


async def _run(bench: Bench, instance: str, pictures: int) -> tuple[float, list[float]]:
    """So many pictures one after the other; the small commands that ran meanwhile."""
    http = await bench.server.http()
    body = (
        draft(instance)
        .replace(b'"goto","url":"http://example.com/"', b'"screenshot"')
        .replace(b"browser_navigate", b"browser_content")
    )
    times: list[float] = []
    done = asyncio.Event()

    async def small() -> None:
        while not done.is_set():
            times.extend([taken[2] * 1_000 for taken in await bench.loop(0, 5)])

    async def big() -> float:
        began = time.perf_counter()
        for _ in range(pictures):
            status, answer = await http.request("POST", "/tasks", body)
            if status != 200:
                raise RuntimeError(f"{status} {answer[:300]!r}")
            await bench.complete(orjson.loads(answer)["taskId"].encode())
        done.set()
        return (time.perf_counter() - began) * 1_000 / pictures

    took, _ = await asyncio.gather(big(), small())
    http.close()
    return took, times
