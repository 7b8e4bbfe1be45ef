"""What the web is given: the hub, the books, the store's readers, keys and counters."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tabyard.core.keys import ENVIRONMENT, Principal
from tabyard.hub.hub import Hub
from tabyard.hub.ports import Blobs, Clock, Ids
from tabyard.web.audit import Audit
from tabyard.web.auth import KeyRing
from tabyard.web.limits import Limits
from tabyard.web.metrics import Metrics
from tabyard.web.ports import AccessStore, Records
from tabyard.web.settings import WebSettings
from tabyard.web.standing import Standing
from tabyard.work.tasks import Tasks

__all__ = ["NO_KEY", "WebState"]

NO_KEY: Final = ""
"""Stands for the key of callers from a time when none was needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebState:
    """The collaborators of every route and stream."""

    hub: Hub
    tasks: Tasks
    records: Records
    blobs: Blobs
    clock: Clock
    ids: Ids
    settings: WebSettings
    started_s: float
    """When the hub came up, by the clock's monotonic time."""
    access: AccessStore
    limits: Limits
    audit: Audit
    keys: KeyRing = field(default_factory=KeyRing)
    guests: dict[str, set[Callable[[], None]]] = field(
        default_factory=dict[str, set[Callable[[], None]]]
    )
    """How to end the sockets and streams of each key's id; those without a key are `NO_KEY`'s."""
    metrics: Metrics = field(default_factory=Metrics)

    def welcome(self, standing: Standing, end: Callable[[], None]) -> None:
        """Remember how to end a socket or stream, should its caller's key be revoked."""
        key_id = _key_of(standing)
        if key_id is not None:
            self.guests.setdefault(key_id, set()).add(end)

    def part(self, standing: Standing, end: Callable[[], None]) -> None:
        """It has ended."""
        self.guests.get(_key_of(standing) or NO_KEY, set()).discard(end)

    def cut_off(self, key_id: str) -> None:
        """End everything that came with this key."""
        for end in tuple(self.guests.get(key_id, ())):
            end()

    def note_refused(self, standing: Standing, subject: str, code: str) -> None:
        """Count an attempt that was turned away, and leave a line of it."""
        self.metrics.refusals.labels(code).inc()
        self.audit.note_refused(standing, subject, code)

    def recognise(self, key: str | None, address: str) -> Principal | None:
        """Whose `key` is; None: nobody's. Wrong ones are counted against `address`.

        Raises:
            RateLimited: too many wrong ones came from there. A right one has to wait as well when
                somebody has thought it up; nobody guesses the 256 bits of one that the hub made.
        """
        if key is None:
            return None
        principal = self.keys.identify(key)
        if principal is None or principal is ENVIRONMENT:
            self.limits.expect_patience(address)
        if principal is None:
            self.limits.note_attempt(address)
        return principal


def _key_of(standing: Standing) -> str | None:
    """Under which key the caller came; None: under one that can't be revoked."""
    if standing.principal is None or standing.principal is ENVIRONMENT:
        return None
    return standing.principal.key_id or NO_KEY
