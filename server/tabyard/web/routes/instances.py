"""`/instances` and `/register`: which browsers there are, and how one joins."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.errors import InvalidInput
from tabyard.web.access import Caller, split_port
from tabyard.web.authority import about, principal_of
from tabyard.web.bodies import parse, read_body
from tabyard.web.endpoint import Endpoint
from tabyard.web.errors import json_response
from tabyard.web.guard import CALLER
from tabyard.web.settings import LOOPBACK_NAMES
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
from tabyard_protocol.resources.key import Scope

__all__ = ["ENDPOINTS"]


async def list_instances(state: WebState, request: Request) -> Response:
    """All browsers that the caller may know of, in the order in which they connected."""
    reaches = principal_of(request).reaches
    rows = tuple(view for view in state.hub.registry.views() if reaches(view.id))
    return json_response(InstanceList(instances=rows))


async def read(state: WebState, request: Request) -> Response:
    """One browser."""
    view = state.hub.registry.view(InstanceId(request.path_params["instance_id"]))
    return json_response(InstanceEnvelope(instance=view))


async def change(state: WebState, request: Request) -> Response:
    """Rename a browser."""
    wanted = parse(InstanceChange, await read_body(state, request))
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
    wanted = parse(Registration, await read_body(state, request))
    caller: Caller = request.scope[CALLER]
    registered = await state.hub.registry.register(
        wanted, origin_extension=caller.is_extension, link_url=link_url_for(state, request)
    )
    about(request, subject="pair" if wanted.pair else None, instance=registered.instance_id)
    return json_response(registered)


async def comes_back(state: WebState, request: Request) -> bool:
    """Whether a paired browser asks for its link: what it gets is worth nothing without its secret.

    Raises:
        BodyTooLarge.
    """
    try:
        return parse(Registration, await read_body(state, request)).comes_back
    except InvalidInput:
        return False


def link_url_for(state: WebState, request: Request) -> str | None:
    """Where somebody who calls the hub by this name finds its sockets; None: as everybody."""
    settings = state.settings
    name, _port = split_port(request.headers["host"].lower().encode())
    if name.decode() in LOOPBACK_NAMES:
        return None
    # The name is one of the hub's own: the door has seen to that.
    scheme = "wss" if settings.tls else "ws"
    return settings.public_link_url or f"{scheme}://{name.decode()}:{settings.link_port}"


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/instances",
        run=list_instances,
        group="Browsers",
        says="List browsers",
        needs=Scope.INSTANCES_READ,
        narrows=True,
        answer=InstanceList,
    ),
    Endpoint(
        method="GET",
        path="/instances/{instance_id}",
        run=read,
        group="Browsers",
        says="Read a browser",
        needs=Scope.INSTANCES_READ,
        answer=InstanceEnvelope,
        errors=(ErrorCode.INSTANCE_NOT_FOUND,),
    ),
    Endpoint(
        method="PATCH",
        path="/instances/{instance_id}",
        run=change,
        group="Browsers",
        says="Rename a browser",
        needs=Scope.INSTANCES_WRITE,
        audits="instance.rename",
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
        needs=Scope.INSTANCES_WRITE,
        audits="instance.revoke",
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
        needs=Scope.INSTANCES_REGISTER,
        proves_later=comes_back,
        audits="instance.register",
        body=Registration,
        answer=Registered,
        errors=(
            ErrorCode.INVALID_INPUT,
            ErrorCode.BAD_TICKET,
            ErrorCode.INSTANCE_NOT_FOUND,
            ErrorCode.STORE_UNAVAILABLE,
        ),
    ),
)
