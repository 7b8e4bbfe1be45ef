"""Outcomes on their way to disk: nobody waits for them, unless the next command has effects."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from tabyard.core.records import Outcome
from tabyard.hub.connection import Link
from tabyard.hub.ports import Clock, LinkStore
from tabyard.hub.run import Run
from tabyard.hub.waiting import pause, wake

__all__ = ["STALE", "Checkpoints"]

STALE: Final = "a newer link has taken over"


class Checkpoints:
    """Stores what the commands of a running task have come to, one lane's for each of these."""

    __slots__ = ("_clock", "_drop", "_none_pending", "_pending", "_retry_s", "_store")

    def __init__(
        self,
        *,
        store: LinkStore,
        clock: Clock,
        retry_s: float,
        drop: Callable[[Link, str], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._retry_s = retry_s
        self._drop = drop
        self._pending: set[asyncio.Future[bool]] = set()
        self._none_pending: asyncio.Future[None] | None = None

    def store(self, link: Link, run: Run) -> None:
        """Store what has ended so far; its acknowledgement goes out with the next flush."""
        for outcome in run.course.take_unsaved():
            stored = self._store.checkpoint(run.task_id, outcome, epoch=link.epoch)
            self._pending.add(stored)
            stored.add_done_callback(partial(self._stored, link, run, outcome, run.answered))

    async def all_stored(self, link: Link, run: Run) -> None:
        """Return when everything that has ended so far is on disk, however long the store fails.

        A hub that is killed leaves behind the first command whose outcome is not on disk as the
        one that may have been sent. Only when no command with effects is ever sent beyond that
        one, nobody sends it again.
        """
        while True:
            if self._pending:
                # One future for all: `asyncio.wait` takes ten times as long, for every command.
                self._none_pending = asyncio.get_running_loop().create_future()
                await self._none_pending
            if not run.course.unsaved:
                return
            await pause(self._clock, self._retry_s)
            self.store(link, run)

    def _stored(
        self, link: Link, run: Run, outcome: Outcome, answered: str, stored: "asyncio.Future[bool]"
    ) -> None:
        self._pending.discard(stored)
        if not self._pending and self._none_pending is not None:
            wake(self._none_pending)
        if stored.cancelled():
            return
        if stored.exception() is not None:
            run.course.give_back(outcome)
        elif stored.result():
            link.acknowledge(answered)
        else:
            self._drop(link, STALE)
