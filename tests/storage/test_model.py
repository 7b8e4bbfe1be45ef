"""Whatever is asked in whatever order: the store does what a model of thirty lines does."""

import asyncio
from asyncio import Future
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.storage.samples import (
    GONE,
    ending,
    good,
    instance,
    key,
    raw,
    skipped,
    task,
)
from typing_extensions import override

from tabyard.core.errors import (
    IdempotencyConflict,
    InvalidInstance,
    QueueFull,
    StoreUnavailable,
)
from tabyard.storage import SqliteStore, open_store
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus

P = ParamSpec("P")
T = TypeVar("T")

LIMIT = 4
INSTANCES = ("inst_1", "inst_2")
ENDINGS = (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)

instances = st.sampled_from(INSTANCES)
LINES = "SELECT id, kind FROM journal JOIN tasks ON tasks.number = task ORDER BY journal.number"
STORED = "SELECT id, idx FROM outcomes JOIN tasks ON tasks.number = task"

drift = st.sampled_from([0, 0, 0, -1, 1])
"""How far an epoch that somebody names is from the true one."""


@dataclass
class Known:
    """A task, as the model remembers it."""

    id: str
    on: str
    seq: int
    priority: int
    status: TaskStatus = TaskStatus.QUEUED
    epoch: int = 0
    stored: set[int] = field(default_factory=set[int])
    ended_at_ms: int = 0
    story: list[str] = field(default_factory=lambda: ["accepted"])

    @property
    def is_live(self) -> bool:
        return self.status in {TaskStatus.QUEUED, TaskStatus.RUNNING}

    def end(self, status: TaskStatus, at_ms: int) -> None:
        self.status, self.ended_at_ms = status, at_ms
        self.story.append("terminal")


@dataclass
class Browser:
    """An instance, as the model remembers it."""

    epoch: int = 0
    status: str = "gone"
    seq: int = 0


class StoreModel(RuleBasedStateMachine):
    """Drives the store in memory and a model side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.opened = open_store(":memory:")
        self.store: SqliteStore = self.runner.run(self.opened.__aenter__())
        self.browsers: dict[str, Browser] = {}
        self.tasks: dict[str, Known] = {}
        self.keys: dict[str, tuple[str, str, int]] = {}
        self.submitted = 0
        self.now_ms = 100

    @override
    def teardown(self) -> None:
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()

    def ask(self, call: Callable[P, Future[T]], *args: P.args, **named: P.kwargs) -> T:
        """The answer of the store; a future needs a running loop when it is made."""

        async def asked() -> T:
            return await call(*args, **named)

        return self.runner.run(asked())

    def tick(self) -> int:
        self.now_ms += 1
        return self.now_ms

    def live(self, on: str) -> list[Known]:
        """In the order of their lane, the running one first."""
        found = [one for one in self.tasks.values() if one.on == on and one.is_live]
        return sorted(found, key=lambda it: (it.status != "running", -it.priority, it.seq))

    def running(self, on: str) -> Known | None:
        return next((one for one in self.live(on) if one.status == "running"), None)

    @initialize()
    def register(self) -> None:
        for name in INSTANCES:
            self.browsers[name] = Browser()
            self.ask(self.store.add_instance, instance(name))

    @rule(on=instances, priority=st.integers(-1, 1), use=st.sampled_from(["", "k1", "k2"]))
    def submit(self, on: str, priority: int, use: str) -> None:
        self.submitted += 1
        name = f"task_{self.submitted}"
        body = f"body of {use} on {on}"
        new = task(
            name,
            on,
            priority=priority,
            queue_limit=LIMIT,
            idempotency=key(use, body) if use else None,
        )
        browser, live = self.browsers[on], self.live(on)
        if use in self.keys:
            first_body, first, position = self.keys[use]
            if first_body != body:
                with pytest.raises(IdempotencyConflict):
                    self.ask(self.store.submit, new)
                return
            again = self.ask(self.store.submit, new)
            assert (again.task, again.position, again.repeated) == (first, position, True)
            return
        if browser.status == "gone":
            with pytest.raises(InvalidInstance):
                self.ask(self.store.submit, new)
            return
        if len(live) >= LIMIT:
            with pytest.raises(QueueFull):
                self.ask(self.store.submit, new)
            return
        accepted = self.ask(self.store.submit, new)
        browser.seq += 1
        self.tasks[name] = Known(name, on, browser.seq, priority)
        position = [one.id for one in self.live(on)].index(name) + 1
        assert (accepted.task, accepted.position, accepted.repeated) == (name, position, False)
        if use:
            self.keys[use] = (body, name, position)

    @rule(on=instances)
    def attach(self, on: str) -> None:
        browser, running = self.browsers[on], self.running(on)
        attached = self.ask(
            self.store.attach, InstanceId(on), memory=None, ticket_hash=None, at_ms=self.tick()
        )
        browser.epoch += 1
        browser.status = "connected"
        assert attached.epoch == browser.epoch
        assert attached.queued == len(self.live(on)) - (running is not None)
        assert (attached.running and attached.running.id) == (running and running.id)
        if running is not None:
            running.epoch = browser.epoch

    @rule(on=instances, off=drift)
    def detach(self, on: str, off: int) -> None:
        browser = self.browsers[on]
        epoch = browser.epoch + off
        lost = self.ask(self.store.detach, InstanceId(on), epoch=epoch, at_ms=self.tick())
        assert lost == (off == 0 and browser.status == "connected")
        if lost:
            browser.status = "reconnecting"

    @rule(on=instances, off=drift)
    def claim(self, on: str, off: int) -> None:
        browser, live = self.browsers[on], self.live(on)
        record = self.ask(
            self.store.claim, InstanceId(on), epoch=browser.epoch + off, at_ms=self.tick()
        )
        may = off == 0 and browser.status == "connected" and not self.running(on)
        if not may or not live:
            assert record is None
            return
        head = live[0]
        assert record is not None
        assert (record.id, record.epoch) == (head.id, browser.epoch)
        assert {it.index for it in record.outcomes} == head.stored
        head.status, head.epoch = TaskStatus.RUNNING, browser.epoch
        head.story.append("claimed")

    @precondition(lambda self: self.tasks)
    @rule(data=st.data(), index=st.integers(0, 1), off=drift)
    def checkpoint(self, data: st.DataObject, index: int, off: int) -> None:
        one = self.pick(data)
        runs = off == 0 and one.status == "running"
        if runs and index and not one.stored:
            with pytest.raises(StoreUnavailable):
                self.ask(self.store.checkpoint, TaskId(one.id), good(index), epoch=one.epoch)
            return
        stored = self.ask(self.store.checkpoint, TaskId(one.id), good(index), epoch=one.epoch + off)
        assert stored == (off == 0 and one.status == "running")
        if stored:
            one.stored.add(index)

    @precondition(lambda self: self.tasks)
    @rule(data=st.data(), off=drift)
    def requeue(self, data: st.DataObject, off: int) -> None:
        one = self.pick(data)
        done = self.ask(self.store.requeue, TaskId(one.id), epoch=one.epoch + off)
        assert done == (off == 0 and one.status == "running")
        if done:
            one.status = TaskStatus.QUEUED
            one.story.append("requeued")

    @precondition(lambda self: self.tasks)
    @rule(data=st.data(), status=st.sampled_from(ENDINGS), off=drift)
    def finish(self, data: st.DataObject, status: TaskStatus, off: int) -> None:
        one = self.pick(data)
        final = ending(
            one.id, status, epoch=one.epoch + off, at_ms=self.tick(), outcomes=(good(0), good(1))
        )
        done = self.ask(self.store.finish, final)
        assert done == (off == 0 and one.status == "running")
        if done:
            one.stored = {0, 1}
            one.end(status, self.now_ms)

    @precondition(lambda self: self.tasks)
    @rule(data=st.data(), status=st.sampled_from(ENDINGS), off=drift)
    def advance(self, data: st.DataObject, status: TaskStatus, off: int) -> None:
        one = self.pick(data)
        final = ending(
            one.id, status, epoch=one.epoch + off, at_ms=self.tick(), outcomes=(good(0), good(1))
        )
        ended = self.ask(self.store.advance, final, at_ms=self.tick())
        assert ended.stored == (off == 0 and one.status == "running")
        if not ended.stored:
            assert ended.following is None
            return
        one.stored = {0, 1}
        one.end(status, self.now_ms - 1)
        browser, live = self.browsers[one.on], self.live(one.on)
        if browser.status != "connected" or not live:
            assert ended.following is None
            return
        head = live[0]
        assert ended.following is not None
        assert (ended.following.id, ended.following.epoch) == (head.id, browser.epoch)
        head.status, head.epoch = TaskStatus.RUNNING, browser.epoch
        head.story.append("claimed")

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def cancel_queued(self, data: st.DataObject) -> None:
        one = self.pick(data)
        final = ending(
            one.id,
            TaskStatus.CANCELLED,
            epoch=None,
            at_ms=self.tick(),
            outcomes=(skipped(0), skipped(1)),
        )
        done = self.ask(self.store.finish, final)
        assert done == (one.status == "queued")
        if done:
            one.stored = {0, 1}
            one.end(TaskStatus.CANCELLED, self.now_ms)

    @rule(on=instances, off=st.sampled_from([0, -1, None]))
    def retire(self, on: str, off: int | None) -> None:
        browser, live = self.browsers[on], self.live(on)
        epoch = None if off is None else browser.epoch + off
        failed = self.ask(
            self.store.retire, InstanceId(on), epoch=epoch, error=GONE, at_ms=self.tick()
        )
        if off == -1:
            assert failed is None
            return
        assert failed is not None
        assert [it.id for it in failed] == [it.id for it in live]
        browser.status = "gone"
        for one in live:
            one.stored = {0, 1}
            one.end(TaskStatus.FAILED, self.now_ms)

    @rule(ago=st.integers(0, 20), at_most=st.integers(1, 3))
    def sweep(self, ago: int, at_most: int) -> None:
        before = self.now_ms - ago
        self.ask(self.store.sweep, completed_before_ms=before, limit=at_most)
        gone = {it.id for it in self.tasks.values() if not it.is_live and it.ended_at_ms < before}
        self.tasks = {name: one for name, one in self.tasks.items() if name not in gone}
        self.keys = {name: it for name, it in self.keys.items() if it[1] not in gone}

    def pick(self, data: st.DataObject) -> Known:
        return self.tasks[data.draw(st.sampled_from(sorted(self.tasks)))]

    @invariant()
    def the_store_agrees(self) -> None:
        self.runner.run(self._compare())

    async def _compare(self) -> None:
        for on in self.browsers:
            assert await self.store.queued(InstanceId(on)) == len(self.live(on))
        page = await self.store.tasks(TaskFilter(limit=1_000))
        assert {row.id: row.status for row in page.rows} == {
            one.id: one.status for one in self.tasks.values()
        }
        assert page.total == len(self.tasks)
        for status in TaskStatus:
            expected = sum(one.status is status for one in self.tasks.values())
            assert (await self.store.tasks(TaskFilter(status=status))).total == expected
        told: dict[str, list[str]] = {}
        for name, kind in await raw(self.store, LINES):
            told.setdefault(name, []).append(kind)
        assert told == {one.id: one.story for one in self.tasks.values()}
        assert set(await raw(self.store, STORED)) == {
            (one.id, index) for one in self.tasks.values() for index in one.stored
        }


TestStoreModel = StoreModel.TestCase
TestStoreModel.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
