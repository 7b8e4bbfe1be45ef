"""How refusals and failures look on HTTP: one status per code, one place that renders them."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from tabyard.core.errors import HubError, MethodNotAllowed, NotFound
from tabyard_protocol.errors import ErrorCode, ToolErrorCode
from tabyard_protocol.model import WireModel
from tabyard_protocol.resources.hub import ErrorBody

__all__ = ["STATUS", "TOOL_STATUS", "body_of", "headers_of", "json_response", "render", "translate"]

STATUS: Final[Mapping[ErrorCode, int]] = {
    ErrorCode.INVALID_INPUT: 400,
    ErrorCode.NO_COMMANDS: 400,
    ErrorCode.INVALID_INSTANCE: 400,
    ErrorCode.NO_INSTANCE: 503,
    ErrorCode.QUEUE_FULL: 503,
    ErrorCode.TASK_NOT_FOUND: 404,
    ErrorCode.TASK_FINISHED: 400,
    ErrorCode.INSTANCE_NOT_FOUND: 404,
    ErrorCode.ARTIFACT_NOT_FOUND: 404,
    ErrorCode.KEY_NOT_FOUND: 404,
    ErrorCode.IDEMPOTENCY_CONFLICT: 409,
    ErrorCode.UNKNOWN_TOOL: 400,
    ErrorCode.UNKNOWN_ACTION: 400,
    ErrorCode.UNKNOWN_TYPE: 400,
    ErrorCode.BAD_TICKET: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.BODY_TOO_LARGE: 413,
    ErrorCode.UNKNOWN_HOST: 421,
    ErrorCode.FORBIDDEN_ORIGIN: 403,
    ErrorCode.UNAUTHORIZED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.STORE_UNAVAILABLE: 503,
    ErrorCode.SHUTTING_DOWN: 503,
    ErrorCode.NO_BROWSER: 503,
    ErrorCode.LAUNCH_FAILED: 503,
    ErrorCode.INTERNAL_ERROR: 500,
}
"""Every code has one status."""

TOOL_STATUS: Final[Mapping[ToolErrorCode, int]] = {
    ToolErrorCode.INVALID_ARGUMENTS: 400,
    ToolErrorCode.UNKNOWN_TOOL: 404,
    ToolErrorCode.UNKNOWN_ACTION: 400,
    ToolErrorCode.ELEMENT_NOT_FOUND: 404,
    ToolErrorCode.ELEMENT_NOT_VISIBLE: 409,
    ToolErrorCode.ELEMENT_OBSCURED: 409,
    ToolErrorCode.ELEMENT_DISABLED: 409,
    ToolErrorCode.STALE_REF: 409,
    ToolErrorCode.NAVIGATION_FAILED: 503,
    ToolErrorCode.NO_HISTORY: 409,
    ToolErrorCode.WAIT_TIMEOUT: 504,
    ToolErrorCode.COMMAND_TIMEOUT: 504,
    ToolErrorCode.SCRIPT_ERROR: 400,
    ToolErrorCode.NOT_SERIALIZABLE: 400,
    ToolErrorCode.DIALOG_OPEN: 409,
    ToolErrorCode.NO_DIALOG: 409,
    ToolErrorCode.TAB_GONE: 404,
    ToolErrorCode.FORBIDDEN_URL: 400,
    ToolErrorCode.DOWNLOAD_TIMEOUT: 504,
    ToolErrorCode.DOWNLOAD_FAILED: 503,
    ToolErrorCode.FILE_NOT_FOUND: 404,
    ToolErrorCode.DEBUGGER_DETACHED: 409,
    ToolErrorCode.NOT_SUPPORTED: 400,
    ToolErrorCode.CANCELLED: 409,
    ToolErrorCode.INSTANCE_DISCONNECTED: 503,
    ToolErrorCode.INTERNAL: 500,
}
"""What `POST /api/tools/{name}` answers when the tool itself failed."""


_JSON_TYPE: Final = (b"content-type", b"application/json")


def json_response(
    model: WireModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`model` as the JSON body of an answer, encoded once."""
    if headers:
        return Response(model.to_json(), status, headers, media_type="application/json")
    return _Json(model.to_json(), status)


class _Json(Response):
    """A response of JSON and nothing special, which needs no work to find out its headers."""

    def __init__(self, body: bytes, status: int) -> None:
        # Not the base's, which does that work.
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [_JSON_TYPE, (b"content-length", b"%d" % len(body))]


def body_of(error: HubError) -> ErrorBody:
    """The error as every API shows it."""
    return ErrorBody(error=str(error), code=error.code, details=error.details)


def headers_of(error: HubError) -> dict[str, str]:
    """What beside the body a client needs to know."""
    headers: dict[str, str] = {}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(ceil(error.retry_after_s))
    if error.code is ErrorCode.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    if error.code is ErrorCode.BODY_TOO_LARGE:
        # The rest of the body is not going to be read.
        headers["connection"] = "close"
    return headers


def render(error: HubError, headers: Mapping[str, str] | None = None) -> Response:
    """The one way from a `HubError` to an answer."""
    return json_response(
        body_of(error), STATUS[error.code], {**headers_of(error), **(headers or {})}
    )


def translate(error: HubError | HTTPException) -> Response:
    """Render what a route raised: a `HubError`, or the router's 404 and 405."""
    match error:
        case HubError():
            return render(error)
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            # The router joins a set, whose order differs from run to run.
            allowed = sorted((error.headers or {}).get("Allow", "").split(", "))
            return render(MethodNotAllowed(), {"allow": ", ".join(allowed)})
        case _:
            return render(NotFound())
