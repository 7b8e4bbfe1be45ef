"""The audit trail: who did what, when, and in which browser."""

from tabyard_protocol.model import WireModel

__all__ = ["AuditEntry", "AuditList"]


class AuditEntry(WireModel):
    """One thing that somebody did or tried. Times are milliseconds since 1970."""

    at: int
    who: str
    """The key's name, `environment`, `extension`, or `anybody` where no keys are needed."""
    key_id: str | None = None
    address: str | None = None
    action: str
    """`task.submit`, `task.cancel`, `tool.run`, `key.new`, `instance.register`, `refused`, …"""
    subject: str | None = None
    """The task, tool, key or path that it was about."""
    instance_id: str | None = None
    outcome: str
    """`ok`, or the code of the refusal."""


class AuditList(WireModel):
    """The answer of `GET /api/audit`, newest first."""

    entries: tuple[AuditEntry, ...]
    total: int
