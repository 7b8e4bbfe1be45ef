"""The hub about itself: health, facts, tools, artifacts, errors."""

from typing import Literal

from tabyard_protocol.model import JsonObject, WireModel

__all__ = [
    "ArtifactView",
    "ErrorBody",
    "Health",
    "HubInfo",
    "ToolAnswer",
    "ToolFailureBody",
    "ToolList",
    "ToolView",
]


class ErrorBody(WireModel):
    """Every error of the core API."""

    error: str
    """A sentence for a person."""
    code: str
    details: JsonObject | None = None


class Health(WireModel):
    """The answer of `GET /health`: 200 when `ok`, else 503."""

    name: str
    """What the hub calls itself; a person sees it before they connect their browser."""
    key_required: bool
    """Whether callers need an API key."""
    status: Literal["ok", "degraded"]
    store: Literal["ok", "failing"]
    """`failing`: the last write did not reach the disk; submissions are refused until one does."""
    detail: str | None = None
    instances: int
    """Connected browsers."""
    uptime_ms: int


class HubInfo(WireModel):
    """The answer of `GET /info`."""

    name: str
    version: str
    protocol: int
    http_port: int
    link_port: int
    ws_endpoint: str
    store: str
    instances: int
    extension_id: str


class ToolView(WireModel):
    """One tool, as models and MCP clients are shown it."""

    name: str
    description: str
    input_schema: JsonObject


class ToolList(WireModel):
    """The answer of `GET /api/tools`."""

    tools: tuple[ToolView, ...]


class ToolFailureBody(WireModel):
    """Why a tool call failed."""

    code: str
    message: str
    details: JsonObject | None = None


class ToolAnswer(WireModel):
    """The answer of `POST /api/tools/{name}`."""

    success: bool
    result: JsonObject | None = None
    error: ToolFailureBody | None = None
    task_id: str | None = None
    """The task under which the call ran."""


class ArtifactView(WireModel):
    """A stored picture or file. Times are milliseconds since 1970."""

    id: str
    task_id: str | None = None
    instance_id: str | None = None
    name: str
    mime_type: str
    size_bytes: int
    width_px: int | None = None
    height_px: int | None = None
    sha256: str
    created_at: int
    url: str
