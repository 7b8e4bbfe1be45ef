"""The ASGI application of both listeners."""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from typing_extensions import override

from tabyard.core.errors import HubError, NotFound, Unauthorized
from tabyard.web.endpoint import Endpoint, GuardedRoute, OpenRoute, routes_of
from tabyard.web.errors import render, translate
from tabyard.web.guard import Guard
from tabyard.web.routes import artifacts, audit, documents, hub, instances, keys, tasks, tools
from tabyard.web.standing import standing_of
from tabyard.web.state import WebState
from tabyard.web.streams import sockets, sse
from tabyard.web.streams.sockets import SocketRoute
from tabyard.web.ui.pages import page_routes

__all__ = ["ENDPOINTS", "create_app"]

ENDPOINTS: Final[Sequence[Endpoint]] = (
    *tasks.ENDPOINTS,
    *sse.ENDPOINTS,
    *instances.ENDPOINTS,
    *tools.ENDPOINTS,
    *artifacts.ENDPOINTS,
    *keys.ENDPOINTS,
    *audit.ENDPOINTS,
    *hub.ENDPOINTS,
)
"""Every HTTP API, in the order in which the reference shows them."""


def create_app(state: WebState) -> Starlette:
    """The application for both ports; `scope["server"]` tells it which one a request came to.

    It has no life of its own: whoever serves it keeps the hub of `state` alive around it.
    """
    routes: list[BaseRoute] = [
        *routes_of(ENDPOINTS, state),
        *documents.routes(ENDPOINTS),
        *page_routes(),
        *(SocketRoute(path, _Socket(run)) for path, run in sockets.endpoints(state)),
    ]
    for route in routes:
        # A route of any other kind would be open without anybody having said so.
        assert isinstance(route, GuardedRoute | OpenRoute | SocketRoute), route
    app = _Application(state, routes)
    app.router.redirect_slashes = False
    app.router.default = not_found
    return app


class _Application(Starlette):
    """Starlette with the guard as its outermost layer, and one that renders what routes raise.

    Its own three layers would wrap each message of each answer and each frame of each socket.
    """

    def __init__(self, state: WebState, routes: Sequence[BaseRoute]) -> None:
        super().__init__(routes=routes)
        self._state = state

    @override
    def build_middleware_stack(self) -> ASGIApp:
        return Guard(_told(self.router), self._state)


def _told(app: ASGIApp) -> ASGIApp:
    """`app`, with what it raises before it answers told in HTTP, to sockets too."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except HubError as error:
            await render(error)(scope, receive, send)
        except HTTPException as error:
            # Which methods a path has is told to those who may use some.
            refusal = _refusal_of(scope)
            await (translate(error) if refusal is None else render(refusal))(scope, receive, send)

    return told


def _refusal_of(scope: Scope) -> HubError | None:
    """Why this caller learns nothing of what there is; sockets find that out by themselves."""
    standing = standing_of(scope)
    is_stranger = standing.principal is None and scope["type"] == "http"
    return standing.refusal or (Unauthorized() if is_stranger else None)


class _Socket:
    """An ASGI application that runs one kind of socket, for the same reason no function."""

    def __init__(self, run: sockets.Run) -> None:
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._run(WebSocket(scope, receive, send))


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a path that nobody serves, HTTP and WebSocket alike; without a key, that it is so."""
    await render(_refusal_of(scope) or NotFound())(scope, receive, send)
