"""A request whose head came before is done at once, and is judged and answered all the same."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import orjson
import pytest
from tests.web.door import ServedDoor, serve_door, task_body
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tabyard.core.errors import StoreUnavailable
from tabyard.web.auth import KeyRing
from tabyard.web.known import KnownRequest
from tabyard.web.limits import LimitSettings
from tabyard_protocol.ids import TaskId

KEY = "tby_" + "k" * 40


class Line:
    """One connection, kept alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def to(cls, door: ServedDoor) -> AsyncGenerator[Self]:
        line = cls(*await asyncio.open_connection("127.0.0.1", door.http_port))
        try:
            yield line
        finally:
            line.writer.close()
            with suppress(ConnectionError):
                await line.writer.wait_closed()

    async def answer(self) -> tuple[int, dict[str, str], dict[str, Any]]:
        """The next answer: status, headers, body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers, orjson.loads(body)

    async def post(self, body: bytes, **headers: str) -> tuple[int, dict[str, str], dict[str, Any]]:
        self.writer.write(post(body, **headers))
        return await self.answer()


def post(body: bytes, **headers: str) -> bytes:
    """`POST /tasks`."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{more}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies of all requests that were done as known ones."""
    begun: list[bytes] = []
    usual = KnownRequest.begin

    def begin(self: KnownRequest, body: bytes, *more: Any) -> None:
        begun.append(body)
        usual(self, body, *more)

    monkeypatch.setattr(KnownRequest, "begin", begin)
    return begun


class Held:
    """Submissions within the block are stored, but told only once they are released."""

    def __init__(self, door: ServedDoor, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = asyncio.Event()
        self.told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tasks = door.state.tasks
        self._usual = door.state.tasks.begin
        self._patch = monkeypatch
        self._stored: asyncio.Future[Any] | None = None

    def __enter__(self) -> Self:
        self._patch.setattr(self._tasks, "begin", self._begin)
        return self

    def __exit__(self, *_told: object) -> None:
        self._patch.setattr(self._tasks, "begin", self._usual)

    def release(self) -> None:
        assert self._stored is not None
        self._stored.add_done_callback(lambda stored: self.told.set_result(stored.result()))

    def _begin(self, *args: Any, **more: Any) -> "asyncio.Future[Any]":
        self._stored = self._usual(*args, **more)
        self.begun.set()
        return self.told


def plain(headers: Mapping[str, str]) -> dict[str, str]:
    """Without what differs from one answer to the next."""
    return {name: value for name, value in headers.items() if name != "date"}


async def test_the_second_of_the_same_kind_is_known_and_nothing_else_about_it_differs(
    known: list[bytes],
) -> None:
    body = orjson.dumps(task_body())
    async with asyncio.timeout(15), serve_door() as door, Line.to(door) as line:
        await door.yard.browser()
        first, second, third = [await line.post(body) for _ in range(3)]
        assert known == [body, body]
        assert first[0] == second[0] == 200
        assert plain(first[1]) == plain(second[1]) == plain(third[1])
        assert first[2].keys() == second[2].keys()
        tasks = [answer[2]["taskId"] for answer in (first, second, third)]
        assert [answer[2]["queuePosition"] for answer in (first, second, third)] == [1, 2, 3]
        for task in tasks:
            assert await door.yard.store.task(TaskId(task)) is not None
        await door.state.audit.flush()
        lines, _ = await door.yard.store.audit(limit=10, offset=0)
        assert [row.subject for row in lines] == tasks[::-1]
        metrics = (await door.http.get("/metrics")).text
        assert 'route="/tasks"' in metrics
        [counted] = [
            line
            for line in metrics.splitlines()
            if line.startswith("tabyard_") and '"POST"' in line and '"/tasks"' in line
        ]
        assert counted.endswith(" 3.0")


async def test_what_is_wrong_with_a_known_request_is_told_as_ever(known: list[bytes]) -> None:
    async with asyncio.timeout(15), serve_door() as door, Line.to(door) as line:
        await door.yard.browser()
        good = orjson.dumps(task_body())
        bad = good.replace(b"browser_navigate", b"browser_navigatE")
        worse = b"{" + good[1:-1] + b"]"
        assert len(good) == len(bad) == len(worse)
        assert (await line.post(good))[0] == 200
        for body, code in ((bad, "UNKNOWN_TOOL"), (worse, "INVALID_INPUT")):
            status, headers, told = await line.post(body)
            assert (status, told["code"]) == (400, code)
            assert headers["x-content-type-options"] == "nosniff"
        assert (await line.post(good))[0] == 200
        assert known == [bad, worse, good]


async def test_a_known_request_waits_for_the_disk_and_tells_when_it_fails(
    known: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = orjson.dumps(task_body())
    async with asyncio.timeout(15), serve_door() as door, Line.to(door) as line:
        await door.yard.browser()
        await line.post(body)
        with Held(door, monkeypatch) as held:
            line.writer.write(post(body))
            await held.begun.wait()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await line.reader.read(1)
        held.told.set_exception(StoreUnavailable("disk full"))
        status, _, told = await line.answer()
        assert (status, told["code"]) == (503, "STORE_UNAVAILABLE")
        assert known == [body]


async def test_requests_behind_a_known_one_are_answered_in_their_turn(
    known: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    body, other = orjson.dumps(task_body()), orjson.dumps(task_body(task_name="Another"))
    async with asyncio.timeout(15), serve_door() as door, Line.to(door) as line:
        await door.yard.browser()
        await line.post(body)
        with Held(door, monkeypatch) as held:
            line.writer.write(post(body))
            await held.begun.wait()
            line.writer.write(post(other) + b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await line.reader.read(1)
        held.release()
        assert [(await line.answer())[2].get("queuePosition") for _ in range(3)] == [2, 3, None]
        assert known == [body]


async def test_a_request_in_pieces_or_with_another_is_parsed_as_ever(known: list[bytes]) -> None:
    body = orjson.dumps(task_body())
    async with asyncio.timeout(15), serve_door() as door, Line.to(door) as line:
        await door.yard.browser()
        await line.post(body)
        line.writer.write(post(body)[:-5])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await line.reader.read(1)
        line.writer.write(post(body)[-5:])
        assert (await line.answer())[2]["queuePosition"] == 2
        line.writer.write(post(body) + post(body))
        assert [(await line.answer())[2]["queuePosition"] for _ in range(2)] == [3, 4]
        assert known == []
        assert (await line.post(body))[2]["queuePosition"] == 5
        assert known == [body]


def _nobody(_ring: KeyRing, _key: str | None) -> None:
    """Knows no key."""


async def test_a_key_is_asked_for_each_time(
    known: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = orjson.dumps(task_body())
    async with asyncio.timeout(15), serve_door(keys=[KEY]) as door, Line.to(door) as line:
        await door.yard.browser()
        bearer = {"Authorization": f"Bearer {KEY}"}
        assert (await line.post(body, **bearer))[0] == 200
        assert (await line.post(body, **bearer))[0] == 200
        assert (await line.post(body, Authorization="Bearer no"))[0] == 401
        monkeypatch.setattr(KeyRing, "identify", _nobody)
        assert (await line.post(body, **bearer))[0] == 401
        assert len(known) == 2


async def test_a_known_request_counts_against_the_limit(known: list[bytes]) -> None:
    body = orjson.dumps(task_body())
    limits = LimitSettings(requests_per_minute=3)
    async with (
        asyncio.timeout(15),
        serve_door(keys=[KEY], web={"limits": limits}) as door,
        Line.to(door) as line,
    ):
        await door.yard.browser()
        answers = [await line.post(body, Authorization=f"Bearer {KEY}") for _ in range(4)]
        assert [answer[0] for answer in answers] == [200, 200, 200, 429]
        left = [int(answer[1]["x-ratelimit-remaining"]) for answer in answers]
        assert left == [2, 1, 0, 0]
        assert len(known) == 3


async def test_nothing_is_said_to_a_client_that_reads_no_answers(known: list[bytes]) -> None:
    body = orjson.dumps(task_body())
    async with asyncio.timeout(15), serve_door() as door, Line.to(door) as line:
        await door.yard.browser()
        await line.post(body)
        [connection] = [
            it for it in door.server.server_state.connections if isinstance(it, HttpToolsProtocol)
        ]
        connection.pause_writing()  # as the transport does when its buffer is full
        line.writer.write(post(body))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await line.reader.read(1)
        connection.resume_writing()
        assert (await line.answer())[2]["queuePosition"] == 2
        assert known == []
        assert (await line.post(body))[2]["queuePosition"] == 3
        assert known == [body]


@pytest.mark.parametrize(
    "more",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Expect": "100-continue"}],
)
async def test_what_is_not_plain_is_never_known(known: list[bytes], more: dict[str, str]) -> None:
    body = orjson.dumps(task_body())
    async with asyncio.timeout(15), serve_door() as door:
        await door.yard.browser()
        async with Line.to(door) as line:
            for _ in range(2):
                line.writer.write(post(body, **more))
                head = await line.reader.readuntil(b"\r\n\r\n")
                if b" 100 " in head:
                    head = await line.reader.readuntil(b"\r\n\r\n")
                assert b" 200 " in head or b" 40" in head or b" 421 " in head
                [length] = [
                    int(row.split(b":")[1])
                    for row in head.lower().split(b"\r\n")
                    if row.startswith(b"content-length")
                ]
                await line.reader.readexactly(length)
    assert known == []


async def test_a_server_that_ends_answers_what_it_has_begun(
    known: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = orjson.dumps(task_body())
    async with asyncio.timeout(15), serve_door() as door, Line.to(door) as line:
        await door.yard.browser()
        await line.post(body)
        with Held(door, monkeypatch) as held:
            line.writer.write(post(body))
            await held.begun.wait()
        for connection in list(door.server.server_state.connections):
            connection.shutdown()
        held.release()
        status, headers, _ = await line.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert await line.reader.read() == b""
        assert known == [body]
