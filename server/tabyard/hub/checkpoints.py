"""Outcomes on their way to disk, and how far ahead of them commands may be sent."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from tabyard.core.records import Outcome, TaskRecord
from tabyard.hub.connection import Link
from tabyard.hub.ports import Clock, LinkStore
from tabyard.hub.run import Run
from tabyard.hub.waiting import pause, wake

__all__ = ["STALE", "Checkpoints"]

STALE: Final = "a newer link has taken over"

MOST_AHEAD: Final = 16
"""So many outcomes may be on their way when a command with effects is sent: no more are forgotten
when hub and browser die together, and a disk that stands still is met after as many."""


# A named tuple: one is made per command, and a frozen dataclass takes three times as long.
class _Sent(NamedTuple):
    """An outcome that the store was given."""

    link: Link
    run: Run
    outcome: Outcome
    untold: bool


class Checkpoints:
    """Stores what the commands of a running task have come to, one lane's for each of these."""

    __slots__ = (
        "_clock",
        "_drop",
        "_failing",
        "_may_repeat",
        "_none_pending",
        "_pending",
        "_retry_s",
        "_store",
        "_untold",
    )

    def __init__(
        self,
        *,
        store: LinkStore,
        clock: Clock,
        retry_s: float,
        may_repeat: Callable[[TaskRecord, int], bool],
        drop: Callable[[Link, str], None],
    ) -> None:
        """`may_repeat`: whether a command, by its index, may run twice."""
        self._store = store
        self._clock = clock
        self._retry_s = retry_s
        self._may_repeat = may_repeat
        self._drop = drop
        self._pending: set[asyncio.Future[bool]] = set()
        self._untold = 0
        """How many of them no browser could tell."""
        self._failing = False
        """The store refused the last outcome of which anything was heard."""
        self._none_pending: asyncio.Future[None] | None = None

    def store(self, link: Link, run: Run) -> None:
        """Store what has ended so far; its acknowledgement goes out with the next flush."""
        for outcome in run.course.take_unsaved():
            untold = self._is_untold(run, outcome.index)
            self._untold += untold
            stored = self._store.checkpoint(
                run.task_id, outcome, epoch=link.epoch, hurry=self._is_awaited(run)
            )
            self._pending.add(stored)
            stored.add_done_callback(partial(self._stored, _Sent(link, run, outcome, untold)))

    def may_go_ahead(self, run: Run) -> bool:
        """Whether a command with effects may be sent before all outcomes so far are on disk.

        A hub that is killed leaves behind the first command whose outcome is not on disk as the
        one that may have been sent. When that one has effects as well, it is never sent again:
        either the browser knows what became of it and of those behind it, or the task fails.
        """
        if self._untold or self._failing or run.course.unsaved:
            return False
        return len(self._pending) <= MOST_AHEAD

    def _is_untold(self, run: Run, index: int) -> bool:
        """Whether no browser tells a hub that has forgotten it what a command came to.

        It has not run there, or may run again and so leaves no record.
        """
        return index not in run.answered or self._may_repeat(run.course.record, index)

    def _is_awaited(self, run: Run) -> bool:
        """Whether the next command waits for what is to be stored now, or the one after it may."""
        course = run.course
        if course.is_over or self._may_repeat(course.record, course.index):
            return False
        return self._untold > 0 or len(self._pending) >= MOST_AHEAD // 2

    async def all_stored(self, link: Link, run: Run) -> None:
        """Return when everything that has ended so far is on disk, however long the store fails."""
        while True:
            if self._pending:
                # One future for all: `asyncio.wait` takes ten times as long, for every command.
                self._none_pending = asyncio.get_running_loop().create_future()
                await self._none_pending
            if not run.course.unsaved:
                return
            await pause(self._clock, self._retry_s)
            self.store(link, run)

    def _stored(self, sent: "_Sent", stored: "asyncio.Future[bool]") -> None:
        self._pending.discard(stored)
        self._untold -= sent.untold
        if not self._pending and self._none_pending is not None:
            wake(self._none_pending)
        if stored.cancelled():
            return
        if stored.exception() is not None:
            self._failing = True
            sent.run.course.give_back(sent.outcome)
        elif stored.result():
            self._failing = False
            sent.run.course.saved(sent.outcome)
            sent.link.acknowledge(sent.run.answered.pop(sent.outcome.index, ""))
        else:
            self._drop(sent.link, STALE)
