"""Everything the hub refuses or fails to do: one class per `ErrorCode`, facts as attributes."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import TaskStatus

__all__ = [
    "ArtifactNotFound",
    "BadTicket",
    "BodyTooLarge",
    "Forbidden",
    "ForbiddenOrigin",
    "HubError",
    "IdempotencyConflict",
    "InstanceNotFound",
    "InternalError",
    "InvalidInput",
    "InvalidInstance",
    "KeyNotFound",
    "LaunchFailed",
    "MethodNotAllowed",
    "NoBrowser",
    "NoCommands",
    "NoInstance",
    "NotFound",
    "QueueFull",
    "RateLimited",
    "ShuttingDown",
    "StoreUnavailable",
    "TaskFinished",
    "TaskNotFound",
    "Unauthorized",
    "UnknownAction",
    "UnknownHost",
    "UnknownTool",
    "UnknownType",
    "UnsupportedMediaType",
]


class HubError(Exception):
    """The base: `str()` is a sentence for a person, `code` is for programs."""

    code: ClassVar[ErrorCode]
    says: ClassVar[str] = ""
    """The sentence of an error whose facts do not show in it."""
    retry_after_s: float | None = None
    """When trying again makes sense; None when it does not."""

    @override
    def __str__(self) -> str:
        return self.says

    @property
    def details(self) -> JsonObject | None:
        """Facts for programs beyond the code, if any."""
        return None


class InvalidInput(HubError):
    """A field of the request is missing or malformed."""

    code = ErrorCode.INVALID_INPUT

    def __init__(self, message: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(message, problems)
        self.message = message
        self.problems = dict(problems or {})
        """Path of the field (`commands[1].args.url`) to what is wrong with it."""

    @override
    def __str__(self) -> str:
        return self.message

    @property
    @override
    def details(self) -> JsonObject | None:
        return self.problems or None


class NoCommands(HubError):
    """A task without commands."""

    code = ErrorCode.NO_COMMANDS
    says = "No commands provided"


class UnknownTool(InvalidInput):
    """A tool that neither the catalogue nor the instance has."""

    code = ErrorCode.UNKNOWN_TOOL


class UnknownAction(InvalidInput):
    """An action that its tool does not have."""

    code = ErrorCode.UNKNOWN_ACTION


class InvalidInstance(HubError):
    """The named instance is unknown or not connected, or the label fits several: `candidates`."""

    code = ErrorCode.INVALID_INSTANCE

    def __init__(self, instance: str, candidates: Sequence[InstanceId] = ()) -> None:
        super().__init__(instance, candidates)
        self.instance = instance
        self.candidates = tuple(candidates)

    @override
    def __str__(self) -> str:
        if self.candidates:
            return f"Several browsers are called {self.instance!r}: {', '.join(self.candidates)}"
        return f"Instance not connected: {self.instance}"

    @property
    @override
    def details(self) -> JsonObject | None:
        return {"candidates": list(self.candidates)} if self.candidates else None


class NoInstance(HubError):
    """No browser is there to run anything."""

    code = ErrorCode.NO_INSTANCE
    retry_after_s = 5.0
    says = "No connected browser instances"


class QueueFull(HubError):
    """The instance's queue is at its limit."""

    code = ErrorCode.QUEUE_FULL
    retry_after_s = 5.0

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    @override
    def __str__(self) -> str:
        return f"Queue full: max {self.limit} tasks allowed"


class TaskNotFound(HubError):
    """No such task."""

    code = ErrorCode.TASK_NOT_FOUND
    says = "Task not found"

    def __init__(self, task: str) -> None:
        super().__init__(task)
        self.task = task


class TaskFinished(HubError):
    """The task has ended already."""

    code = ErrorCode.TASK_FINISHED

    def __init__(self, task: str, status: TaskStatus) -> None:
        super().__init__(task, status)
        self.task = task
        self.status = status

    @override
    def __str__(self) -> str:
        return f"Task already {self.status.value}"


class InstanceNotFound(HubError):
    """No such instance."""

    code = ErrorCode.INSTANCE_NOT_FOUND

    def __init__(self, instance: str) -> None:
        super().__init__(instance)
        self.instance = instance

    @override
    def __str__(self) -> str:
        return f"Instance not found: {self.instance}"


class ArtifactNotFound(HubError):
    """No such artifact."""

    code = ErrorCode.ARTIFACT_NOT_FOUND
    says = "Artifact not found"


class KeyNotFound(HubError):
    """No such API key."""

    code = ErrorCode.KEY_NOT_FOUND
    says = "No API key with this id"


class IdempotencyConflict(HubError):
    """The key was used with another body."""

    code = ErrorCode.IDEMPOTENCY_CONFLICT
    says = "This Idempotency-Key was used with a different request; use a new key"


class UnknownType(HubError):
    """A frame of an unknown type."""

    code = ErrorCode.UNKNOWN_TYPE

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    @override
    def __str__(self) -> str:
        return f"Unknown message type: {self.kind}"


class BadTicket(HubError):
    """No valid ticket or proof for the instance."""

    code = ErrorCode.BAD_TICKET
    says = "The ticket or proof for this instance is missing, used up or wrong; register again"


class NotFound(HubError):
    """No such path."""

    code = ErrorCode.NOT_FOUND
    says = "Not found"


class MethodNotAllowed(HubError):
    """The path does not take this method."""

    code = ErrorCode.METHOD_NOT_ALLOWED
    says = "Method not allowed"


class UnsupportedMediaType(HubError):
    """A body that is not JSON by its content type."""

    code = ErrorCode.UNSUPPORTED_MEDIA_TYPE
    says = "Content-Type must be application/json"


class BodyTooLarge(HubError):
    """A body over the limit."""

    code = ErrorCode.BODY_TOO_LARGE

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes)
        self.limit_bytes = limit_bytes

    @override
    def __str__(self) -> str:
        return f"Request body is over the limit of {self.limit_bytes} bytes"


class UnknownHost(HubError):
    """A `Host` header that is not one of the hub's names."""

    code = ErrorCode.UNKNOWN_HOST
    says = "This hub does not answer to that Host; TABYARD_ALLOWED_HOSTS can add the name"


class ForbiddenOrigin(HubError):
    """A web origin that may not talk to the hub."""

    code = ErrorCode.FORBIDDEN_ORIGIN
    says = "Requests from this origin are refused"


class Unauthorized(HubError):
    """A valid key is needed."""

    code = ErrorCode.UNAUTHORIZED
    says = "A valid API key is required"

    def __init__(self, because: str = "") -> None:
        super().__init__(because)
        self.because = because

    @override
    def __str__(self) -> str:
        return self.because or self.says


class Forbidden(HubError):
    """The key does not allow this."""

    code = ErrorCode.FORBIDDEN
    says = "This API key does not allow that"


class RateLimited(HubError):
    """Too many requests."""

    code = ErrorCode.RATE_LIMITED
    says = "Too many requests"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


class StoreUnavailable(HubError):
    """The store can't be written: nothing was accepted."""

    code = ErrorCode.STORE_UNAVAILABLE
    retry_after_s = 5.0

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @override
    def __str__(self) -> str:
        return f"The store can't be written ({self.reason}); nothing was accepted"


class ShuttingDown(HubError):
    """The hub is going down."""

    code = ErrorCode.SHUTTING_DOWN
    retry_after_s = 10.0
    says = "The hub is shutting down"


class NoBrowser(HubError):
    """There is nothing to launch."""

    code = ErrorCode.NO_BROWSER

    def __init__(self, remedy: str) -> None:
        super().__init__(remedy)
        self.remedy = remedy

    @override
    def __str__(self) -> str:
        return f"No Chromium or Chrome was found. {self.remedy}"


class LaunchFailed(HubError):
    """A browser was started in vain."""

    code = ErrorCode.LAUNCH_FAILED

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @override
    def __str__(self) -> str:
        return f"The browser could not be launched: {self.reason}"


class InternalError(HubError):
    """A defect."""

    code = ErrorCode.INTERNAL_ERROR
    says = "Internal error; the hub's log has the details"
