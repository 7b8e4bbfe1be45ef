"""Browser instances: how they register, and how callers see them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tabyard_protocol.model import WireModel

__all__ = [
    "InstanceChange",
    "InstanceEnvelope",
    "InstanceKind",
    "InstanceLabel",
    "InstanceList",
    "InstanceRef",
    "InstanceStatus",
    "InstanceView",
    "Registered",
    "Registration",
]

Short = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""What a terminal can show as it is."""
Label = Annotated[
    str,
    Field(
        min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"
    ),
]
"""What people call a browser: one line, not blank."""
Secretish = Annotated[str, Field(min_length=8, max_length=256)]


class InstanceStatus(StrEnum):
    """Whether a browser can be reached."""

    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    """Lost, within its grace: its queue is kept."""
    GONE = "gone"
    """Lost for good, until it registers again."""


class InstanceKind(StrEnum):
    """How a browser came to the hub."""

    LAUNCHED = "launched"
    """The hub started it."""
    PAIRED = "paired"
    """A person's own browser, allowed by a click."""
    SCRIPT = "script"
    """A program that speaks the link, known by its ticket only."""


class InstanceLabel(WireModel):
    """Names a browser by what people call it, never by its id."""

    label: Label


InstanceRef = str | InstanceLabel
"""A browser in a request: its id, or its label where that is not ambiguous."""


class InstanceChange(WireModel):
    """The body of `PATCH /instances/{id}`."""

    label: Label


class Registration(WireModel):
    """The body of `POST /register`."""

    user_agent: Annotated[str, Field(max_length=1_000)]
    window_id: int | str | None = None
    extension_id: Short | None = None
    label: Name | None = None
    instance_id: Short | None = None
    """The caller's own former id; needs `nonce`, and a proof in the hello."""
    nonce: Secretish | None = None
    """Fresh random text: the hub proves that it knows the credential by answering over it."""
    pair: bool = False
    """Asks for a credential: a person has clicked *Connect* in the popup."""
    browser: Name | None = None
    profile: Name | None = None
    memory: Short | None = None
    """Names the lifetime of the browser's memory, as in the hello."""

    @property
    def comes_back(self) -> bool:
        """Whether it asks for a link that only a former credential opens."""
        return self.instance_id is not None and self.nonce is not None and not self.pair


class Registered(WireModel):
    """The answer of `POST /register`."""

    instance_id: str
    port: int
    """The port of the link, 3400 by default."""
    websocket_url: str
    """Carries the ticket; good for one connection within 30 s."""
    ticket: str
    hub_name: str
    nonce: str | None = None
    """The hub's nonce, when the caller sent one."""
    proof: str | None = None
    """HMAC-SHA256(credential, "hub|instanceId|clientNonce|hubNonce") in hex."""
    credential: str | None = None
    """64 hex digits; only in the answer to `pair`."""


class InstanceView(WireModel):
    """A browser as callers see it. Times are milliseconds since 1970."""

    id: str
    label: str
    kind: InstanceKind
    browser_type: str
    profile: str
    """The profile that it keeps; empty when it has none or does not tell."""
    user_agent: str
    machine: str | None = None
    """The system that it runs on, as its user agent tells it: `Linux x86_64`."""
    window_id: int | str | None = None
    connected_at: int | None = None
    last_activity: int | None = None
    last_seen: int | None = None
    """When it was last heard of, also before a restart of the hub; null: it never connected."""
    paused: bool = False
    """The person at it has paused all tasks: each call is answered with CANCELLED."""
    status: InstanceStatus
    queue_length: int
    """Queued and running tasks."""
    running_task_id: str | None = None
    epoch: int


class InstanceEnvelope(WireModel):
    """The answer of `GET /instances/{id}`."""

    instance: InstanceView


class InstanceList(WireModel):
    """The answer of `GET /instances`, in order of connection."""

    instances: tuple[InstanceView, ...]
