"""One task as a lane runs it: its course, what it waits for, and who waits for its end."""

import asyncio
from dataclasses import dataclass, field

from tabyard.core.course import Course
from tabyard.core.records import TaskRecord, command_id
from tabyard.core.recovery import HubTrace
from tabyard.hub.answers import Answer, Reply, Unanswered
from tabyard.hub.connection import Link
from tabyard.hub.waiting import wake
from tabyard_protocol.ids import CallId, CommandId, TaskId
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["HubWork", "Run"]

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
    """The last call at the browser."""
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
            link.give_up(self.call, Unanswered.WITHDRAWN)
            come = self.expected.result() if self.expected and self.expected.done() else None
            if isinstance(come, Answer):
                self.answered[self.sent] = come.call

    def withdraw(self, link: Link | None) -> End:
        """Stop it as soon as possible; the future is done when its end is stored."""
        self.withdrawn = True
        if self.work is not None:
            self.work.give_up(Unanswered.WITHDRAWN)
        elif self.call is not None and link is not None:
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
        if self.call is not None:
            link.release(self.call)
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
