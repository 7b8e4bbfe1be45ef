"""Who has just registered and may now connect: single-use tickets, good for a short while."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from tabyard.core.records import InstanceRecord
from tabyard.hub.ports import Clock
from tabyard_protocol.ids import InstanceId

__all__ = ["Admission", "Tickets"]

_LIMIT: Final = 10_000
"""Registrations that wait for their hello; the oldest goes when more come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a registration has earned."""

    record: InstanceRecord
    """The browser as it is to be stored when it connects."""
    client_nonce: str | None = None
    hub_nonce: str | None = None
    needs_proof: bool = False
    """The ticket was given to somebody who only claims to be this browser."""
    expires_s: float = 0.0


class Tickets:
    """Admissions by ticket. Each is redeemed at most once."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._admissions: OrderedDict[str, Admission] = OrderedDict()
        self._first: dict[InstanceId, str] = {}
        """Plain scripts that never connected: until then their id is as secret as their ticket."""

    def issue(self, ticket: str, admission: Admission, *, ticketless: bool) -> None:
        """`ticket` lets somebody in; `ticketless`: so does the bare id of the instance."""
        self._sweep()
        self._admissions[ticket] = admission
        if ticketless:
            self._first[admission.record.id] = ticket
        if len(self._admissions) > _LIMIT:
            self._pop(next(iter(self._admissions)))

    def redeem(self, ticket: str | None, instance: InstanceId) -> Admission | None:
        """What `ticket`, or else the bare id, is good for; None when it is good for nothing."""
        self._sweep()
        ticket = self._first.get(instance) if ticket is None else ticket
        if ticket is None or ticket not in self._admissions:
            return None
        admission = self._pop(ticket)
        return admission if admission.record.id == instance else None

    def forget(self, instance: InstanceId) -> None:
        """No ticket alone lets `instance` in any more; one that needs a proof finds none valid."""
        for ticket, admission in tuple(self._admissions.items()):
            if admission.record.id == instance and not admission.needs_proof:
                self._pop(ticket)

    def _sweep(self) -> None:
        """All tickets are good for the same time, so the oldest expire first."""
        now_s = self._clock.monotonic_s()
        while self._admissions:
            ticket = next(iter(self._admissions))
            if self._admissions[ticket].expires_s > now_s:
                return
            self._pop(ticket)

    def _pop(self, ticket: str) -> Admission:
        admission = self._admissions.pop(ticket)
        if self._first.get(admission.record.id) == ticket:
            del self._first[admission.record.id]
        return admission
