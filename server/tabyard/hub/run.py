"""One task as a lane runs it: its course, what it waits for, and who waits for its end."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tabyard.core.course import Course
from tabyard.core.records import TaskRecord, command_id
from tabyard.core.recovery import HubTrace
from tabyard.hub.answers import Answer, Reply, Unanswered
from tabyard.hub.connection import Link
from tabyard.hub.waiting import wake
from tabyard_protocol.ids import CallId, CommandId, TaskId
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["Ahead", "HubWork", "Run"]

End = asyncio.Future[TaskRecord | None]
"""The record as it ended; None when somebody else has decided its end."""


@dataclass(slots=True)
class HubWork:
    """A command that runs on the hub itself; it outlives the link."""

    command: CommandId
    reply: asyncio.Future[Reply]
    job: asyncio.Task[None] | None = None

    def give_up(self, why: Unanswered) -> None:
        """Nobody wants its answer any more."""
        if not self.reply.done():
            self.reply.set_result(why)
        if self.job is not None:
            self.job.cancel()


class Ahead(NamedTuple):
    """A call that waits in the browser until the one before it has succeeded."""

    command_index: int
    call: CallId
    reply: asyncio.Future[Reply]


@dataclass(slots=True)
class Run:
    """The task that a lane is at."""

    course: Course
    withdrawn: bool = False
    told: int = -1
    """The index of the last command whose start was told; after a loss it starts again untold."""
    told_success: int = -1
    """The same for its success."""
    sent: int = -1
    """No command beyond this index has, or may have, been sent by any hub."""
    call: CallId | None = None
    """The last call at the browser whose turn has come."""
    ahead: Ahead | None = None
    """The one behind it, when it was sent already."""
    expected: asyncio.Future[Reply] | None = None
    """The answer of a call that a former link has left."""
    answered: dict[int, str] = field(default_factory=dict[int, str])
    """Calls whose answers are to be acknowledged once they are stored, by the command's index."""
    deadline_s: float | None = None
    """Monotonic, of the command at the browser."""
    work: HubWork | None = None
    """The command at work on the hub."""
    over: bool = False
    """Its end is stored."""
    parked: asyncio.Future[None] | None = None
    """What its lane waits for between two commands, while the hub goes down."""
    waiting: list[End] = field(default_factory=list[End])

    @property
    def task_id(self) -> TaskId:
        """Of the task."""
        return self.course.record.id

    def trace(self, index: int) -> HubTrace:
        """What this hub knows about the command at `index`."""
        if self.work is not None and self.work.command == command_id(self.task_id, index):
            return HubTrace.ON_HUB
        return HubTrace.SENT if index <= self.sent else HubTrace.NEVER_SENT

    def inherit(self, former: "Run", *, index: int) -> None:
        """Go on where the last link left the same task, with the command at `index`."""
        self.withdrawn = former.withdrawn
        self.told = former.told
        self.told_success = former.told_success
        self.sent = former.sent
        self.work = former.work
        self.waiting = former.waiting
        if former.course.index == index:
            self.deadline_s = former.deadline_s
            if index == self.course.index:
                self.course.started_at_ms = former.course.started_at_ms

    @property
    def calls(self) -> Iterator[CallId]:
        """What was sent to the browser last, the latest first."""
        if self.ahead is not None:
            yield self.ahead.call
        if self.call is not None:
            yield self.call

    def take_ahead(self) -> Ahead | None:
        """The call of the current command, when it was sent already: its turn has come."""
        ahead, self.ahead = self.ahead, None
        return ahead

    def recall(self, link: Link) -> None:
        """Its turn shall not come for what was sent ahead: say so before it can."""
        if self.ahead is not None:
            link.recall(self.ahead.call)

    def give_up_ahead(self, link: Link) -> None:
        """The task ends before the turn of what was sent ahead, which nobody waits for now."""
        if self.ahead is not None:
            self._give_up(link, self.ahead.call, self.ahead.reply, self.ahead.command_index)

    def heard(self, call: str) -> None:
        """The current command was answered: by the browser, or on the hub when `call` is empty."""
        if call:
            self.answered[self.course.index] = call

    def abandon(self, link: Link) -> None:
        """Nobody wants the answer of what is at work for it."""
        if self.work is not None:
            self.work.give_up(Unanswered.WITHDRAWN)
            self.work = None
        elif self.call is not None:
            self._give_up(link, self.call, self.expected, self.sent)

    def withdraw(self, link: Link | None) -> End:
        """Stop it as soon as possible; the future is done when its end is stored."""
        self.withdrawn = True
        if self.work is not None:
            self.work.give_up(Unanswered.WITHDRAWN)
        elif link is not None:
            self.recall(link)
            if self.call is not None:
                link.give_up(self.call, Unanswered.WITHDRAWN)
        if self.parked is not None:
            wake(self.parked)
        end: End = asyncio.get_running_loop().create_future()
        self.waiting.append(end)
        return end

    async def park(self) -> None:
        """Return when it is withdrawn."""
        if not self.withdrawn:
            self.parked = asyncio.get_running_loop().create_future()
            await self.parked

    def release(self, link: Link, ended: TaskStatus) -> None:
        """Its end is stored: the browser may forget its answers, and tidy up."""
        for call in self.calls:
            link.release(call)
        for call in self.answered.values():
            link.acknowledge(call)
        self.answered.clear()
        link.task_ended(self.task_id, ended._value_)

    def ended(self, record: TaskRecord | None) -> None:
        """Tell those who wait."""
        self.over = True
        for end in self.waiting:
            if not end.done():
                end.set_result(record)
        self.waiting.clear()

    def _give_up(
        self, link: Link, call: CallId, reply: "asyncio.Future[Reply] | None", index: int
    ) -> None:
        """Nobody wants the answer; if it has come, it is acknowledged with the end of the task."""
        link.give_up(call, Unanswered.WITHDRAWN)
        come = reply.result() if reply is not None and reply.done() else None
        if isinstance(come, Answer):
            self.answered[index] = come.call
