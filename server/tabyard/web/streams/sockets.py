"""Which socket is which: by port, by path, and by its first frame."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from tabyard import __version__
from tabyard.core.errors import NotFound
from tabyard.hub.link import Refused, serve_instance
from tabyard.hub.ports import SocketClosed
from tabyard.web.guard import port_of
from tabyard.web.standing import Standing, standing_of
from tabyard.web.state import WebState
from tabyard.web.streams.client_ws import serve_client
from tabyard.web.streams.frames import is_hello
from tabyard.web.streams.socket import StarletteSocket, frame_writer
from tabyard_protocol.client import ClientWelcome
from tabyard_protocol.errors import CloseCode, ErrorCode
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.version import CURRENT

__all__ = ["Run", "SocketRoute", "endpoints"]

Run = Callable[[WebSocket], Awaitable[None]]


class SocketRoute(WebSocketRoute):
    """A socket that finds out by itself what its peer may do."""


def endpoints(state: WebState) -> Sequence[tuple[str, Run]]:
    """Path and endpoint of every socket. The link port has all of them but `/ws`."""
    link = state.settings.link_port
    return (
        ("/", partial(_at_link_port, link, partial(_serve_root, state))),
        ("/tasks", partial(_at_link_port, link, partial(_serve_root, state))),
        ("/instances/{instance_id}", partial(_at_link_port, link, partial(_serve_link, state))),
        ("/ws", partial(_serve_root, state)),
    )


async def _at_link_port(port: int, run: Run, websocket: WebSocket) -> None:
    """Refuse what came to the other port."""
    if port_of(websocket.scope) != port:
        raise NotFound
    await run(websocket)


async def _serve_root(state: WebState, websocket: WebSocket) -> None:
    """A client or a browser: it says so itself."""
    await websocket.accept()
    socket = _socket(state, websocket)
    welcome = ClientWelcome(
        session_id=state.ids.session(),
        message=f"Connected to {state.settings.hub_name}",
        server_version=__version__,
        protocol=CURRENT,
    )
    standing = standing_of(websocket.scope)
    refused = partial(_note_refused, state, standing)
    has_key = standing.principal is not None
    try:
        await socket.send(welcome.to_json().decode())
        async with asyncio.timeout(None if has_key else state.settings.auth_timeout_s):
            first = await socket.receive()
    except SocketClosed:
        return
    except TimeoutError:
        state.note_refused(standing, "socket", ErrorCode.UNAUTHORIZED)
        await socket.close(CloseCode.UNAUTHORIZED, "no valid API key was presented")
        return
    if isinstance(first, str) and is_hello(first):
        await serve_instance(
            socket,
            first_frame=first,
            instance_id=None,
            ticket=_ticket(websocket),
            hub=state.hub,
            refused=refused,
        )
    else:
        await serve_client(socket, first, state, standing)


async def _serve_link(state: WebState, websocket: WebSocket) -> None:
    """A browser's link, under its own path."""
    await websocket.accept()
    await serve_instance(
        _socket(state, websocket),
        first_frame=None,
        instance_id=InstanceId(websocket.path_params["instance_id"]),
        ticket=_ticket(websocket),
        hub=state.hub,
        refused=partial(_note_refused, state, standing_of(websocket.scope)),
    )


def _note_refused(state: WebState, standing: Standing, refusal: Refused) -> None:
    """Somebody wanted to speak for a browser."""
    subject = "link" if refusal.instance is None else f"link {refusal.instance}"
    state.note_refused(standing, subject, refusal.close_code.name)


def _socket(state: WebState, websocket: WebSocket) -> StarletteSocket:
    """The hub's side of an accepted socket."""
    return StarletteSocket(
        websocket,
        close_timeout_s=state.settings.close_timeout_s,
        writer=frame_writer(websocket.scope),
    )


def _ticket(websocket: WebSocket) -> str | None:
    """The ticket in the address."""
    return websocket.query_params.get("ticket")
