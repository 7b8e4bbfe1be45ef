"""The ASGI application of both listeners."""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Receive, Scope, Send

from tabyard.core.errors import HubError, NotFound
from tabyard.web.endpoint import Endpoint, routes_of
from tabyard.web.errors import render, translate
from tabyard.web.guard import Guard
from tabyard.web.routes import artifacts, documents, hub, instances, tasks, tools
from tabyard.web.state import WebState
from tabyard.web.streams import sockets, sse
from tabyard.web.ui.pages import page_routes

__all__ = ["ENDPOINTS", "create_app"]

ENDPOINTS: Final[Sequence[Endpoint]] = (
    *tasks.ENDPOINTS,
    *sse.ENDPOINTS,
    *instances.ENDPOINTS,
    *tools.ENDPOINTS,
    *artifacts.ENDPOINTS,
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
        *(WebSocketRoute(path, run) for path, run in sockets.endpoints(state)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, state=state)],
        exception_handlers={HubError: translate, HTTPException: translate},
    )
    app.router.redirect_slashes = False
    app.router.default = not_found
    return app


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a path that nobody serves, HTTP and WebSocket alike."""
    await render(NotFound())(scope, receive, send)
