"""`/health`, `/info`, `/metrics`: the hub about itself."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard import __version__
from tabyard.web.endpoint import Endpoint
from tabyard.web.errors import json_response
from tabyard.web.metrics import CONTENT_TYPE, HubFacts
from tabyard.web.state import WebState
from tabyard_protocol.resources.hub import Health, HubInfo
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.key import Scope
from tabyard_protocol.version import CURRENT

__all__ = ["ENDPOINTS"]


async def health(state: WebState, _request: Request) -> Response:
    """Whether the hub does its work: 503 while what it is told can't be stored."""
    ok, detail = state.records.health()
    answer = Health(
        name=state.settings.hub_name,
        key_required=state.keys.required,
        status="ok" if ok else "degraded",
        store="ok" if ok else "failing",
        detail=detail if not ok else None,
        instances=_connected(state),
        uptime_ms=int(_uptime_s(state) * 1000),
    )
    return json_response(answer, 200 if ok else 503)


async def info(state: WebState, _request: Request) -> Response:
    """Facts about this hub."""
    settings = state.settings
    answer = HubInfo(
        name=settings.hub_name,
        version=__version__,
        protocol=CURRENT,
        http_port=settings.http_port,
        link_port=settings.link_port,
        ws_endpoint=settings.ws_endpoint,
        store=settings.store_name,
        instances=_connected(state),
        extension_id=min(settings.extension_ids, default=""),
    )
    return json_response(answer)


async def metrics(state: WebState, _request: Request) -> Response:
    """For Prometheus."""
    ok, _detail = state.records.health()
    views = tuple(state.hub.registry.views())
    facts = HubFacts(instances=views, store_ok=ok, uptime_s=_uptime_s(state))
    return Response(state.metrics.render(facts), headers={"content-type": CONTENT_TYPE})


def _connected(state: WebState) -> int:
    """How many browsers can be reached right now."""
    return sum(view.status is InstanceStatus.CONNECTED for view in state.hub.registry.views())


def _uptime_s(state: WebState) -> float:
    """How long the hub has been there."""
    return state.clock.monotonic_s() - state.started_s


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/health",
        run=health,
        group="Hub",
        says="Whether the hub does its work; needs no key",
        needs=None,
        answer=Health,
        also={503: "The store can't be written: nothing is accepted until it can"},
    ),
    Endpoint(
        method="GET",
        path="/info",
        run=info,
        group="Hub",
        says="Facts about the hub",
        needs=Scope.HUB_READ,
        narrows=True,
        answer=HubInfo,
    ),
    Endpoint(
        method="GET",
        path="/metrics",
        run=metrics,
        group="Hub",
        says="Figures for Prometheus",
        needs=Scope.HUB_READ,
        media_type="text/plain",
    ),
)
