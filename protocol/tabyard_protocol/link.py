"""The link: every frame between the hub and a browser instance."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tabyard_protocol.model import JsonObject, WireModel

__all__ = [
    "BROWSER_FRAME",
    "HUB_FRAME",
    "Answered",
    "BrowserEvent",
    "BrowserFrame",
    "Hello",
    "HubFrame",
    "LinkPing",
    "LinkPong",
    "RunningCall",
    "Screencast",
    "Subscribe",
    "TaskEnded",
    "ToolAck",
    "ToolCall",
    "ToolCancel",
    "ToolError",
    "ToolFault",
    "ToolProgress",
    "ToolResult",
    "Welcome",
]


class ToolFault(WireModel):
    """Why a call failed; `code` is one of `ToolErrorCode`."""

    code: str
    message: str
    details: JsonObject | None = None


class RunningCall(WireModel):
    """A call that the browser is executing while it says hello."""

    id: str
    task_id: str | None = None
    command_id: str | None = None


class Answered(WireModel):
    """A call that the browser has finished and whose answer nobody has acknowledged."""

    id: str
    task_id: str | None = None
    command_id: str | None = None
    result: object = None
    """As in `tool_result`."""
    error: ToolFault | None = None


class Hello(WireModel):
    """The browser's first frame."""

    type: Literal["hello"] = "hello"
    instance_id: str
    protocol: int | None = None
    """The wire revision; absent: the oldest."""
    browser: str | None = None
    label: str | None = None
    tools: tuple[str, ...] | None = None
    """Tool names that this instance offers beyond the catalogue."""
    running: RunningCall | None = None
    outbox: tuple[Answered, ...] = ()
    memory: str | None = None
    """Names the lifetime of the browser's memory; the same value: it forgot nothing since."""
    paused: bool | None = None
    """The person at the browser has paused all tasks."""
    ahead: bool | None = None
    """It takes a call that is to come `after` another before that one has ended."""
    ticket: str | None = None
    proof: str | None = None
    """HMAC-SHA256(credential, "browser|instanceId|hubNonce|clientNonce") in hex."""


class Welcome(WireModel):
    """The hub's answer to a hello: from now on calls of `epoch` come."""

    type: Literal["welcome"] = "welcome"
    instance_id: str
    server_version: str
    protocol: int
    epoch: int
    acks: tuple[str, ...]
    """Call ids of the hello's outbox that are stored now: forget them."""
    ticket: str | None = None
    """Good for one reconnect of an instance that has no credential."""
    hub_name: str | None = None
    private_addresses: Literal["allow", "deny"] | None = None
    """Whether tasks may open addresses of private networks; absent: they may."""


class ToolCall(WireModel):
    """Do this now, or `after` another; answer with `tool_result` or `tool_error` of the same id."""

    type: Literal["tool_call"] = "tool_call"
    id: str
    name: str
    args: JsonObject
    epoch: int
    deadline_ms: int
    """Time from arrival until the hub stops waiting."""
    task_id: str | None = None
    command_id: str | None = None
    task_name: str | None = None
    session: str | None = None
    dialogs: Literal["accept", "dismiss", "ask"] | None = None
    after: str | None = None
    """Begin only when that call has succeeded, and count the deadline from then. If it fails, or is
    unknown, or this one is cancelled before, answer with `tool_error` of code CANCELLED and details
    `{"begun": false}`. A call that waits when the link ends is forgotten. Only for those that said
    `ahead`, and with it `protocol` and `memory`."""


class ToolCancel(WireModel):
    """Stop that call, or do not begin it; answer it with `tool_error` of code CANCELLED."""

    type: Literal["tool_cancel"] = "tool_cancel"
    id: str
    reason: str


class ToolAck(WireModel):
    """These answers are stored: forget them."""

    type: Literal["tool_ack"] = "tool_ack"
    ids: tuple[str, ...]


class TaskEnded(WireModel):
    """The task is over: its tab may be released."""

    type: Literal["task_ended"] = "task_ended"
    task_id: str
    status: str


class Screencast(WireModel):
    """How live pictures are wanted."""

    fps: int = 5
    quality: int = 60
    max_width: int = 1280


class Subscribe(WireModel):
    """What the hub wants to be told beside answers."""

    type: Literal["subscribe"] = "subscribe"
    screencast: Screencast | None = None
    console: bool = False
    network: bool = False
    off: bool = False


class LinkPing(WireModel):
    """Are you there? Either side may ask."""

    type: Literal["ping"] = "ping"


class LinkPong(WireModel):
    """The answer to a ping."""

    type: Literal["pong"] = "pong"


class ToolResult(WireModel):
    """A call has ended well."""

    type: Literal["tool_result"] = "tool_result"
    id: str
    result: object = None
    """MCP content `{content, structuredContent}`; the hub wraps a simple peer's bare JSON value."""


class ToolError(WireModel):
    """A call has failed."""

    type: Literal["tool_error"] = "tool_error"
    id: str
    error: ToolFault


class ToolProgress(WireModel):
    """A call is still at work; a note for people."""

    type: Literal["tool_progress"] = "tool_progress"
    id: str
    note: str


class BrowserEvent(WireModel):
    """Something happened in the browser that nobody asked for."""

    type: Literal["event"] = "event"
    kind: Literal["tab", "dialog", "download", "console", "detached", "stopped"]
    """`stopped`: the person at it paused all tasks, or with `paused: false` lets them go on."""
    data: JsonObject


HubFrame = Annotated[
    Welcome | ToolCall | ToolCancel | ToolAck | TaskEnded | Subscribe | LinkPing | LinkPong,
    Field(discriminator="type"),
]
BrowserFrame = Annotated[
    Hello | ToolResult | ToolError | ToolProgress | BrowserEvent | LinkPing | LinkPong,
    Field(discriminator="type"),
]

HUB_FRAME: TypeAdapter[HubFrame] = TypeAdapter(HubFrame)
"""Parses any frame that a hub sends."""
BROWSER_FRAME: TypeAdapter[BrowserFrame] = TypeAdapter(BrowserFrame)
"""Parses any frame that a browser sends."""
