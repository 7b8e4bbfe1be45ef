"""What goes wrong on one connection is not felt on another."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import pytest
from tests.web.door import NAVIGATE, Client, ServedDoor, is_type, serve_door, succeed, task_body
from websockets.exceptions import ConnectionClosed

from tabyard_protocol.errors import CloseCode

HALF_A_FRAME: Final = b"\x81\xfe\x7f\xff" + b"mask" + b"x" * 100
"""The head of a masked text frame of 32 767 bytes, and the first hundred of them."""


async def work(client: Client) -> None:
    """Submit a task and follow it to its end, event by event."""
    await client.send("task_submit", **task_body(NAVIGATE))
    frames = await client.until(is_type("task_complete"))
    offsets = [frame["offset"] for frame in frames if "offset" in frame]
    assert frames[-1]["status"] == "completed"
    assert offsets == list(range(1, len(offsets) + 1))


@asynccontextmanager
async def half_open(door: ServedDoor) -> AsyncGenerator[None]:
    """Upgrades that stop within their headers, and sockets that stop within a frame."""
    writers: list[asyncio.StreamWriter] = []
    async with AsyncExitStack() as clients:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", door.link_port)
            writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: webs")
            writers.append(writer)
            client = await clients.enter_async_context(door.client())
            await client.ask("subscribe_instance", instanceId="*")
            client.socket.transport.write(HALF_A_FRAME)
            # A polite end would wait for an answer, which only a whole frame gets.
            clients.callback(client.socket.transport.abort)
        yield
        for writer in writers:
            writer.transport.abort()


@asynccontextmanager
async def silent_browsers(door: ServedDoor) -> AsyncGenerator[None]:
    """Links on which nobody ever says hello."""
    async with AsyncExitStack() as links:
        for _ in range(10):
            answer = await door.http.post("/register", json={"userAgent": "test"})
            way = answer.json()
            path = f"/instances/{way['instanceId']}?ticket={way['ticket']}"
            await links.enter_async_context(door.link(path))
        yield


@asynccontextmanager
async def bad_frames(door: ServedDoor) -> AsyncGenerator[None]:
    """Nonsense without waiting for answers, until the hub has had enough, and again."""

    async def flood() -> None:
        while True:
            async with door.client() as client:
                with suppress(ConnectionClosed):
                    while True:
                        await client.socket.send("nonsense")
                        await client.receive()
                assert client.socket.close_code == CloseCode.TOO_MANY_REQUESTS

    async with asyncio.TaskGroup() as group:
        flooding = [group.create_task(flood()) for _ in range(3)]
        yield
        for task in flooding:
            task.cancel()


@asynccontextmanager
async def large_frames(door: ServedDoor) -> AsyncGenerator[None]:
    """Frames over the limit, of clients and of a browser."""
    async with AsyncExitStack() as clients:
        for _ in range(5):
            client = await clients.enter_async_context(door.client())
            await client.socket.send("x" * (1024 * 1024 + 1))
            await client.socket.wait_closed()
            assert client.socket.close_code == CloseCode.TOO_LARGE
        yield


@asynccontextmanager
async def requests_without_end(door: ServedDoor) -> AsyncGenerator[None]:
    """One client that asks as fast as it can and reads what it gets."""

    async def ask() -> None:
        async with door.client() as client:
            while True:
                await client.ask("task_list")

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask())
        yield
        asking.cancel()


Trouble = Callable[[ServedDoor], AbstractAsyncContextManager[None]]


@pytest.mark.proves("security:neighbours_unhurt")
@pytest.mark.parametrize(
    "trouble", [half_open, silent_browsers, bad_frames, large_frames, requests_without_end]
)
async def test_others_work_on_beside(trouble: Trouble) -> None:
    async with asyncio.timeout(20), serve_door() as door:
        await door.yard.browser(handler=succeed)
        async with door.client() as client, trouble(door):
            for _ in range(5):
                await work(client)
            assert (await door.http.get("/health")).status_code == 200
