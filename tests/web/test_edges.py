"""What happens at the edges of the application: defects, broken peers, odd servers."""

import asyncio
import logging
from typing import cast

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message
from starlette.websockets import WebSocket
from tests.web.door import open_door, raw_http, serve_door, task_body
from websockets.exceptions import ConnectionClosed

from tabyard.core.errors import StoreUnavailable
from tabyard.web.errors import translate
from tabyard.web.streams.socket import StarletteSocket
from tabyard_protocol.errors import CloseCode


async def test_the_application_has_no_life_of_its_own() -> None:
    """Whoever serves it keeps the hub alive; a server that sends lifespan events may do so."""
    said: list[str] = []
    asked = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> Message:
        return {"type": next(asked)}

    async def send(message: Message) -> None:
        said.append(message["type"])

    async with open_door() as door:
        await door.app({"type": "lifespan"}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_caller_that_leaves_in_the_middle_of_its_body_is_no_defect(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = [
        "POST /tasks HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        "Content-Length: 100",
    ]
    async with asyncio.timeout(5), serve_door() as door:
        async with raw_http(door.http_port, *request):
            pass
        assert (await door.http.get("/health")).status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_defect_behind_a_socket_is_logged_once_and_closes_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    async with asyncio.timeout(5), serve_door() as door:
        monkeypatch.setattr(door.state.ids, "session", broken)
        async with door.link() as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1011
    errors = [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == ["socket failed"]


async def test_any_other_refusal_of_the_router_is_a_missing_path() -> None:
    answer = translate(HTTPException(404))
    assert answer.status_code == 404
    assert answer.body == b'{"error":"Not found","code":"NOT_FOUND"}'


class DeadWebSocket:
    """A Starlette WebSocket whose peer does not read."""

    def __init__(self) -> None:
        self.closing = False

    async def close(self, _code: int, _reason: str) -> None:
        self.closing = True
        await asyncio.Event().wait()


async def test_closing_does_not_wait_for_ever_for_a_peer_that_does_not_read() -> None:
    dead = DeadWebSocket()
    async with asyncio.timeout(5):
        await StarletteSocket(cast("WebSocket", dead), close_timeout_s=0.01).close(CloseCode.NORMAL)
    assert dead.closing


async def test_a_submission_after_the_hub_has_gone_down_is_refused_for_now() -> None:
    async with open_door() as door:
        await door.yard.browser()
        await door.yard.hub.farewell()
        answer = await door.http.post("/tasks", json=task_body())
    assert answer.status_code == 503
    assert answer.json()["code"] == "SHUTTING_DOWN"
    assert int(answer.headers["retry-after"]) > 0


async def test_a_store_that_can_not_be_written_refuses_for_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise StoreUnavailable("disk full")

    async with open_door() as door:
        monkeypatch.setattr(door.state.tasks, "begin", refuse)
        answer = await door.http.post("/tasks", json=task_body())
    assert answer.status_code == 503
    assert answer.json()["code"] == "STORE_UNAVAILABLE"
    assert "disk full" in answer.json()["error"]
