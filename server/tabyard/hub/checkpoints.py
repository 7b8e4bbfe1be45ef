"""Outcomes on their way to disk, and how far ahead of them commands may be sent."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from tabyard.core.records import Outcome, TaskRecord
from tabyard.core.recovery import MOST_AHEAD
from tabyard.hub.connection import Link
from tabyard.hub.ports import Clock, LinkStore
from tabyard.hub.run import Run
from tabyard.hub.waiting import pause, wake
from tabyard_protocol.ids import TaskId

__all__ = ["STALE", "Checkpoints"]

STALE: Final = "a newer link has taken over"


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
        "forgotten",
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
        self.forgotten: TaskId | None = None
        """A task of whose calls the browser may not know all: nothing of it is sent ahead, since
        what waits when the link is lost could not be told from what has begun."""
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

    def may_send(self, run: Run) -> bool:
        """Whether the next command may be sent before all outcomes so far are on disk."""
        return self._is_harmless(run) or self._may_go_ahead(run)

    def may_send_behind(self, run: Run) -> bool:
        """Whether the command behind the next may be sent before that one has ended.

        When the next is lost and may run again, so may all that can have run behind it.
        """
        task, index = run.course.record, run.course.index
        if index + 1 >= len(task.commands) or task.id == self.forgotten:
            return False
        if self._may_repeat(task, index + 1):
            return True
        return not self._may_repeat(task, index) and self._may_go_ahead(run, expected=1)

    def _may_go_ahead(self, run: Run, *, expected: int = 0) -> bool:
        """Whether a command with effects may be sent before all outcomes so far are on disk.

        A hub that is killed leaves behind the first command whose outcome is not on disk as the
        one that may have been sent. When that one has effects as well, it is never sent again:
        either the browser knows what became of it and of those behind it, or the task fails.
        `expected`: so many outcomes are still to come, of commands with effects as well.
        """
        if self._untold or self._failing or run.course.unsaved:
            return False
        return len(self._pending) + expected <= MOST_AHEAD

    def _is_harmless(self, run: Run) -> bool:
        """Whether the next command may run twice, or there is none."""
        course = run.course
        return course.is_over or self._may_repeat(course.record, course.index)

    def _is_untold(self, run: Run, index: int) -> bool:
        """Whether no browser tells a hub that has forgotten it what a command came to.

        It has not run there, or may run again and so leaves no record.
        """
        return index not in run.answered or self._may_repeat(run.course.record, index)

    def _is_awaited(self, run: Run) -> bool:
        """Whether the next command waits for what is to be stored now, or the one after it may."""
        if self._is_harmless(run):
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
