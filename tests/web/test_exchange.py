"""Small answers go out in one piece: the same bytes as uvicorn's, and nothing that it refuses."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
import pytest
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from tests.web.door import raw_http, serve_door, task_body

from tabyard.app.listeners import listening
from tabyard.app.web_server import WebServer


def parts(answer: bytes) -> tuple[list[bytes], bytes]:
    """The lines of the head, and what follows it."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    return head.lower().split(b"\r\n"), rest


@asynccontextmanager
async def serving(*headers: tuple[bytes, bytes], body: bytes = b"ok") -> AsyncGenerator[int]:
    """A server whose every answer is this one; its port."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    starlette = Starlette()
    starlette.router.default = app
    with listening("127.0.0.1", http_port=0, link_port=0) as listeners:
        server = WebServer(starlette, listeners, frame_limit_bytes=1024)
        async with asyncio.timeout(15), asyncio.TaskGroup() as group:
            group.create_task(server.run_until_stopped())
            await server.accepting()
            yield listeners.http_port
            server.force_exit = True
            server.stop()


async def whole(port: int, *lines: str) -> bytes:
    """All that the server says before it closes the connection."""
    async with raw_http(port, *lines) as reader:
        return await reader.read(-1)


async def test_requests_on_one_connection_are_answered_in_order_and_the_last_one_closes_it() -> (
    None
):
    async with asyncio.timeout(15), serve_door() as door:
        answer = await whole(
            door.http_port,
            *("GET /health HTTP/1.1", "Host: localhost", ""),
            *("GET /nowhere HTTP/1.1", "Host: localhost", "Connection: close"),
        )
    head, rest = parts(answer)
    assert head[0] == b"http/1.1 200 ok"
    [length] = [int(line.split()[1]) for line in head if line.startswith(b"content-length:")]
    assert orjson.loads(rest[:length])["status"] == "ok"
    head, rest = parts(rest[length:])
    assert head[0] == b"http/1.1 404 not found"
    assert b"connection: close" in head
    assert orjson.loads(rest)["code"] == "NOT_FOUND"


async def test_head_is_answered_with_the_length_and_without_the_body() -> None:
    async with serving((b"content-length", b"2")) as port:
        head, rest = parts(await whole(port, "HEAD / HTTP/1.1", "Host: a", "Connection: close"))
    assert b"content-length: 2" in head
    assert rest == b""


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        pytest.param([(b"content-length", b"2"), (b"connection", b"close")], b"ok", id="closing"),
        pytest.param([(b"connection", b"close")], b"2\r\nok\r\n0\r\n\r\n", id="chunked"),
    ],
)
async def test_what_is_framed_otherwise_is_sent_as_it_says(
    headers: list[tuple[bytes, bytes]], sent: bytes
) -> None:
    async with serving(*headers) as port:
        head, rest = parts(await whole(port, "GET / HTTP/1.1", "Host: a"))
    assert head.count(b"connection: close") == 1
    assert rest == sent


@pytest.mark.parametrize(
    "header", [(b"x-a", b"b\r\nset-cookie: c"), (b"x-a: b\r\nset-cookie", b"c")]
)
async def test_a_header_can_not_be_two(header: tuple[bytes, bytes]) -> None:
    async with serving((b"content-length", b"2"), header) as port:
        answer = await whole(port, "GET / HTTP/1.1", "Host: a")
    assert not answer.startswith(b"HTTP/1.1 200 ")
    assert b"set-cookie" not in answer


async def test_a_body_that_comes_in_pieces_is_the_same_to_the_hub() -> None:
    body = orjson.dumps(task_body(instanceId="inst_nowhere"))
    async with asyncio.timeout(15), serve_door() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.http_port)
        writer.write(
            b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for at in range(0, len(body), 100):
            piece = body[at : at + 100]
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")
        head, rest = parts(await reader.read(-1))
        writer.close()
        await writer.wait_closed()
    assert head[0].startswith(b"http/1.1 400"), rest
    assert b"INVALID_INSTANCE" in rest
