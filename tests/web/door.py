"""The web in front of a whole hub: in process by ASGI, or served by uvicorn on free ports."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson
from starlette.applications import Starlette
from tests.yard import Yard, open_yard
from websockets.asyncio.client import ClientConnection, connect

from tabyard.app.listeners import listening
from tabyard.app.web_server import WebServer
from tabyard.web.app import create_app
from tabyard.web.audit import Audit
from tabyard.web.auth import KeyRing
from tabyard.web.limits import Limits
from tabyard.web.settings import WebSettings
from tabyard.web.state import WebState
from tabyard_protocol.ids import TaskId

EXTENSION: Final = "abcdefghijklmnopabcdefghijklmnop"
DASHBOARD: Final = "https://dashboard.example"

NAVIGATE: Final = {
    "tool_name": "browser_navigate",
    "intention": "Go to example",
    "args": {"action": "goto", "url": "https://example.com"},
}


def task_body(*commands: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The body of a submission; one navigation unless told otherwise."""
    return {
        "task_name": "Navigate Test",
        "task_intention": "Test navigation",
        "commands": list(commands) or [NAVIGATE],
        **fields,
    }


async def succeed(_call: object) -> object:
    """Answers every call as the document's examples do."""
    return {"content": [{"type": "text", "text": '{"success": true}'}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A yard with its web."""

    yard: Yard
    state: WebState
    app: Starlette
    http: httpx2.AsyncClient

    async def submit(self, *commands: Mapping[str, Any], **fields: Any) -> str:
        """Submit a task over REST; its id."""
        answer = await self.http.post("/tasks", json=task_body(*commands, **fields))
        assert answer.status_code == 200, answer.text
        task: str = answer.json()["taskId"]
        return task

    async def read(self, task: str) -> dict[str, Any]:
        """The task as REST shows it."""
        answer = await self.http.get(f"/tasks/{task}")
        view: dict[str, Any] = answer.json()["task"]
        return view

    async def ended(self, task: str) -> dict[str, Any]:
        """The task as REST shows it, once it has ended."""
        watched = self.yard.hub.announcer.watch(TaskId(task))
        record = await self.yard.store.task(TaskId(task))
        if record is not None and record.completed_at_ms is None:
            await watched
        watched.cancel()
        return await self.read(task)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedDoor(Door):
    """A yard whose web listens on real ports."""

    http_port: int
    link_port: int
    server: WebServer

    def link(self, path: str = "/", *, port: int | None = None, **options: Any) -> connect:
        """A WebSocket, to the link port unless told otherwise."""
        url = f"ws://127.0.0.1:{port or self.link_port}{path}"
        return connect(url, compression=None, **options)

    @asynccontextmanager
    async def client(self, path: str = "/", **options: Any) -> AsyncGenerator["Client"]:
        """A client that has read its welcome."""
        async with self.link(path, **options) as socket:
            client = Client(socket)
            client.welcome = await client.receive()
            yield client


class Client:
    """A program on the client WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: dict[str, Any] = {}

    async def send(self, kind: str, **fields: Any) -> None:
        await self.socket.send(orjson.dumps({"type": kind, **fields}).decode())

    async def receive(self) -> dict[str, Any]:
        frame: dict[str, Any] = orjson.loads(await self.socket.recv())
        return frame

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a request and read the next frame."""
        await self.send(kind, **fields)
        return await self.receive()

    async def until(self, condition: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All frames up to the first for which `condition` holds, that one included."""
        frames: list[dict[str, Any]] = []
        while not frames or not condition(frames[-1]):
            frames.append(await self.receive())
        return frames


def is_type(kind: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a frame is of that type."""
    return lambda frame: frame["type"] == kind


@asynccontextmanager
async def raw_http(port: int, *lines: str, **limits: int) -> AsyncGenerator[asyncio.StreamReader]:
    """A connection on which these lines and an empty one were sent; what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **limits)
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        yield reader
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def open_door(
    *, keys: Sequence[str] = (), web: Mapping[str, Any] | None = None, **hub_settings: Any
) -> AsyncGenerator[Door]:
    """In one process: requests go straight into the application, as if they came to port 3300."""
    async with open_yard(**hub_settings) as yard:
        state = _state(yard, keys, web or {}, http_port=3300, link_port=3400)
        app = create_app(state)
        async with _http(app, 3300) as http:
            yield Door(yard=yard, state=state, app=app, http=http)


@asynccontextmanager
async def serve_door(
    *,
    keys: Sequence[str] = (),
    web: Mapping[str, Any] | None = None,
    handshake_s: float = 5.0,
    **hub_settings: Any,
) -> AsyncGenerator[ServedDoor]:
    """By uvicorn, on two free ports."""
    with listening("127.0.0.1", http_port=0, link_port=0) as listeners:
        async with open_yard(**hub_settings) as yard:
            state = _state(
                yard,
                keys,
                web or {},
                http_port=listeners.http_port,
                link_port=listeners.link_port,
            )
            app = create_app(state)
            server = WebServer(
                app, listeners, frame_limit_bytes=1024 * 1024, handshake_timeout_s=handshake_s
            )
            running = yard.group.create_task(server.run_until_stopped())
            await server.accepting()
            async with httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{listeners.http_port}"
            ) as http:
                yield ServedDoor(
                    yard=yard,
                    state=state,
                    app=app,
                    http=http,
                    http_port=listeners.http_port,
                    link_port=listeners.link_port,
                    server=server,
                )
            yard.hub.bus.close()
            yard.cut_all()
            server.stop()
            server.force_exit = True
            await running


def link_http(app: Starlette) -> httpx2.AsyncClient:
    """HTTP to the link port, in process."""
    return _http(app, 3400)


def _http(app: Starlette, port: int) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
    return httpx2.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}")


def _state(
    yard: Yard, keys: Sequence[str], web: Mapping[str, Any], *, http_port: int, link_port: int
) -> WebState:
    settings = WebSettings(
        http_port=http_port,
        link_port=link_port,
        ws_endpoint="ws://localhost:3400",
        store_name="memory",
        extension_ids=frozenset({EXTENSION}),
        **web,
    )
    return WebState(
        hub=yard.hub,
        tasks=yard.tasks,
        records=yard.store,
        blobs=yard.blobs,
        clock=yard.clock,
        ids=yard.hub.ids,
        settings=settings,
        started_s=yard.clock.monotonic_s(),
        access=yard.store,
        limits=Limits(settings.limits, yard.clock),
        audit=Audit(store=yard.store, clock=yard.clock),
        keys=KeyRing(keys),
    )
