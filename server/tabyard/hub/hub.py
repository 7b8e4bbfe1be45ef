"""The hub: owns every lane, link and timer, and ends them together."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

from tabyard.core.course import Course
from tabyard.core.errors import HubError, InstanceNotFound, ShuttingDown, TaskFinished, TaskNotFound
from tabyard.core.lifecycle import TASK_NEXT, is_final
from tabyard.core.records import TaskRecord
from tabyard.hub.announce import Announcer
from tabyard.hub.answers import Unanswered
from tabyard.hub.artifacts import Artifacts
from tabyard.hub.bus import Bus
from tabyard.hub.catalogue import Preparer
from tabyard.hub.connection import Link
from tabyard.hub.hubtools import BuiltinTools, NoBrowsers
from tabyard.hub.instance import Instance
from tabyard.hub.lane import Lane, LaneParts
from tabyard.hub.lending import Lending
from tabyard.hub.news import News
from tabyard.hub.ports import Blobs, Browsers, Clock, HubTools, Ids, LinkStore, ToolFailed
from tabyard.hub.presence import Presence
from tabyard.hub.registry import Registry
from tabyard.hub.run import Run
from tabyard.hub.runner import Runner
from tabyard.hub.settings import HubSettings
from tabyard.hub.writing import ending
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceKind
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["Hub"]

logger = logging.getLogger(__name__)

_GOODBYE: Final = "the hub is shutting down"

Pictures = Callable[[InstanceId, bytes], None]
"""Takes the binary frames of screencasts."""


class Hub:
    """Connects browsers to the store's queues. Enter it to start; leaving it ends all links."""

    def __init__(
        self,
        *,
        store: LinkStore,
        blobs: Blobs,
        clock: Clock,
        ids: Ids,
        settings: HubSettings,
        tools: HubTools | None = None,
        browsers: Browsers | None = None,
        server_version: str = "0",
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self.bus = Bus(
            epoch=ids.session().removeprefix("sess_"),
            history_events=settings.history_events,
            history_bytes=settings.history_bytes,
            reader_events=settings.reader_events,
            reader_bytes=settings.reader_bytes,
        )
        self.announcer = Announcer(bus=self.bus, clock=clock)
        self.news = News()
        self.preparer = Preparer(command_timeout_ms=settings.command_timeout_ms)
        self.registry = Registry(
            store=store, clock=clock, ids=ids, settings=settings, lane=self._new_lane
        )
        self.builtin = BuiltinTools(
            viewer=self.registry,
            clock=clock,
            browsers=browsers or NoBrowsers(),
            dismiss=self.dismiss,
        )
        self.tools: HubTools = tools or self.builtin
        self.pictures: Pictures = lambda _instance, _frame: None
        self.presence = Presence(
            store=store,
            registry=self.registry,
            announcer=self.announcer,
            preparer=self.preparer,
            clock=clock,
            ids=ids,
            settings=settings,
            server_version=server_version,
            spawn=self.spawn,
        )
        self._store = store
        runner = Runner(
            tools=self.tools,
            artifacts=Artifacts(
                store=store,
                blobs=blobs,
                clock=clock,
                ids=ids,
                downloaded=self.builtin.downloaded,
            ),
            lending=Lending(store=store, blobs=blobs, lend=self.builtin.lend),
            announcer=self.announcer,
            preparer=self.preparer,
            clock=clock,
            settings=settings,
            spawn=self.spawn,
        )
        self._lane_parts = LaneParts(
            store=store,
            clock=clock,
            announcer=self.announcer,
            preparer=self.preparer,
            runner=runner,
            settings=settings,
            spawn=self.spawn,
            drop=self._drop,
        )
        self._group = asyncio.TaskGroup()
        self._jobs: set[asyncio.Task[None]] = set()
        self._open = False
        self._draining = False

    def use_browsers(self, browsers: Browsers) -> None:
        """Start and end browsers with `browsers` from now on; they may need the hub themselves."""
        self.builtin.browsers = browsers

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._open = True
        await self.presence.remember()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.farewell()
        for job in tuple(self._jobs):
            job.cancel()
        await self._group.__aexit__(kind, error, trace)

    async def drain(self, *, within_s: float) -> bool:
        """Take no more work and start no further command; whether those that ran ended in time.

        What is left of their tasks goes on when the next hub meets the same browsers.
        """
        self._draining = True
        resting = [instance.lane.rest() for instance in self.registry.all()]
        if not resting:
            return True
        _, late = await asyncio.wait(resting, timeout=within_s)
        return not late

    async def farewell(self) -> None:
        """Tell links, readers and waiting callers that the hub goes down. Idempotent."""
        self._open = False
        self.bus.close()
        self.announcer.abandon()
        async with asyncio.TaskGroup() as goodbyes:
            for instance in self.registry.all():
                if instance.grace is not None:
                    instance.grace.cancel()
                instance.lane.stop()
                if instance.lane.run is not None:
                    # Who waits for it to be cancelled asks the store, which can still be written.
                    instance.lane.run.ended(None)
                link, instance.link = instance.link, None
                if link is not None:
                    goodbyes.create_task(link.close(CloseCode.GOING_AWAY, _GOODBYE))

    @property
    def is_open(self) -> bool:
        """Whether it takes work."""
        return self._open and not self._draining

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run `work` while the hub lives. A defect in it is logged, and ends nothing else."""
        if not self._open:
            work.close()
            raise ShuttingDown
        job = self._group.create_task(_guarded(work))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        # A job that is cancelled before its first step would leave its coroutine unawaited.
        job.add_done_callback(lambda _: work.close())
        return job

    def wake(self, instance: InstanceId) -> None:
        """Something was queued for `instance`. Call it right after the store was told."""
        known = self.registry.get(instance)
        if known is not None:
            known.lane.wake()

    def accepted(self, instance: InstanceId) -> None:
        """A submission for `instance` is stored: its queue is longer by one."""
        known = self.registry.get(instance)
        if known is not None:
            known.lane.depth += 1

    def run_of(self, task: TaskId, instance: InstanceId) -> Run | None:
        """What is going on with `task` right now, if it is the running one of `instance`."""
        known = self.registry.get(instance)
        run = known.lane.run if known is not None else None
        return run if run is not None and run.task_id == task and not run.over else None

    async def cancel(self, task: TaskId) -> TaskRecord:
        """End `task` as cancelled; back when that is stored and told, not when the browser stopped.

        Raises:
            TaskNotFound: nobody knows it.
            TaskFinished: it has ended, or ended in the same moment.
        """
        while True:
            record = await self._store.task(task)
            if record is None:
                raise TaskNotFound(task)
            if is_final(TASK_NEXT, record.status):
                raise TaskFinished(task, record.status)
            ended = await self._try_cancel(record)
            if ended is None:
                continue  # it moved on meanwhile: look again
            if ended.status is not TaskStatus.CANCELLED:
                raise TaskFinished(task, ended.status)
            # Readers hear of it in the turn before the caller does.
            self.bus.catch_up()
            await asyncio.sleep(0)
            return ended

    async def dismiss(self, instance: InstanceId, *, reason: str) -> None:
        """End an instance's presence at once, without grace. Raises `InstanceNotFound`."""
        await self.presence.dismiss(self._known(instance), reason=reason)

    async def rename(self, instance: InstanceId, label: str) -> None:
        """Give an instance another label. Raises `InstanceNotFound`, `StoreUnavailable`."""
        await self.presence.rename(self._known(instance), label)

    async def revoke(self, instance: InstanceId) -> None:
        """End an instance's pairing and presence; one that was launched ends with them.

        Raises:
            InstanceNotFound, StoreUnavailable.
        """
        known = self._known(instance)
        await self.presence.revoke(known)
        if known.record.kind is InstanceKind.LAUNCHED:
            # It may have ended already, and a browser that nobody can reach is of no use.
            with suppress(ToolFailed, HubError):
                await self.builtin.browsers.close(instance)

    def _known(self, instance: InstanceId) -> Instance:
        known = self.registry.get(instance)
        if known is None:
            raise InstanceNotFound(instance)
        return known

    async def _try_cancel(self, record: TaskRecord) -> TaskRecord | None:
        """The record as it ended; None when it moved on before anything could be decided."""
        instance = self.registry.get(record.instance_id)
        if record.status is TaskStatus.QUEUED or instance is None:
            return await self._cancel_in_store(record, instance)
        lane = instance.lane
        if lane.link is not None:
            run = self.run_of(record.id, instance.id)
            if run is not None:
                return await run.withdraw(lane.link)
            if lane.claims.is_under_way:
                await lane.claims.moved()
                return None
            return await self._cancel_in_store(record, instance)
        async with instance.attaching:
            if lane.link is not None:
                return None
            return await self._cancel_in_store(record, instance)

    async def _cancel_in_store(
        self, record: TaskRecord, instance: Instance | None
    ) -> TaskRecord | None:
        """Nobody is at work on it: the store alone decides."""
        finish = Course.of(record).cancel(self.clock.now_ms())
        epoch = None if record.status is TaskStatus.QUEUED else record.epoch
        stored = self._store.finish(ending(finish, epoch))
        stored.add_done_callback(partial(self._cancelled, instance, finish.record))
        return finish.record if await asyncio.shield(stored) else None

    def _cancelled(
        self, instance: Instance | None, record: TaskRecord, stored: "asyncio.Future[bool]"
    ) -> None:
        if stored.cancelled() or stored.exception() is not None or not stored.result():
            return
        if instance is None:
            self.announcer.complete(record)
            return
        run = self.run_of(record.id, instance.id)
        if run is not None and run.work is not None:
            run.work.give_up(Unanswered.WITHDRAWN)
        instance.lane.concluded(run, record)

    def _new_lane(self, instance: InstanceId) -> Lane:
        return Lane(instance, self._lane_parts)

    def _drop(self, link: Link, reason: str) -> None:
        """This hub can't go on with `link`: the browser has to come back and say hello again."""
        known = self.registry.get(link.instance_id)
        if known is not None:
            self.presence.lost(known, link, reason)
        if self._open:
            self.spawn(link.close(CloseCode.STALE_EPOCH, reason))


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        # The boundary of everything that the hub runs in the background.
        logger.exception("background work failed")
