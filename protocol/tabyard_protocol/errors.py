"""Every error code and close code, each with who must act: *caller*, *operator*, or *retry*."""

from enum import IntEnum, StrEnum

__all__ = ["CloseCode", "ErrorCode", "ToolErrorCode"]


class ErrorCode(StrEnum):
    """What an API of the hub answers when it can't do what was asked."""

    INVALID_INPUT = "INVALID_INPUT"
    """Caller: a field is missing or malformed; `details` maps its path to what is wrong."""
    NO_COMMANDS = "NO_COMMANDS"
    """Caller: a task needs at least one command."""
    INVALID_INSTANCE = "INVALID_INSTANCE"
    """Caller: the named instance is not known, not connected, or not unambiguous."""
    NO_INSTANCE = "NO_INSTANCE"
    """Retry: no browser is connected; connect or launch one."""
    QUEUE_FULL = "QUEUE_FULL"
    """Retry: the instance's queue has reached its limit."""
    TASK_NOT_FOUND = "TASK_NOT_FOUND"
    """Caller: no such task, or it was removed after its time to live."""
    TASK_FINISHED = "TASK_FINISHED"
    """Caller: the task has already ended, so it can't be cancelled."""
    INSTANCE_NOT_FOUND = "INSTANCE_NOT_FOUND"
    """Caller: no such instance."""
    ARTIFACT_NOT_FOUND = "ARTIFACT_NOT_FOUND"
    """Caller: no such artifact, or it was removed with its task."""
    KEY_NOT_FOUND = "KEY_NOT_FOUND"
    """Caller: no API key with this visible beginning."""
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    """Caller: this `Idempotency-Key` was used with another body."""
    UNKNOWN_TOOL = "UNKNOWN_TOOL"
    """Caller: no tool of that name; the message lists the valid ones."""
    UNKNOWN_ACTION = "UNKNOWN_ACTION"
    """Caller: the tool has no action of that name; the message lists the valid ones."""
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    """Caller: a WebSocket frame whose `type` nobody knows."""
    BAD_TICKET = "BAD_TICKET"
    """Caller: the ticket or proof for this instance is missing, used or wrong; register again."""
    NOT_FOUND = "NOT_FOUND"
    """Caller: no such path."""
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    """Caller: the path exists, but not with this method; `Allow` names the valid ones."""
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    """Caller: bodies are `application/json`."""
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    """Caller: the body is over the limit."""
    UNKNOWN_HOST = "UNKNOWN_HOST"
    """Caller: the `Host` header is not one of the hub's names."""
    FORBIDDEN_ORIGIN = "FORBIDDEN_ORIGIN"
    """Caller: requests from this web origin are refused."""
    UNAUTHORIZED = "UNAUTHORIZED"
    """Caller: a valid API key is needed."""
    FORBIDDEN = "FORBIDDEN"
    """Caller: the key is valid, but not for this."""
    RATE_LIMITED = "RATE_LIMITED"
    """Retry: too many requests; `Retry-After` says when."""
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    """Operator: the database can't be written; nothing was accepted."""
    SHUTTING_DOWN = "SHUTTING_DOWN"
    """Retry: the hub is going down and accepts no more work."""
    NO_BROWSER = "NO_BROWSER"
    """Operator: no Chromium was found to launch."""
    LAUNCH_FAILED = "LAUNCH_FAILED"
    """Operator: a browser was started, but did not connect."""
    INTERNAL_ERROR = "INTERNAL_ERROR"
    """Operator: a defect; the hub's log has the details."""


class ToolErrorCode(StrEnum):
    """Why a tool call failed. The list is closed; `SPEC` order."""

    INVALID_ARGUMENTS = "INVALID_ARGUMENTS"
    """Caller: the arguments do not fit the tool's schema."""
    UNKNOWN_TOOL = "UNKNOWN_TOOL"
    """Caller: no such tool."""
    UNKNOWN_ACTION = "UNKNOWN_ACTION"
    """Caller: the tool has no such action."""
    ELEMENT_NOT_FOUND = "ELEMENT_NOT_FOUND"
    """Caller: nothing matched before the deadline; the message names the nearest candidates."""
    ELEMENT_NOT_VISIBLE = "ELEMENT_NOT_VISIBLE"
    """Caller: it matched, but stayed invisible or kept moving until the deadline."""
    ELEMENT_OBSCURED = "ELEMENT_OBSCURED"
    """Caller: something else would get the click; the message names it."""
    ELEMENT_DISABLED = "ELEMENT_DISABLED"
    """Caller: the element stayed disabled or read-only until the deadline."""
    STALE_REF = "STALE_REF"
    """Caller: the ref belongs to an element or a document that is gone; take a new snapshot."""
    NAVIGATION_FAILED = "NAVIGATION_FAILED"
    """Retry: the page could not be loaded; the message has the network error."""
    NO_HISTORY = "NO_HISTORY"
    """Caller: there is nothing to go back or forward to."""
    WAIT_TIMEOUT = "WAIT_TIMEOUT"
    """Caller: what `wait` waited for did not happen."""
    COMMAND_TIMEOUT = "COMMAND_TIMEOUT"
    """Retry: the command's deadline passed."""
    SCRIPT_ERROR = "SCRIPT_ERROR"
    """Caller: the script threw; the message is the exception's."""
    NOT_SERIALIZABLE = "NOT_SERIALIZABLE"
    """Caller: the script's value can't be sent as JSON."""
    DIALOG_OPEN = "DIALOG_OPEN"
    """Caller: a dialog is open in the tab; handle it with `browser_debug dialog`."""
    NO_DIALOG = "NO_DIALOG"
    """Caller: no dialog is open."""
    TAB_GONE = "TAB_GONE"
    """Caller: the tab was closed or never existed."""
    FORBIDDEN_URL = "FORBIDDEN_URL"
    """Caller: this address is not opened or driven; the message says by which rule."""
    DOWNLOAD_TIMEOUT = "DOWNLOAD_TIMEOUT"
    """Retry: the download did not end in time."""
    DOWNLOAD_FAILED = "DOWNLOAD_FAILED"
    """Retry: the download was interrupted."""
    FILE_NOT_FOUND = "FILE_NOT_FOUND"
    """Caller: the file to upload does not exist."""
    DEBUGGER_DETACHED = "DEBUGGER_DETACHED"
    """Retry: debugging of the tab was ended in the browser."""
    NOT_SUPPORTED = "NOT_SUPPORTED"
    """Caller: this browser can't do that."""
    CANCELLED = "CANCELLED"
    """Nobody: the task was cancelled, or the person at the browser stopped it or paused all."""
    INSTANCE_DISCONNECTED = "INSTANCE_DISCONNECTED"
    """Retry: the browser went away before it answered. `details.mayHaveBegun` names the commands
    with effects behind it that can have begun as well, if there are any."""
    INTERNAL = "INTERNAL"
    """Operator: a defect in the extension or the hub."""


class CloseCode(IntEnum):
    """Why the hub closes a WebSocket. 4000-4499: come back; 4500-4999: do not."""

    NORMAL = 1000
    """The conversation is over."""
    GOING_AWAY = 1001
    """The hub is shutting down: come back."""
    BAD_FRAMES = 1007
    """Malformed frames, again and again."""
    TOO_LARGE = 1009
    """A frame over the size limit."""
    UNKNOWN_INSTANCE = 4001
    """Register first, then come back."""
    REPLACED = 4002
    """A newer link of the same browser took over."""
    HELLO_TIMEOUT = 4003
    """The first frame did not come in time."""
    STALE_EPOCH = 4004
    """The hub has moved on: come back and say hello again."""
    LINK_SILENT = 4005
    """No pong for too long."""
    SLOW_CONSUMER = 4008
    """The reader's buffer is full: come back and resume."""
    TOO_MANY_REQUESTS = 4029
    """A flood: come back later."""
    UNAUTHORIZED = 4501
    """No valid key, ticket or proof."""
    INCOMPATIBLE = 4502
    """The peer speaks a revision that this hub does not know."""
    REVOKED = 4503
    """This browser's pairing was revoked."""
