"""The client WebSocket: requests of programs, and the hub's answers."""

from typing import Annotated, Literal

from pydantic import Field, SerializerFunctionWrapHandler, TypeAdapter, model_serializer

from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.resources.task import TaskDraft, TaskSummary, TaskView

__all__ = [
    "CLIENT_ANSWER",
    "CLIENT_REQUEST",
    "AuthAck",
    "AuthRequest",
    "ClientAnswer",
    "ClientError",
    "ClientPing",
    "ClientPong",
    "ClientRequest",
    "ClientWelcome",
    "SubscribeAck",
    "SubscribeInstance",
    "SubscribeTask",
    "TaskCancelRequest",
    "TaskCancelResponse",
    "TaskListRequest",
    "TaskListResponse",
    "TaskStatusRequest",
    "TaskStatusResponse",
    "TaskSubmit",
    "TaskSubmitResponse",
    "Unsubscribe",
    "UnsubscribeAck",
]

RequestId = Annotated[str, Field(max_length=200)] | int


class ClientRequestBase(WireModel):
    """Every request may carry an id that its answer repeats."""

    request_id: RequestId | None = None


class TaskSubmit(TaskDraft):
    """Submit a task and subscribe to it."""

    type: Literal["task_submit"] = "task_submit"
    request_id: RequestId | None = None
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class TaskListRequest(ClientRequestBase):
    """Tasks, newest first."""

    type: Literal["task_list"] = "task_list"
    instance_id: str | None = None
    status: str | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0)] = 0


class TaskStatusRequest(ClientRequestBase):
    """One task, whole."""

    type: Literal["task_status"] = "task_status"
    task_id: str


class TaskCancelRequest(ClientRequestBase):
    """Cancel a task."""

    type: Literal["task_cancel"] = "task_cancel"
    task_id: str


class SubscribeTask(ClientRequestBase):
    """Events of one task: after `after` (of stream `epoch`), else from now."""

    type: Literal["subscribe_task"] = "subscribe_task"
    task_id: str
    after: Annotated[int, Field(ge=0)] | None = None
    epoch: str | None = None


class SubscribeInstance(ClientRequestBase):
    """Events of all tasks of one instance, or of all instances with `*`."""

    type: Literal["subscribe_instance"] = "subscribe_instance"
    instance_id: str
    after: Annotated[int, Field(ge=0)] | None = None
    epoch: str | None = None


class Unsubscribe(ClientRequestBase):
    """No more events of that task or instance."""

    type: Literal["unsubscribe"] = "unsubscribe"
    task_id: str | None = None
    instance_id: str | None = None


class AuthRequest(ClientRequestBase):
    """Present an API key."""

    type: Literal["auth"] = "auth"
    token: str


class ClientPing(ClientRequestBase):
    """Are you there?"""

    type: Literal["ping"] = "ping"


class ClientWelcome(WireModel):
    """The hub's first frame."""

    type: Literal["welcome"] = "welcome"
    session_id: str
    message: str
    server_version: str
    protocol: int


class TaskSubmitResponse(ClientRequestBase):
    """Whether the task was stored."""

    type: Literal["task_submit_response"] = "task_submit_response"
    success: bool
    task_id: str | None = None
    queue_position: int | None = None
    instance_id: str | None = None
    error: str | None = None
    code: str | None = None
    details: JsonObject | None = None


class TaskListResponse(ClientRequestBase):
    """The tasks that match."""

    type: Literal["task_list_response"] = "task_list_response"
    tasks: tuple[TaskSummary, ...]
    total: int


class TaskStatusResponse(ClientRequestBase):
    """The task; null (sent, not left out) when nobody knows it."""

    type: Literal["task_status_response"] = "task_status_response"
    task: TaskView | None

    # A return type would take the model's place in its JSON Schema.
    @model_serializer(mode="wrap")
    def _with_null(self, handler: SerializerFunctionWrapHandler):  # noqa: ANN202
        return {"task": None, **handler(self)}


class TaskCancelResponse(ClientRequestBase):
    """Whether the task was cancelled, and if not, why."""

    type: Literal["task_cancel_response"] = "task_cancel_response"
    success: bool
    task_id: str
    reason: str | None = None


class SubscribeAck(ClientRequestBase):
    """The subscription stands; events after `offset` follow.

    All browsers together (`*`) have no count of their own: `offset` is 0 for them.
    """

    type: Literal["subscribe_ack"] = "subscribe_ack"
    task_id: str | None = None
    instance_id: str | None = None
    offset: int
    epoch: str
    status: str | None = None
    """Of the task: a final one means that its `task_complete` has been."""


class UnsubscribeAck(ClientRequestBase):
    """The subscription is over."""

    type: Literal["unsubscribe_ack"] = "unsubscribe_ack"
    task_id: str | None = None
    instance_id: str | None = None


class AuthAck(ClientRequestBase):
    """The key was accepted."""

    type: Literal["auth_ack"] = "auth_ack"
    success: bool


class ClientPong(ClientRequestBase):
    """I am here."""

    type: Literal["pong"] = "pong"


class ClientError(ClientRequestBase):
    """A request could not be served; the connection stays."""

    type: Literal["error"] = "error"
    error: str
    code: str
    details: JsonObject | None = None


ClientRequest = Annotated[
    TaskSubmit
    | TaskListRequest
    | TaskStatusRequest
    | TaskCancelRequest
    | SubscribeTask
    | SubscribeInstance
    | Unsubscribe
    | AuthRequest
    | ClientPing,
    Field(discriminator="type"),
]

ClientAnswer = Annotated[
    ClientWelcome
    | TaskSubmitResponse
    | TaskListResponse
    | TaskStatusResponse
    | TaskCancelResponse
    | SubscribeAck
    | UnsubscribeAck
    | AuthAck
    | ClientPong
    | ClientError,
    Field(discriminator="type"),
]

CLIENT_REQUEST: TypeAdapter[ClientRequest] = TypeAdapter(ClientRequest)
"""Parses any request of a client."""
CLIENT_ANSWER: TypeAdapter[ClientAnswer] = TypeAdapter(ClientAnswer)
"""Parses any answer of the hub to a client; events and `resync` come beside them."""
