"""`/instances` and `/register`: which browsers there are, and how one joins."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.web.access import Caller
from tabyard.web.bodies import parse, read_body
from tabyard.web.endpoint import Endpoint
from tabyard.web.errors import json_response
from tabyard.web.guard import CALLER
from tabyard.web.state import WebState
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.instance import (
    InstanceChange,
    InstanceEnvelope,
    InstanceList,
    Registered,
    Registration,
)

__all__ = ["ENDPOINTS"]


async def list_instances(state: WebState, _request: Request) -> Response:
    """All browsers, in the order in which they connected."""
    return json_response(InstanceList(instances=tuple(state.hub.registry.views())))


async def read(state: WebState, request: Request) -> Response:
    """One browser."""
    view = state.hub.registry.view(InstanceId(request.path_params["instance_id"]))
    return json_response(InstanceEnvelope(instance=view))


async def change(state: WebState, request: Request) -> Response:
    """Rename a browser."""
    body = await read_body(request, within_s=state.settings.body_timeout_s)
    wanted = parse(InstanceChange, body)
    registry = state.hub.registry
    instance = registry.find(request.path_params["instance_id"])
    await state.hub.rename(instance, wanted.label)
    return json_response(InstanceEnvelope(instance=registry.view(instance)))


async def revoke(state: WebState, request: Request) -> Response:
    """End a browser's pairing: it is cut off at once and can't come back."""
    registry = state.hub.registry
    instance = registry.find(request.path_params["instance_id"])
    await state.hub.revoke(instance)
    return json_response(InstanceEnvelope(instance=registry.view(instance)))


async def register(state: WebState, request: Request) -> Response:
    """Announce a browser; the answer says where its socket is."""
    body = await read_body(request, within_s=state.settings.body_timeout_s)
    caller: Caller = request.scope[CALLER]
    registered = await state.hub.registry.register(
        parse(Registration, body), origin_extension=caller.is_extension
    )
    return json_response(registered)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/instances",
        run=list_instances,
        group="Browsers",
        says="List browsers",
        answer=InstanceList,
    ),
    Endpoint(
        method="GET",
        path="/instances/{instance_id}",
        run=read,
        group="Browsers",
        says="Read a browser",
        answer=InstanceEnvelope,
        errors=(ErrorCode.INSTANCE_NOT_FOUND,),
    ),
    Endpoint(
        method="PATCH",
        path="/instances/{instance_id}",
        run=change,
        group="Browsers",
        says="Rename a browser",
        body=InstanceChange,
        answer=InstanceEnvelope,
        errors=(
            ErrorCode.INVALID_INPUT,
            ErrorCode.INSTANCE_NOT_FOUND,
            ErrorCode.INVALID_INSTANCE,
            ErrorCode.STORE_UNAVAILABLE,
        ),
    ),
    Endpoint(
        method="DELETE",
        path="/instances/{instance_id}",
        run=revoke,
        group="Browsers",
        says="Revoke a browser: its pairing ends, it is cut off, its tasks fail",
        answer=InstanceEnvelope,
        errors=(
            ErrorCode.INSTANCE_NOT_FOUND,
            ErrorCode.INVALID_INSTANCE,
            ErrorCode.STORE_UNAVAILABLE,
        ),
    ),
    Endpoint(
        method="POST",
        path="/register",
        run=register,
        group="Browsers",
        says="Join as a browser: get an id and a ticket for the link",
        body=Registration,
        answer=Registered,
        errors=(ErrorCode.INVALID_INPUT, ErrorCode.BAD_TICKET, ErrorCode.STORE_UNAVAILABLE),
    ),
)
