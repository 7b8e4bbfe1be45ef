"""What the wire consists of, in groups: the one list from which every derived view is made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from pydantic import BaseModel

from tabyard_protocol.client import ClientAnswer, ClientRequest
from tabyard_protocol.content import ToolContent
from tabyard_protocol.errors import CloseCode, ErrorCode, ToolErrorCode
from tabyard_protocol.events import Event, Resync
from tabyard_protocol.link import BrowserFrame, HubFrame
from tabyard_protocol.resources.audit import AuditList
from tabyard_protocol.resources.hub import (
    ArtifactView,
    ErrorBody,
    Health,
    HubInfo,
    ToolAnswer,
    ToolList,
)
from tabyard_protocol.resources.instance import (
    InstanceEnvelope,
    InstanceList,
    Registered,
    Registration,
)
from tabyard_protocol.resources.key import KeyCreated, KeyDraft, KeyList
from tabyard_protocol.resources.task import (
    TaskAccepted,
    TaskCancelled,
    TaskDraft,
    TaskEnvelope,
    TaskList,
)
from tabyard_protocol.shapes import members

__all__ = ["BODIES", "ENUMS", "UNIONS", "Body", "Direction", "Union", "bodies"]

Direction = Literal["sent", "received"]
"""As the hub sees it: what it sends spells its defaults out, what it receives may omit them."""


@dataclass(frozen=True, slots=True)
class Union:
    """A closed set of tagged models."""

    name: str
    title: str
    summary: str
    union: Any
    direction: Direction

    @property
    def models(self) -> tuple[type[BaseModel], ...]:
        """The members, in the order of the union."""
        return members(self.union)


@dataclass(frozen=True, slots=True)
class Body:
    """A model that stands alone: a body of a request or of an answer."""

    model: type[BaseModel]
    direction: Direction


UNIONS: Final[Mapping[str, Union]] = {
    union.name: union
    for union in (
        Union("HubFrame", "Hub to browser", "What the hub sends on the link.", HubFrame, "sent"),
        Union(
            "BrowserFrame",
            "Browser to hub",
            "What a browser sends on the link.",
            BrowserFrame,
            "received",
        ),
        Union(
            "ClientRequest",
            "Client to hub",
            "What a program sends on the client WebSocket.",
            ClientRequest,
            "received",
        ),
        Union(
            "ClientAnswer",
            "Hub to client",
            "How the hub answers on the client WebSocket.",
            ClientAnswer,
            "sent",
        ),
        Union("HubEvent", "Events", "What is told to clients, unasked.", Event, "sent"),
    )
}
"""All unions by the name that derived views give them."""

BODIES: Final[tuple[Body, ...]] = (
    Body(TaskDraft, "received"),
    Body(TaskAccepted, "sent"),
    Body(TaskEnvelope, "sent"),
    Body(TaskList, "sent"),
    Body(TaskCancelled, "sent"),
    Body(Registration, "received"),
    Body(Registered, "sent"),
    Body(InstanceEnvelope, "sent"),
    Body(InstanceList, "sent"),
    Body(ToolList, "sent"),
    Body(ToolAnswer, "sent"),
    Body(ToolContent, "sent"),
    Body(ArtifactView, "sent"),
    Body(Health, "sent"),
    Body(HubInfo, "sent"),
    Body(KeyDraft, "received"),
    Body(KeyCreated, "sent"),
    Body(KeyList, "sent"),
    Body(AuditList, "sent"),
    Body(ErrorBody, "sent"),
    Body(Resync, "sent"),
)
"""All bodies, in the order in which people meet them."""

ENUMS: Final[tuple[type[Enum], ...]] = (ErrorCode, ToolErrorCode, CloseCode)
"""Codes that no field is typed with, since peers may know more of them."""


def bodies(direction: Direction) -> Iterator[type[BaseModel]]:
    """The models of `BODIES` that go in `direction`."""
    return (body.model for body in BODIES if body.direction == direction)
