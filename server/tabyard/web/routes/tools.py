"""`/api/tools`: the catalogue, and one tool run now."""

import asyncio
from functools import cache
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.errors import HubError, UnknownTool
from tabyard.web.authority import about, expect_tool, pick_instance, principal_of
from tabyard.web.bodies import parse, read_body
from tabyard.web.endpoint import Endpoint
from tabyard.web.errors import STATUS, TOOL_STATUS, headers_of, json_response
from tabyard.web.state import WebState
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.resources.hub import ToolAnswer, ToolFailureBody, ToolList
from tabyard_protocol.resources.instance import InstanceLabel, InstanceRef
from tabyard_protocol.resources.key import Scope
from tabyard_protocol.tools.catalogue import TOOLS
from tabyard_protocol.tools.definition import MAX_TIMEOUT_MS
from tabyard_protocol.tools.schema import describe

__all__ = ["ENDPOINTS", "ToolRun"]


class ToolRun(WireModel):
    """The body of `POST /api/tools/{name}`: `args` and where to run, or the arguments themselves.

    `{"args":{"action":"back"},"instanceId":…}` means `{"action":"back","instanceId":…}`.
    """

    model_config = ConfigDict(extra="allow")

    args: JsonObject | list[object] | None = None
    """A list belongs to the tool: `browser_execute` calls its own argument so."""
    instance_id: InstanceRef | None = None
    timeout: Annotated[int, Field(ge=1, le=MAX_TIMEOUT_MS)] | None = None
    """ms"""

    def arguments(self) -> JsonObject:
        """The tool's arguments, whichever way they were given."""
        if isinstance(self.args, dict):
            return self.args
        given = {**self.to_object(), **(self.model_extra or {})}
        if isinstance(self.instance_id, InstanceLabel):
            # It says where to run; no tool has an argument of this shape.
            del given["instanceId"]
        return given


async def list_tools(_state: WebState, _request: Request) -> Response:
    """The catalogue."""
    return Response(await asyncio.to_thread(_catalogue), media_type="application/json")


async def run(state: WebState, request: Request) -> Response:
    """Run one tool in its browser's queue and wait for the result."""
    name: str = request.path_params["name"]
    try:
        wanted = parse(ToolRun, await read_body(state, request))
        principal, args = principal_of(request), wanted.arguments()
        expect_tool(principal, name, args)
        named = pick_instance(state, principal, wanted.instance_id or args.get("instanceId"))
        about(request, subject=name, instance=named if isinstance(named, str) else None)
        answer = await state.tasks.run_tool(
            name,
            args,
            instance_id=wanted.instance_id or None if principal.instances is None else named,
            timeout=wanted.timeout,
        )
    except HubError as error:
        return _refusal(error)
    return json_response(answer, _status_of(answer))


def _refusal(error: HubError) -> Response:
    """What stopped the tool from being run, in the shape of a tool's failure."""
    failure = ToolFailureBody(code=error.code, message=str(error), details=error.details)
    status = 404 if isinstance(error, UnknownTool) else STATUS[error.code]
    return json_response(ToolAnswer(success=False, error=failure), status, headers_of(error))


def _status_of(answer: ToolAnswer) -> int:
    """200 for a result; for a failure what its code means. A peer's own codes are a conflict."""
    if answer.error is None:
        return 200
    try:
        return TOOL_STATUS[ToolErrorCode(answer.error.code)]
    except ValueError:
        return 409


@cache
def _catalogue() -> bytes:
    """The catalogue never changes. Describing it takes long, so that is left to who asks first."""
    return ToolList(tools=tuple(describe(tool) for tool in TOOLS.values())).to_json()


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/tools",
        run=list_tools,
        group="Tools",
        says="List the tools with their schemas",
        needs=Scope.TOOLS_RUN,
        narrows=True,
        answer=ToolList,
    ),
    Endpoint(
        method="POST",
        path="/api/tools/{name}",
        run=run,
        group="Tools",
        says="Run one tool in its browser's queue, and wait for the result",
        needs=Scope.TOOLS_RUN,
        narrows=True,
        audits="tool.run",
        refuse=_refusal,
        body=ToolRun,
        answer=ToolAnswer,
        also=dict.fromkeys(
            sorted({*TOOL_STATUS.values(), 400, 404, 503}), "`success` is false, `error` says why"
        ),
    ),
)
