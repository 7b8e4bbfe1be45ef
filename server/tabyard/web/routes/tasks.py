"""`/tasks`: submit, list, read, cancel."""

from asyncio import Future
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.errors import InvalidInput, TaskFinished
from tabyard.web.authority import about, confined, only_instance, principal_of
from tabyard.web.bodies import parse, read_body
from tabyard.web.endpoint import Endpoint, Parameter, Quick
from tabyard.web.errors import json_response
from tabyard.web.paging import PAGE_PARAMETERS, Page
from tabyard.web.state import WebState
from tabyard.work.ports import TaskFilter
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.key import Scope
from tabyard_protocol.resources.task import (
    TaskAccepted,
    TaskCancelled,
    TaskDraft,
    TaskEnvelope,
    TaskList,
    TaskStatus,
)

__all__ = [
    "ALL_STATUSES",
    "ENDPOINTS",
    "body_hash",
    "status_filter",
]

ALL_STATUSES: Final = "all"
"""The status filter that filters nothing."""

IDEMPOTENCY_KEY: Final = b"idempotency-key"
MAX_KEY_CHARS: Final = 200

PICTURES: Final = ("inline", "link")
"""How a task may carry its pictures; the first unless told otherwise."""


async def submit(state: WebState, request: Request) -> Response:
    """Store a task and answer with its id."""
    accepted = await begin_submission(state, request, await read_body(state, request))
    return json_response(told_submission(request, accepted))


def begin_submission(state: WebState, request: Request, body: bytes) -> Future[TaskAccepted]:
    """Have the task in `body` stored."""
    draft = parse(TaskDraft, body)
    key = idempotency_key(request)
    hashed = None if key is None else body_hash(draft)
    allowed = confined(state, principal_of(request), draft)
    return state.tasks.begin(allowed, idempotency_key=key, body_hash=hashed)


def told_submission(request: Request, accepted: TaskAccepted) -> TaskAccepted:
    """The answer, once it is stored."""
    about(request, subject=accepted.task_id, instance=accepted.instance_id)
    return accepted


async def list_tasks(state: WebState, request: Request) -> Response:
    """A page of tasks, newest first."""
    query = request.query_params
    instance = only_instance(principal_of(request), query.get("instanceId"))
    page = Page.wanted(query)
    wanted = TaskFilter(
        instance_id=InstanceId(instance) if instance else None,
        status=status_filter(query.get("status")),
        limit=page.limit,
        offset=page.offset,
    )
    return json_response(await state.tasks.list(wanted))


async def read(state: WebState, request: Request) -> Response:
    """One task, whole, with its pictures or with links to them."""
    task = TaskId(request.path_params["task_id"])
    view = state.tasks.linked_view if links_wanted(request) else state.tasks.view
    return json_response(TaskEnvelope(task=await view(task)))


async def cancel(state: WebState, request: Request) -> Response:
    """Stop a task, in the browser too."""
    task = TaskId(request.path_params["task_id"])
    try:
        await state.tasks.cancel(task)
    except TaskFinished as error:
        refusal = TaskCancelled(success=False, task_id=task, reason=str(error))
        return json_response(refusal, 400)
    return json_response(TaskCancelled(success=True, task_id=task, message="Task cancelled"))


def links_wanted(request: Request) -> bool:
    """Whether pictures are to be linked; as the document has it, they are in the answer."""
    wanted = request.query_params.get("pictures", PICTURES[0])
    if wanted not in PICTURES:
        message = f"should be one of {', '.join(PICTURES)}"
        raise InvalidInput(f"pictures {message}", {"pictures": message})
    return wanted == "link"


def idempotency_key(request: Request) -> str | None:
    """The caller's key for this request, if there is one."""
    # Not `request.headers`, which takes longer to say no than all of this function.
    found = (value for name, value in request.scope["headers"] if name == IDEMPOTENCY_KEY)
    value: bytes | None = next(found, None)
    if value is None:
        return None
    key = value.decode("latin-1")
    if not 1 <= len(key) <= MAX_KEY_CHARS:
        message = f"should have 1 to {MAX_KEY_CHARS} characters"
        raise InvalidInput(f"Idempotency-Key {message}", {"Idempotency-Key": message})
    return key


def body_hash(draft: TaskDraft) -> str:
    """What makes two submissions the same: all that the task consists of, however spelled."""
    plain = draft.model_dump_json(
        by_alias=True, exclude_none=True, exclude={"type", "request_id", "idempotency_key"}
    )
    return sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def status_filter(text: str | None) -> TaskStatus | None:
    """The status that `text` names; None for all."""
    if text is None or text == ALL_STATUSES:
        return None
    try:
        return TaskStatus(text)
    except ValueError:
        message = f"should be one of {', '.join([*TaskStatus, ALL_STATUSES])}"
        raise InvalidInput(f"status {message}", {"status": message}) from None


_SUBMISSION_ERRORS: Final = (
    ErrorCode.INVALID_INPUT,
    ErrorCode.NO_COMMANDS,
    ErrorCode.UNKNOWN_TOOL,
    ErrorCode.UNKNOWN_ACTION,
    ErrorCode.INVALID_INSTANCE,
    ErrorCode.IDEMPOTENCY_CONFLICT,
    ErrorCode.NO_INSTANCE,
    ErrorCode.QUEUE_FULL,
    ErrorCode.STORE_UNAVAILABLE,
    ErrorCode.SHUTTING_DOWN,
)

ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/tasks",
        run=submit,
        quick=Quick(start=begin_submission, told=told_submission),
        group="Tasks",
        says="Submit a task; it is stored when the answer comes",
        needs=Scope.TASKS_WRITE,
        narrows=True,
        audits="task.submit",
        body=TaskDraft,
        answer=TaskAccepted,
        parameters=(
            Parameter(
                name="Idempotency-Key",
                place="header",
                says="The same key with the same task gets the first answer again",
                schema={"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARS},
            ),
        ),
        errors=_SUBMISSION_ERRORS,
    ),
    Endpoint(
        method="GET",
        path="/tasks",
        run=list_tasks,
        group="Tasks",
        says="List tasks, newest first",
        needs=Scope.TASKS_READ,
        narrows=True,
        answer=TaskList,
        parameters=(
            Parameter(
                name="instanceId",
                place="query",
                says="Only tasks of this browser",
                schema={"type": "string"},
            ),
            Parameter(
                name="status",
                place="query",
                says="Only tasks in this state",
                schema={"type": "string", "enum": [*TaskStatus, ALL_STATUSES]},
            ),
            *PAGE_PARAMETERS,
        ),
        errors=(ErrorCode.INVALID_INPUT,),
    ),
    Endpoint(
        method="GET",
        path="/tasks/{task_id}",
        run=read,
        group="Tasks",
        says="Read a task with the results of its commands",
        needs=Scope.TASKS_READ,
        answer=TaskEnvelope,
        parameters=(
            Parameter(
                name="pictures",
                place="query",
                says="Pictures as base64 in the answer, or as links to `/artifacts`",
                schema={"type": "string", "enum": [*PICTURES], "default": PICTURES[0]},
            ),
        ),
        errors=(ErrorCode.INVALID_INPUT, ErrorCode.TASK_NOT_FOUND),
    ),
    Endpoint(
        method="POST",
        path="/tasks/{task_id}/cancel",
        run=cancel,
        group="Tasks",
        says="Cancel a queued or running task",
        needs=Scope.TASKS_WRITE,
        audits="task.cancel",
        answer=TaskCancelled,
        errors=(ErrorCode.TASK_NOT_FOUND, ErrorCode.STORE_UNAVAILABLE),
        also={400: "The task has ended already; `reason` says how"},
    ),
)
