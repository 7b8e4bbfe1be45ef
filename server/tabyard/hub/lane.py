"""One instance's lane: its tasks, strictly one after the other, for as long as its link lives."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from tabyard.core.course import Course, Finish
from tabyard.core.records import TaskRecord
from tabyard.core.recovery import (
    Continue,
    Fail,
    HubTrace,
    Idle,
    Recovery,
    Requeue,
    Resume,
    last_sent,
)
from tabyard.hub.announce import Announcer
from tabyard.hub.catalogue import Preparer
from tabyard.hub.checkpoints import STALE, Checkpoints
from tabyard.hub.claims import Claims
from tabyard.hub.connection import Link
from tabyard.hub.ports import Clock, Ended, LinkStore, SocketClosed
from tabyard.hub.run import Run
from tabyard.hub.runner import Runner
from tabyard.hub.settings import HubSettings
from tabyard.hub.waiting import wake
from tabyard.hub.writing import ending, written
from tabyard_protocol.ids import CallId, InstanceId

__all__ = ["Lane", "LaneParts"]

logger = logging.getLogger(__name__)

T = TypeVar("T")


class _Stale(Exception):
    """The store knows a newer link of this instance, or another end of this task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneParts:
    """What every lane works with."""

    store: LinkStore
    clock: Clock
    announcer: Announcer
    preparer: Preparer
    runner: Runner
    settings: HubSettings
    spawn: Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
    drop: Callable[[Link, str], None]
    """Ends a link with which this hub can't go on."""


class Lane:
    """Claims, runs and ends the tasks of one instance. Works only between `start` and `stop`."""

    __slots__ = (
        "_checkpoints",
        "_held",
        "_parts",
        "_started_before",
        "_told",
        "_worker",
        "claims",
        "depth",
        "instance_id",
        "link",
        "run",
    )

    def __init__(self, instance_id: InstanceId, parts: LaneParts) -> None:
        self.instance_id = instance_id
        self.depth = 0
        """Queued and running tasks."""
        self.link: Link | None = None
        self.run: Run | None = None
        """The task it is at; kept while the link is lost."""
        self._parts = parts
        self._checkpoints = Checkpoints(
            store=parts.store,
            clock=parts.clock,
            retry_s=parts.settings.store_retry_s,
            may_repeat=parts.preparer.may_repeat,
            drop=parts.drop,
        )
        self.claims = Claims(
            instance_id,
            store=parts.store,
            clock=parts.clock,
            retry_s=parts.settings.store_retry_s,
        )
        self._worker: asyncio.Task[None] | None = None
        self._held = False
        """Nothing is claimed until the browser has let go of what nobody waits for."""
        self._started_before = False
        self._told: Run | None = None
        """The last run whose task's start was told; a requeued task goes on as another run."""

    @property
    def may_have_running(self) -> bool:
        """Whether the store may hold a running task of this lane, while it has no link."""
        if self._started_before:
            return self.run is not None and not self.run.over
        return self.depth > 0

    def wake(self) -> None:
        """A task was queued. Called right after its submission, both land in one commit."""
        if self.link is not None and not self._held:
            self.claims.queued(is_free=self.run is None)

    def rest(self) -> "asyncio.Future[None]":
        """Send nothing more, not even the next command; done when all that was sent has ended."""
        if self.claims.rest is None:
            self.claims.rest = asyncio.get_running_loop().create_future()
            if self.link is None or (self.run is None and not self.claims.is_under_way):
                wake(self.claims.rest)
        return self.claims.rest

    def trace(self, running: TaskRecord | None, index: int) -> HubTrace:
        """What this hub knows about the command at `index` of `running`."""
        if running is None:
            return HubTrace.NONE
        if self.run is not None and self.run.task_id == running.id:
            return self.run.trace(index)
        # This hub claimed it, and lost the link before it sent anything.
        return HubTrace.NEVER_SENT if self._started_before else HubTrace.NONE

    def start(
        self, link: Link, recovery: Recovery, running: TaskRecord | None, *, remembered: bool
    ) -> None:
        """Work on `link`, first of all on what the last link left.

        `remembered`: the browser would know of every call of `running`.
        """
        assert self.link is None
        self.link = link
        self.claims.start(link.epoch)
        self._started_before = True
        if running is not None:
            self._checkpoints.forgotten = None if remembered else running.id
        former, self.run = self.run, None
        if running is not None:
            run = Run(Course.of(running))
            index = run.course.index + len(recovery.adopted)
            if former is not None and former.task_id == running.id:
                run.inherit(former, index=index)
                former = None
            self.run = run
            run.sent = last_sent(recovery, running)
            if isinstance(recovery.verdict, Resume):
                self._parts.runner.expect(link, run, recovery.verdict.call, index=index)
        elif recovery.stop is None:
            self.claims.ask()
        self._held = recovery.stop is not None
        if former is not None:
            former.ended(None)
        self._worker = self._parts.spawn(self._work(link, recovery))

    def stop(self) -> None:
        """The link is lost: nothing more is written under its epoch."""
        self.link = None
        self._held = False
        self.claims.stop()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def clear(self) -> None:
        """The instance is gone, and its tasks have ended."""
        run, self.run = self.run, None
        self.depth = 0
        if run is not None:
            if run.work is not None and run.work.job is not None:
                run.work.job.cancel()
            run.ended(None)

    def concluded(self, run: Run | None, record: TaskRecord) -> None:
        """The end of a task of this lane is stored: now it may be told."""
        self.depth = max(0, self.depth - 1)
        self._parts.preparer.forget(record.id)
        self._parts.announcer.complete(record)
        if run is not None:
            run.ended(record)

    async def _work(self, link: Link, recovery: Recovery) -> None:
        try:
            await self._recover(link, recovery)
            while True:
                self.run = None
                record = await self.claims.next()
                self.run = self._continued(Run(Course.of(record)))
                self.claims.settled()
                await self._follow(link, self.run)
        except SocketClosed:
            pass  # the reader of this link sees it too, and reports the loss
        except _Stale:
            self._parts.drop(link, STALE)
        except Exception:
            # The boundary of a lane: a defect costs this link its life, never the other lanes.
            logger.exception("lane failed", extra={"instance": self.instance_id})
            self._parts.drop(link, "internal error")

    async def _recover(self, link: Link, recovery: Recovery) -> None:
        if recovery.stop is not None:
            await self._parts.runner.stop_orphan(link, recovery.stop)
        run, held, self._held = self.run, self._held, False
        if run is not None:
            await self._go_on(link, run, recovery)
        elif held:
            self.claims.ask()

    async def _go_on(self, link: Link, run: Run, recovery: Recovery) -> None:
        """Bring what the last link left to its end."""
        verdict = recovery.verdict
        for answered in recovery.adopted:
            finish = await self._parts.runner.resume(link, run, answered)
            if finish is not None:
                # Whatever runs behind it runs for nobody.
                run.abandon(link)
                await self._end(link, run, finish)
                return
            self._checkpoints.store(link, run)
        if isinstance(verdict, Requeue | Fail):
            run.abandon(link)
        if isinstance(verdict, Requeue):
            await self._requeue(link, run)
        elif isinstance(verdict, Idle | Continue) or (run.withdrawn and isinstance(verdict, Fail)):
            await self._follow(link, run)
        else:
            finish = await self._parts.runner.resume(link, run, verdict)
            if finish is not None:
                await self._end(link, run, finish)
            else:
                self._checkpoints.store(link, run)
                await self._follow(link, run)

    async def _requeue(self, link: Link, run: Run) -> None:
        if run.withdrawn:
            await self._follow(link, run)
            return

        def write() -> asyncio.Future[bool]:
            requeued = self._parts.store.requeue(run.task_id, epoch=link.epoch)
            self.claims.ask()
            return requeued

        if not await self._written(write(), write):
            raise _Stale
        run.ended(None)

    async def _follow(self, link: Link, run: Run) -> None:
        """Run the task to its end."""
        if self._told is None or self._told.task_id != run.task_id:
            self._parts.announcer.started(run.course.record)
        self._told = run
        while True:
            rest = self.claims.rest
            if rest is not None and run.ahead is None:
                wake(rest)
                await run.park()  # or until `stop`
            if not self._checkpoints.may_send(run):
                await self._checkpoints.all_stored(link, run)
            followed = link.ahead and rest is None and self._checkpoints.may_send_behind(run)
            finish = await self._parts.runner.step(link, run, followed=followed)
            if finish is not None:
                await self._end(link, run, finish)
                return
            self._checkpoints.store(link, run)

    def _continued(self, run: Run) -> Run:
        """`run`, knowing what was told about the same task before it was requeued."""
        if self._told is not None and self._told.task_id == run.task_id:
            run.told = self._told.told
        return run

    async def _end(self, link: Link, run: Run, finish: Finish) -> None:
        """Store the end of a task and, in the same operation, claim the next one."""
        run.give_up_ahead(link)
        given_up = [call for call in run.calls if link.is_given_up(call)]
        if given_up:
            await self._end_alone(link, run, finish, given_up)
            return

        def write() -> asyncio.Future[Ended]:
            now_ms = self._parts.clock.now_ms()
            ended = self._parts.store.advance(
                ending(finish, link.epoch), at_ms=now_ms, claims=self.claims.rest is None
            )
            ended.add_done_callback(partial(self._finished, run, finish.record))
            self.claims.made_with(ended)
            return ended

        if not (await self._written(write(), write)).stored:
            raise _Stale
        run.release(link, finish.record.status)

    async def _end_alone(
        self, link: Link, run: Run, finish: Finish, given_up: Sequence[CallId]
    ) -> None:
        """Store the end of a task, and start nothing before the browser let go of its calls."""

        def write() -> asyncio.Future[bool]:
            stored = self._parts.store.finish(ending(finish, link.epoch))
            stored.add_done_callback(partial(self._finished, run, finish.record))
            return stored

        stored = write()
        # Told first, the browser could answer that it was stopped to a hub that, started anew,
        # does not know of it. A store that fails or hangs keeps nobody from stopping, though.
        await asyncio.wait((stored,), timeout=self._parts.settings.cancel_wait_s)
        await link.let_go(f"the task is {finish.record.status.value}", *given_up)
        if not await self._written(stored, write):
            raise _Stale
        run.release(link, finish.record.status)
        self.claims.ask()

    def _finished(
        self, run: Run, record: TaskRecord, end: "asyncio.Future[bool] | asyncio.Future[Ended]"
    ) -> None:
        """Runs whether or not the lane still does: what is stored has to be told."""
        if end.cancelled() or end.exception() is not None:
            return
        came = end.result()
        if came.stored if isinstance(came, Ended) else came:
            self.concluded(run, record)

    async def _written(
        self, stored: "asyncio.Future[T]", again: Callable[[], "asyncio.Future[T]"]
    ) -> T:
        parts = self._parts
        return await written(stored, again, clock=parts.clock, retry_s=parts.settings.store_retry_s)
