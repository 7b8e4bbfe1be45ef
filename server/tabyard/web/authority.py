"""What a caller may do, decided on the endpoint that the router chose, never on a path."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.requests import Request

from tabyard.core.errors import (
    ArtifactNotFound,
    Forbidden,
    ForbiddenOrigin,
    HubError,
    NoInstance,
    TaskNotFound,
    Unauthorized,
)
from tabyard.core.keys import ANYBODY, ENVIRONMENT, Principal
from tabyard.web.standing import Standing, standing_of
from tabyard.web.state import WebState
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceRef, InstanceStatus
from tabyard_protocol.resources.key import Scope
from tabyard_protocol.resources.task import TaskDraft
from tabyard_protocol.tools.aliases import canonical

__all__ = [
    "ABOUT",
    "about",
    "code_of",
    "confined",
    "expect_reach",
    "expect_standing",
    "expect_task",
    "expect_tool",
    "only_instance",
    "pick_instance",
    "principal_of",
]

ABOUT: Final = "tabyard.about"
"""Where the scope keeps what the audit trail is to say."""


def principal_of(request: Request) -> Principal:
    """Who calls an endpoint that has let them in."""
    return standing_of(request.scope).principal or ANYBODY


def about(request: Request, *, subject: str | None = None, instance: str | None = None) -> None:
    """Tell the audit trail what this request was about."""
    request.scope[ABOUT] = (subject, instance)


def expect_standing(standing: Standing, needs: Scope) -> Principal:
    """The caller, who may do what needs `needs`.

    Raises:
        Unauthorized, Forbidden, RateLimited, ForbiddenOrigin.
    """
    if standing.refusal is not None:
        raise standing.refusal
    if standing.caller.is_visit:
        # A page elsewhere may lead people to our pages, and to nothing that acts or tells.
        raise ForbiddenOrigin
    principal = standing.principal
    if principal is None:
        raise Unauthorized
    if not principal.may(needs):
        raise Forbidden
    return principal


async def expect_reach(
    state: WebState, principal: Principal, parameters: Mapping[str, Any], *, narrows: bool
) -> None:
    """Refuse what lies outside the browsers that the caller is confined to.

    Raises:
        Forbidden: another browser, or an endpoint about all of them.
        TaskNotFound, ArtifactNotFound: as if it were not there.
    """
    if principal.instances is None:
        return
    if "instance_id" in parameters:
        if not principal.reaches(parameters["instance_id"]):
            raise Forbidden
    elif "task_id" in parameters:
        await expect_task(state, principal, TaskId(parameters["task_id"]))
    elif "artifact_id" in parameters:
        record = await state.records.artifact(ArtifactId(parameters["artifact_id"]))
        if record is None or not principal.reaches(record.instance_id):
            raise ArtifactNotFound
    elif not narrows:
        raise Forbidden


async def expect_task(state: WebState, principal: Principal, task: TaskId) -> None:
    """Raise `TaskNotFound` for a task of a browser that is none of the caller's business."""
    if principal.instances is None:
        return
    record = await state.records.task(task)
    if record is None or not principal.reaches(record.instance_id):
        raise TaskNotFound(task)


def expect_tool(principal: Principal, tool: str, args: Mapping[str, Any]) -> None:
    """Raise `Forbidden` when the caller may not use `tool` like this."""
    if principal is ANYBODY or principal is ENVIRONMENT:
        return
    name, plain = canonical(tool, args)
    if not principal.may_use(name):
        raise Forbidden
    if name == "browser_instance":
        reads = plain.get("action") in {"list", "profiles"}
        scope = Scope.INSTANCES_READ if reads else Scope.INSTANCES_WRITE
        if principal.instances is not None or not principal.may(scope):
            raise Forbidden


def confined(state: WebState, principal: Principal, draft: TaskDraft) -> TaskDraft:
    """The task, for a browser and with tools that the caller may use.

    Raises:
        Forbidden, NoInstance, InvalidInstance.
    """
    if principal is ANYBODY or principal is ENVIRONMENT:
        return draft
    for command in draft.commands:
        expect_tool(principal, command.tool_name, command.args)
    chosen = pick_instance(state, principal, draft.instance_id)
    return draft if chosen == draft.instance_id else draft.model_copy(
        update={"instance_id": chosen}
    )  # fmt: skip


def pick_instance(
    state: WebState, principal: Principal, wanted: InstanceRef | None
) -> InstanceRef | None:
    """The browser for a caller who is confined to some; `wanted` itself for any other.

    Raises:
        Forbidden, NoInstance, InvalidInstance.
    """
    if principal.instances is None:
        return wanted
    if wanted is not None:
        chosen = state.hub.registry.pick(wanted)
        if not principal.reaches(chosen):
            raise Forbidden
        return chosen
    return _first_of(state, principal.instances)


def only_instance(principal: Principal, wanted: str | None) -> str | None:
    """The browser whose tasks the caller may list; None: all of them.

    Raises:
        Forbidden: it is not the caller's, or none was named and the caller has several.
    """
    if principal.instances is None:
        return wanted
    if wanted is None and len(principal.instances) == 1:
        return next(iter(principal.instances))
    if wanted is None or not principal.reaches(wanted):
        raise Forbidden
    return wanted


def _first_of(state: WebState, instances: Iterable[str]) -> InstanceId:
    """The connected one of `instances` that came first."""
    mine = frozenset(instances)
    for view in state.hub.registry.views():
        if view.id in mine and view.status is InstanceStatus.CONNECTED:
            return InstanceId(view.id)
    raise NoInstance


def code_of(error: Exception) -> str:
    """What the audit trail calls a failure."""
    return error.code if isinstance(error, HubError) else "INTERNAL_ERROR"
