"""One line of the audit trail, as a value."""

from dataclasses import dataclass

__all__ = ["AuditRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """Who did or tried what, when, and in which browser."""

    at_ms: int
    who: str
    key_id: str | None = None
    address: str | None = None
    action: str
    subject: str | None = None
    instance_id: str | None = None
    outcome: str = "ok"
