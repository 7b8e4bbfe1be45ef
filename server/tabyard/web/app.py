"""The ASGI application of both listeners."""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from typing_extensions import override

from tabyard.core.errors import HubError, NotFound, Unauthorized
from tabyard.web.access import single_headers
from tabyard.web.endpoint import Endpoint, GuardedRoute, OpenRoute, routes_of
from tabyard.web.errors import render, translate
from tabyard.web.guard import CALLER, SECURITY_HEADERS, Guard
from tabyard.web.known import KnownRequest
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
        self._guard = Guard(_Directory(self.routes, _told(self.router)), state)
        self._quick = {
            (row.method, row.path): (row, row.quick) for row in ENDPOINTS if row.quick is not None
        }

    @override
    def build_middleware_stack(self) -> ASGIApp:
        return self._guard

    def known(self, scope: Scope) -> KnownRequest | None:
        """As `Knowing`."""
        found = self._quick.get((scope["method"], scope["path"]))
        if found is None or scope["root_path"]:
            return None
        headers = single_headers(scope["headers"])
        caller = self._guard.known_caller(scope, headers)
        if caller is None:
            return None
        endpoint, quick = found
        return KnownRequest(
            state=self._state,
            scope={**scope, "path_params": {}, CALLER: caller},
            headers=headers,
            caller=caller,
            endpoint=endpoint,
            quick=quick,
            defaults=SECURITY_HEADERS,
            stand=self._guard.stand,
        )


class _Directory:
    """Finds the routes of our APIs that have no parameters by their path; the router the others.

    It hands over to the route itself, so what that expects of its callers is expected here too.
    """

    def __init__(self, routes: Sequence[BaseRoute], router: ASGIApp) -> None:
        self._router = router
        self._routes: dict[tuple[str, str], GuardedRoute] = {}
        for route in routes:
            if isinstance(route, GuardedRoute) and not route.param_convertors:
                for method in route.methods or ():
                    scope = {"type": "http", "path": route.path, "method": method}
                    first = next(one for one in routes if one.matches(scope)[0] is Match.FULL)
                    assert first is route, "the router would choose another"
                    self._routes[method, route.path] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = None
        if scope["type"] == "http" and not scope["root_path"]:
            route = self._routes.get((scope["method"], scope["path"]))
        if route is None:
            await self._router(scope, receive, send)
            return
        scope["route"] = route
        scope["endpoint"] = route.endpoint
        scope["path_params"] = {}
        await route.app(scope, receive, send)


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
