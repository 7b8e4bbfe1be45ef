"""The floor: a bare server of the same library that passes the same messages and does no more.

POST /tasks sends a frame to the one browser socket; its answer is sent on to all client sockets
as the events that a one-command task has. Nothing is checked, queued or stored. /echo says what
it hears.
"""

import asyncio
import itertools
import os
import socket
import sys

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

browsers: dict[str, WebSocket] = {}
clients: list[WebSocket] = []
ids = itertools.count()


async def register(_request: Request) -> Response:
    """A name and an address."""
    name = f"inst_{next(ids)}"
    port = os.environ["FLOOR_PORT"]  # noqa: TID251  (a program of its own)
    return Response(
        orjson.dumps(
            {"instanceId": name, "websocketUrl": f"ws://127.0.0.1:{port}/instances/{name}"}
        )
    )


async def submit(request: Request) -> Response:
    """Hand the command on."""
    draft = orjson.loads(await request.body())
    task = f"task_{next(ids)}"
    frame = {
        "type": "tool_call",
        "id": task,
        "name": "browser_navigate",
        "args": draft["commands"][0]["args"],
        "epoch": 1,
        "deadlineMs": 60000,
    }
    await browsers[draft["instanceId"]].send_text(orjson.dumps(frame).decode())
    return Response(orjson.dumps({"taskId": task, "queuePosition": 1}))


async def tell(kind: str, task: str, result: object = None) -> None:
    """Send an event to all clients."""
    event = orjson.dumps({"type": kind, "taskId": task, "result": result}).decode()
    for client in clients:
        await client.send_text(event)


async def browser(ws: WebSocket) -> None:
    """One browser's socket."""
    await ws.accept()
    browsers[ws.path_params["id"]] = ws
    try:
        async for text in ws.iter_text():
            frame = orjson.loads(text)
            if frame["type"] == "hello":
                await ws.send_text('{"type":"welcome","epoch":1}')
                continue
            for kind in (
                "task_queued",
                "task_started",
                "task_progress",
                "task_progress",
                "task_complete",
            ):
                await tell(kind, frame["id"], frame.get("result"))
    except WebSocketDisconnect:
        return


async def client(ws: WebSocket) -> None:
    """One reader's socket."""
    await ws.accept()
    clients.append(ws)
    try:
        async for _ in ws.iter_text():
            await ws.send_text('{"type":"subscribe_ack"}')
    finally:
        clients.remove(ws)


async def echo(ws: WebSocket) -> None:
    """What comes goes back."""
    await ws.accept()
    try:
        async for text in ws.iter_text():
            await ws.send_text(text)
    except WebSocketDisconnect:
        return


app = Starlette(
    routes=[
        Route("/register", register, methods=["POST"]),
        Route("/tasks", submit, methods=["POST"]),
        WebSocketRoute("/instances/{id}", browser),
        WebSocketRoute("/echo", echo),
        WebSocketRoute("/", client),
    ]
)


def serve(app: Starlette) -> None:
    """Serve on the port that the first argument names."""
    port = int(sys.argv[1])
    os.environ["FLOOR_PORT"] = str(port)  # noqa: TID251  (a program of its own)
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
    # TCP by name, as the hub's: asyncio sets TCP_NODELAY for such sockets only.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(2048)
    asyncio.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    serve(app)
