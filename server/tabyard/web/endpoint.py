"""An endpoint in one row: what it does, who may, and what it says about itself to OpenAPI."""

from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from tabyard.core.errors import Forbidden, ForbiddenOrigin, HubError, RateLimited, Unauthorized
from tabyard.web.authority import ABOUT, code_of, expect_reach, expect_standing
from tabyard.web.errors import render
from tabyard.web.standing import Standing, standing_of
from tabyard.web.state import WebState
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.model import WireModel
from tabyard_protocol.resources.key import Scope

__all__ = [
    "Endpoint",
    "GuardedRoute",
    "Method",
    "OpenRoute",
    "Parameter",
    "Quick",
    "Run",
    "note_outcome",
    "note_refused",
    "routes_of",
]

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Run = Callable[[WebState, Request], Awaitable[Response]]
REFUSALS = (Unauthorized, Forbidden, RateLimited, ForbiddenOrigin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter or header that an endpoint reads. `schema` is JSON Schema."""

    name: str
    place: Literal["query", "header"]
    says: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """An endpoint's work as two steps, where it waits for one thing only and needs no task."""

    start: Callable[[WebState, Request, bytes], Future[Any]]
    """Begins with a body that is here. Raises what `run` raises before it waits."""
    told: Callable[[Request, Any], WireModel]
    """What 200 carries, from what was waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one path."""

    method: Method
    path: str
    run: Run
    group: str
    says: str
    needs: Scope | None
    """What a key must allow; None: nobody needs a key for it."""
    proves_later: Callable[[WebState, Request], Awaitable[bool]] | None = None
    """Whether a caller without a key asks for something that a proof of another kind opens."""
    narrows: bool = False
    """Keeps by itself to the browsers that a key is for, or tells nothing of any browser."""
    quick: Quick | None = None
    """The same as `run`, for requests whose head has come before."""
    audits: str | None = None
    """What the audit trail calls it; None: it changes nothing."""
    refuse: Callable[[HubError], Response] = render
    """How this API says that the caller may not."""
    body: type[WireModel] | None = None
    answer: type[WireModel] | None = None
    """What 200 carries; None: `media_type`."""
    media_type: str = "application/json"
    also: Mapping[int, str] | None = None
    """Further answers that are no `ErrorBody`: status to what it means."""
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    """What it may refuse beyond what every endpoint may."""


class GuardedRoute(Route):
    """A route whose endpoints decide about their callers."""


class OpenRoute(Route):
    """A page or a file without data: whoever passes the door may have it."""


def routes_of(endpoints: Sequence[Endpoint], state: WebState) -> list[GuardedRoute]:
    """One route per path, so that a wrong method is answered with all the right ones."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return [_route(path, rows, state) for path, rows in by_path.items()]


def _route(path: str, rows: Mapping[str, Endpoint], state: WebState) -> GuardedRoute:
    """The route of one path."""
    return GuardedRoute(path, _Choice(rows, state), methods=list(rows))


class _Choice:
    """The ASGI application of one path: the endpoint of the request's method.

    Starlette would wrap a function into two layers more, for exceptions that the guard handles.
    """

    def __init__(self, rows: Mapping[str, Endpoint], state: WebState) -> None:
        self._rows = rows
        self._state = state

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        method: str = scope["method"]
        endpoint = self._rows["GET" if method == "HEAD" else method]
        response = await self._answer(endpoint, Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        state, standing = self._state, standing_of(request.scope)
        if endpoint.needs is not None:
            try:
                if not await _proves_later(endpoint, state, request, standing):
                    principal = expect_standing(standing, endpoint.needs)
                    if principal.instances is not None:
                        parameters = request.path_params
                        await expect_reach(state, principal, parameters, narrows=endpoint.narrows)
            except HubError as error:
                note_refused(state, standing, endpoint, error)
                return endpoint.refuse(error)
        if endpoint.audits is None:
            return await endpoint.run(state, request)
        return await _audited(endpoint, state, request, standing)


async def _proves_later(
    endpoint: Endpoint, state: WebState, request: Request, standing: Standing
) -> bool:
    """Whether this caller needs no key, as another proof follows."""
    if endpoint.proves_later is None or standing.principal is not None:
        return False
    return standing.refusal is None and await endpoint.proves_later(state, request)


async def _audited(
    endpoint: Endpoint, state: WebState, request: Request, standing: Standing
) -> Response:
    """Run it, and leave a line of what came of it."""
    outcome = "INTERNAL_ERROR"
    try:
        response = await endpoint.run(state, request)
        outcome = "ok" if response.status_code < 400 else str(response.status_code)  # noqa: PLR2004 - where errors start
    except HubError as error:
        outcome = code_of(error)
        raise
    finally:
        note_outcome(state, request, standing, endpoint, outcome)
    return response


def note_outcome(
    state: WebState, request: Request, standing: Standing, endpoint: Endpoint, outcome: str
) -> None:
    """Leave a line of what came of a request that the endpoint has let in."""
    action = endpoint.audits or ""
    if standing.principal is None and outcome != "ok":
        # Anybody can cause these, so they are kept like other refusals.
        state.note_refused(standing, action, outcome)
        return
    subject, instance = request.scope.get(ABOUT) or _named(request)
    state.audit.note(standing, action, subject=subject, instance=instance, outcome=outcome)


def _named(request: Request) -> tuple[str | None, str | None]:
    """What the path says that it is about."""
    parameters = request.path_params
    instance: str | None = parameters.get("instance_id")
    return next((str(value) for value in parameters.values()), None), instance


def note_refused(state: WebState, standing: Standing, endpoint: Endpoint, error: HubError) -> None:
    """Count a request that the endpoint has not let in, and leave a line of it."""
    state.metrics.refusals.labels(error.code).inc()
    if isinstance(error, REFUSALS):
        state.audit.note_refused(standing, f"{endpoint.method} {endpoint.path}", error.code)
