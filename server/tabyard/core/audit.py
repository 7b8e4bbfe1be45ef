"""One line of the audit trail, as a value."""

from typing import NamedTuple

__all__ = ["AuditRecord"]


# A named tuple: one is made per submission, and a frozen dataclass takes three times as long.
class AuditRecord(NamedTuple):
    """Who did or tried what, when, and in which browser."""

    at_ms: int
    who: str
    action: str
    key_id: str | None = None
    address: str | None = None
    subject: str | None = None
    instance_id: str | None = None
    outcome: str = "ok"
