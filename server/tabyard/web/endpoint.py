"""An endpoint in one row: what it does, and what it says about itself to OpenAPI."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tabyard.web.state import WebState
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.model import WireModel

__all__ = ["Endpoint", "Method", "Parameter", "Run", "routes_of"]

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Run = Callable[[WebState, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter or header that an endpoint reads. `schema` is JSON Schema."""

    name: str
    place: Literal["query", "header"]
    says: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one path."""

    method: Method
    path: str
    run: Run
    group: str
    says: str
    body: type[WireModel] | None = None
    answer: type[WireModel] | None = None
    """What 200 carries; None: `media_type`."""
    media_type: str = "application/json"
    also: Mapping[int, str] | None = None
    """Further answers that are no `ErrorBody`: status to what it means."""
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    """What it may refuse beyond what every endpoint may."""


def routes_of(endpoints: Sequence[Endpoint], state: WebState) -> list[Route]:
    """One route per path, so that a wrong method is answered with all the right ones."""
    by_path: dict[str, dict[str, Run]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint.run
    return [_route(path, runs, state) for path, runs in by_path.items()]


def _route(path: str, runs: Mapping[str, Run], state: WebState) -> Route:
    """The route of one path."""
    if len(runs) == 1:
        ((method, run),) = runs.items()
        return Route(path, partial(run, state), methods=[method])

    async def choose(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await runs[method](state, request)

    return Route(path, choose, methods=list(runs))
