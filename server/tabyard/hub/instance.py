"""One browser as this hub knows it: who it is, whether it can be reached, and its lane."""

import asyncio
from dataclasses import dataclass, field

from tabyard.core.identity import machine_of
from tabyard.core.lifecycle import INSTANCE_NEXT, step
from tabyard.core.records import InstanceRecord
from tabyard.hub.connection import Link
from tabyard.hub.lane import Lane
from tabyard.hub.ports import Timer
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.instance import InstanceStatus, InstanceView

__all__ = ["Instance"]


@dataclass(slots=True, eq=False)
class Instance:
    """Live state. `record` is its identity; epoch and status in it are not kept up."""

    record: InstanceRecord
    lane: Lane
    status: InstanceStatus = InstanceStatus.GONE
    epoch: int = 0
    order: int = 0
    """Grows with each new presence; a reconnect within the grace keeps it."""
    connected_at_ms: int | None = None
    last_activity_ms: int | None = None
    link: Link | None = None
    revoked: bool = False
    """Its credential was destroyed: whoever still waits to speak for it is refused."""
    losses: int = 0
    """How often its link was lost: tells one grace from the next."""
    doubtful: int = 0
    """Attachments that failed since the last one, and may be stored all the same."""
    grace: Timer | None = None
    attaching: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while it is decided who speaks for this instance: attach, and the end of the grace."""

    @property
    def id(self) -> InstanceId:
        """Of the instance."""
        return self.record.id

    def become(self, status: InstanceStatus) -> None:
        """The one door of the lifecycle."""
        self.status = step(INSTANCE_NEXT, self.status, status)
        if self.grace is not None:
            self.grace.cancel()
            self.grace = None

    def view(self) -> InstanceView:
        """As callers see it."""
        record, run = self.record, self.lane.run
        activity_ms = self.link.last_activity_ms if self.link else self.last_activity_ms
        return InstanceView(
            id=record.id,
            label=record.label,
            kind=record.kind,
            browser_type=record.browser_type,
            profile=record.profile or "",
            user_agent=record.user_agent,
            machine=machine_of(record.user_agent),
            window_id=record.window_id,
            connected_at=self.connected_at_ms,
            last_activity=activity_ms,
            last_seen=activity_ms or record.lost_at_ms or record.connected_at_ms,
            paused=self.link is not None and self.link.paused,
            status=self.status,
            queue_length=self.lane.depth,
            running_task_id=run.task_id if run is not None and not run.over else None,
            epoch=self.epoch,
        )
