"""What comes next in one instance's lane: the claim of the next task, and who waits for it."""

import asyncio
import logging
from typing import cast

from tabyard.core.errors import StoreUnavailable
from tabyard.core.records import TaskRecord
from tabyard.hub.ports import Clock, Ended, LinkStore
from tabyard.hub.waiting import outcome_of, pause, wake
from tabyard_protocol.ids import InstanceId

__all__ = ["Claims"]

logger = logging.getLogger(__name__)


class Claims:
    """At most one claim at a time, for as long as a link lives; none once the lane rests."""

    __slots__ = (
        "_again",
        "_claim",
        "_clock",
        "_epoch",
        "_idle",
        "_instance_id",
        "_moved",
        "_retry_s",
        "_store",
        "rest",
    )

    def __init__(
        self, instance_id: InstanceId, *, store: LinkStore, clock: Clock, retry_s: float
    ) -> None:
        self.rest: asyncio.Future[None] | None = None
        """Set: nothing more is claimed. Done when nothing is on its way either."""
        self._instance_id = instance_id
        self._store = store
        self._clock = clock
        self._retry_s = retry_s
        self._epoch = 0
        self._claim: asyncio.Future[TaskRecord | None] | asyncio.Future[Ended] | None = None
        self._again = False
        """A task was queued meanwhile, of which the claim may not know."""
        self._idle: asyncio.Future[None] | None = None
        self._moved: asyncio.Future[None] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether what becomes of a claim shows when the lane has `moved`."""
        return self._claim is not None

    def moved(self) -> "asyncio.Future[None]":
        """Done when a claim has been taken up or has come to nothing, or the link is lost."""
        if self._moved is None or self._moved.done():
            self._moved = asyncio.get_running_loop().create_future()
        return self._moved

    def settled(self) -> None:
        """What became of the last claim shows now."""
        if self._moved is not None:
            wake(self._moved)

    def start(self, epoch: int) -> None:
        """A link lives, under which tasks are claimed."""
        self._epoch = epoch

    def stop(self) -> None:
        """The link is lost: what it claimed is taken up by the next."""
        self._claim = self._idle = None
        self._again = False
        self.settled()
        if self.rest is not None:
            wake(self.rest)

    def ask(self) -> None:
        """Claim the next task."""
        if self.rest is None:
            claim = self._store.claim(
                self._instance_id, epoch=self._epoch, at_ms=self._clock.now_ms()
            )
            claim.add_done_callback(_heed)
            self._claim = claim

    def made_with(self, ended: "asyncio.Future[Ended]") -> None:
        """The end of a task that claims the next one too."""
        self._claim = ended

    def queued(self, *, is_free: bool) -> None:
        """There is one more task to claim: at once if the lane `is_free`."""
        if self._claim is not None:
            self._again = True
        elif is_free:
            self.ask()
            if self._idle is not None:
                wake(self._idle)

    async def next(self) -> TaskRecord:
        """The next task, waiting for one to come."""
        while True:
            claim = self._claim
            if claim is None:
                if self.rest is not None:
                    wake(self.rest)
                self._idle = asyncio.get_running_loop().create_future()
                await self._idle
                continue
            try:
                found = await outcome_of(cast("asyncio.Future[Ended | TaskRecord | None]", claim))
                again = self._again
            except StoreUnavailable as error:
                logger.warning("claim postponed", extra={"reason": error.reason})
                await pause(self._clock, self._retry_s)
                found, again = None, True
            self._again, self._claim = False, None
            record = found.following if isinstance(found, Ended) else found
            if record is not None:
                return record
            self.settled()
            if again:
                self.ask()


def _heed(claim: "asyncio.Future[TaskRecord | None]") -> None:
    """A claim that nobody waits for any more may fail in silence."""
    if not claim.cancelled():
        claim.exception()
