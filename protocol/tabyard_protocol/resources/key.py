"""API keys: what each may do, and how they are made, listed and revoked."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tabyard_protocol.model import WireModel

__all__ = ["KeyCreated", "KeyDraft", "KeyList", "KeyView", "Scope"]


class Scope(StrEnum):
    """One thing that a key may allow."""

    TASKS_READ = "tasks:read"
    """List and read tasks, and follow their events."""
    TASKS_WRITE = "tasks:write"
    """Submit and cancel tasks."""
    INSTANCES_READ = "instances:read"
    """List and read browsers."""
    INSTANCES_WRITE = "instances:write"
    """Launch, close, rename and revoke browsers."""
    INSTANCES_REGISTER = "instances:register"
    """Let new browsers join: pair one, or register a program that speaks the link."""
    TOOLS_RUN = "tools:run"
    """Run single tools and read their catalogue."""
    TOOLS_EXECUTE = "tools:execute"
    """Use the tool `browser_execute`, in a task or alone: scripts of the caller's own."""
    ARTIFACTS_READ = "artifacts:read"
    """Fetch pictures and files."""
    HUB_READ = "hub:read"
    """Read facts and figures about the hub."""
    AUDIT_READ = "audit:read"
    """Read the audit trail."""
    KEYS_ADMIN = "keys:admin"
    """Make, list and revoke keys."""


KeyName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*\S.*$")]
ToolScope = Annotated[str, Field(pattern=r"^tool:[a-z][a-z0-9_]{0,99}$")]
"""`tool:browser_navigate`: with any of these, a key is good for the named tools only."""


class KeyDraft(WireModel):
    """The body of `POST /api/keys`."""

    name: KeyName
    """Who it is for; the audit trail shows it."""
    scopes: Annotated[tuple[Scope | ToolScope, ...], Field(min_length=1, max_length=100)]
    instance_ids: Annotated[
        tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=100)
    ] = ()
    """The browsers that it is good for; none: all of them."""


class KeyView(WireModel):
    """A key as lists show it. Times are milliseconds since 1970."""

    id: str
    """The visible beginning of the key, which is no secret."""
    name: str
    scopes: tuple[str, ...]
    instance_ids: tuple[str, ...] = ()
    created_at: int


class KeyCreated(WireModel):
    """The answer of `POST /api/keys`: the only time that the key itself is shown."""

    key: str
    view: KeyView


class KeyList(WireModel):
    """The answer of `GET /api/keys`. Keys from the environment have no row."""

    keys: tuple[KeyView, ...]
