"""What the web is given: the hub, the books, the store's readers, keys and counters."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tabyard.core.keys import Principal
from tabyard.hub.hub import Hub
from tabyard.hub.ports import Blobs, Clock, Ids
from tabyard.web.audit import Audit
from tabyard.web.auth import KeyRing
from tabyard.web.limits import Limits
from tabyard.web.metrics import Metrics
from tabyard.web.ports import AccessStore, Records
from tabyard.web.settings import WebSettings
from tabyard.work.tasks import Tasks

__all__ = ["WebState"]


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
    """How to end the client sockets of each key."""
    metrics: Metrics = field(default_factory=Metrics)

    def cut_off(self, key_id: str) -> None:
        """End every socket that came with this key."""
        for end in tuple(self.guests.get(key_id, ())):
            end()

    def recognise(self, key: str | None, address: str) -> Principal | None:
        """Whose `key` is; None: nobody's. Wrong ones are counted against `address`.

        Raises:
            RateLimited: too many wrong ones came from there; even a right one has to wait.
        """
        if key is None:
            return None
        self.limits.expect_patience(address)
        principal = self.keys.identify(key)
        if principal is None:
            self.limits.note_attempt(address)
        return principal
