"""A hub as small as the link allows: registers, proves itself, welcomes, keeps what it hears."""

import hashlib
import hmac
import json
import socket
from asyncio import Event, Queue, Task, TaskGroup
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

Frame = dict[str, Any]

CREDENTIAL = "c0ffee" * 10 + "1234"
HUB_NONCE = "0f" * 16


def proof(credential: str, *words: str) -> str:
    """The HMAC of both sides' proofs."""
    return hmac.new(credential.encode(), "|".join(words).encode(), hashlib.sha256).hexdigest()


@dataclass
class Link:
    """One socket of a browser, seen from the hub."""

    socket: WebSocket
    hello: Frame
    epoch: int
    frames: Queue[Frame] = field(default_factory=Queue[Frame])
    events: Queue[Frame] = field(default_factory=Queue[Frame])
    gone: Event = field(default_factory=Event)
    pings: int = 0

    async def send(self, frame: Frame) -> None:
        await self.socket.send_text(json.dumps(frame))

    async def call(self, id_: str, name: str, args: Frame, **more: object) -> None:
        call = {"type": "tool_call", "id": id_, "name": name, "args": args, **more}
        await self.send({"epoch": self.epoch, "deadlineMs": 10_000, **call})

    async def next(self) -> Frame:
        return await self.frames.get()


@dataclass
class FakeHub:
    """Registers, proves, welcomes; what browsers say lies in queues."""

    port: int
    credential: str = CREDENTIAL
    """What this hub takes for the credential; a wrong one makes it a squatter."""
    acks: tuple[str, ...] = ()
    welcoming: Frame = field(default_factory=Frame)
    """What its welcomes say beyond the usual."""
    links: Queue[Link] = field(default_factory=Queue[Link])
    sizes: Queue[str] = field(default_factory=Queue[str])
    """Inner sizes that the page `/size` has reported."""
    registrations: list[Frame] = field(default_factory=list[Frame])
    arrivals: Queue[Frame] = field(default_factory=Queue[Frame])
    """The same, to wait for."""
    epoch: int = 0
    eager: bool = False
    """It welcomes whoever comes and calls a tool at once, whatever the proof says."""
    heard: list[str] = field(default_factory=list[str])
    """All text that came through sockets."""

    async def register(self, request: Request) -> JSONResponse:
        body: Frame = await request.json()
        self.registrations.append({**body, "origin": request.headers.get("origin")})
        self.arrivals.put_nowait(body)
        instance = body.get("instanceId") or "inst_1_paired"
        answer: Frame = {
            "instanceId": instance,
            "port": self.port,
            "websocketUrl": f"ws://127.0.0.1:{self.port}/instances/{instance}?ticket=t",
            "ticket": "t",
            "hubName": "Fake hub",
        }
        if body.get("pair"):
            answer["credential"] = self.credential
        if "nonce" in body:
            answer["nonce"] = HUB_NONCE
            answer["proof"] = proof(self.credential, "hub", instance, body["nonce"], HUB_NONCE)
        return JSONResponse(answer)

    async def health(self, _request: Request) -> JSONResponse:
        return JSONResponse({"name": "Fake hub", "keyRequired": False})

    async def size(self, request: Request) -> HTMLResponse:
        if "is" in request.query_params:
            self.sizes.put_nowait(request.query_params["is"])
        tell = "() => fetch(`/size?is=${innerWidth}x${innerHeight}`)"
        return HTMLResponse(f"<script>setInterval({tell}, 300)</script>")

    async def link(self, websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            first = await websocket.receive_text()
            self.heard.append(first)
            hello: Frame = json.loads(first)
            instance, nonce = hello["instanceId"], self.registrations[-1]["nonce"]
            assert self.eager or hello["proof"] == proof(
                self.credential, "browser", instance, HUB_NONCE, nonce
            )
            self.epoch += 1
            link = Link(websocket, hello, self.epoch)
            welcome = {"type": "welcome", "instanceId": instance, "serverVersion": "0"}
            await link.send(
                {**welcome, "protocol": 1, "epoch": self.epoch, "acks": self.acks, **self.welcoming}
            )
            self.links.put_nowait(link)
            try:
                while True:
                    await self._hear(link, json.loads(await websocket.receive_text()))
            finally:
                link.gone.set()
        except WebSocketDisconnect:
            return

    async def _hear(self, link: Link, frame: Frame) -> None:
        if frame["type"] == "ping":
            link.pings += 1
            await link.send({"type": "pong"})
        elif frame["type"] == "event":
            link.events.put_nowait(frame)
        else:
            link.frames.put_nowait(frame)

    @asynccontextmanager
    async def served(self) -> AsyncGenerator[Self]:
        """Listen until the end of the block; then the port is free again and all links are cut."""
        app = Starlette(
            routes=[
                Route("/health", self.health),
                Route("/size", self.size),
                Route("/register", self.register, methods=["POST"]),
                WebSocketRoute("/instances/{instance}", self.link),
            ]
        )
        config = uvicorn.Config(
            app, ws="websockets-sansio", log_level="error", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        # asyncio switches Nagle's delay off only for a socket that says TCP by name.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        async with TaskGroup() as tasks:
            serving: Task[None] = tasks.create_task(server.serve(sockets=[listener]))
            try:
                yield self
            finally:
                server.should_exit = True
                await serving
                listener.close()
