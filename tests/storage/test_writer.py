"""Many operations share a commit, none shares another's failure."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.storage.samples import (
    CountingFaults,
    attach,
    claim,
    ending,
    key,
    picture,
    raw,
    status_of,
    story_of,
    submit,
    task,
)

from tabyard.core.errors import (
    IdempotencyConflict,
    InternalError,
    InvalidInstance,
    QueueFull,
    StoreUnavailable,
)
from tabyard.storage import SqliteStore, open_store
from tabyard.storage.operations.books import move
from tabyard.storage.sql import Row, Sql
from tabyard.storage.sqlite import writer
from tabyard.storage.sqlite.connection import Connection
from tabyard.work.ports import Accepted, TaskFilter
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus


@pytest.fixture
def faults() -> CountingFaults:
    return CountingFaults()


@pytest.fixture(params=["file", "memory"])
async def store(
    request: pytest.FixtureRequest, database: Path, faults: CountingFaults
) -> AsyncGenerator[SqliteStore]:
    where = database if request.param == "file" else ":memory:"
    async with open_store(where, faults=faults) as opened:
        await attach(opened)
        yield opened


@asynccontextmanager
async def one_batch(store: SqliteStore, faults: CountingFaults) -> AsyncGenerator[None]:
    """What is queued in the block waits for one busy commit, and so goes into the next one."""
    faults.hold()
    blocker = store.submit(task("task_blocker"))
    await faults.is_held()
    yield
    faults.release()
    await blocker


async def in_writer(store: SqliteStore, action: Callable[[Connection], Row | None]) -> Row | None:
    """Do something to the connection, where its thread does it."""

    def act(sql: Sql) -> Row | None:
        assert isinstance(sql, Connection)
        return action(sql)

    # The engine's own failures can be had only from the engine.
    return await store._writer.queue(act)  # pyright: ignore[reportPrivateUsage]


async def test_all_that_waits_goes_into_one_commit(
    store: SqliteStore, faults: CountingFaults
) -> None:
    before = faults.commits
    async with one_batch(store, faults):
        waiting = [store.submit(task(f"task_{n}", queue_limit=1_000)) for n in range(200)]

    await asyncio.gather(*waiting)

    assert faults.commits == before + 2


async def test_those_in_no_hurry_share_a_commit_soon_after_the_last(
    store: SqliteStore, faults: CountingFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GATHER_S", 0.2)
    await store.submit(task("task_first"))
    before = faults.commits
    waiting: list[asyncio.Future[Accepted]] = []
    for number in range(5):
        waiting.append(store.submit(task(f"task_{number}")))
        await asyncio.sleep(0.001)
    assert faults.commits == before
    assert [(await one).position for one in waiting] == [2, 3, 4, 5, 6]
    assert faults.commits == before + 1


async def test_those_in_a_hurry_take_the_others_along(
    store: SqliteStore, faults: CountingFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GATHER_S", 60)
    await store.submit(task("task_first"))
    before = faults.commits
    async with asyncio.timeout(5):
        waits = store.submit(task("task_second"))
        started = store.claim(InstanceId("inst_1"), epoch=1, at_ms=15)
        assert (await waits).position == 2
        assert await started is not None
    assert faults.commits == before + 1


async def test_nobody_is_kept_waiting_by_a_store_that_closes(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GATHER_S", 60)
    async with asyncio.timeout(5), open_store(database) as store:
        await attach(store)
        last = store.submit(task("task_last"))
    assert (await last).position == 1


async def test_operations_are_applied_in_the_order_of_the_calls(
    store: SqliteStore, faults: CountingFaults
) -> None:
    async with one_batch(store, faults):
        accepted = store.submit(task("task_1"))
        first = store.finish(ending("task_blocker", TaskStatus.CANCELLED, epoch=None))
        started = store.claim(InstanceId("inst_1"), epoch=1, at_ms=15)
        ended = store.finish(ending("task_1"))
        again = store.finish(ending("task_1"))

    assert (await accepted).position == 2
    assert (await first, await ended, await again) == (True, True, False)
    record = await started
    assert record is not None
    assert record.id == "task_1"


async def test_a_refused_operation_does_not_hurt_its_neighbours(
    store: SqliteStore, faults: CountingFaults
) -> None:
    before = faults.commits
    async with one_batch(store, faults):
        waiting = [
            store.submit(task("task_1", idempotency=key())),
            store.submit(task("task_2", "inst_9")),
            store.submit(task("task_3", queue_limit=1)),
            store.submit(task("task_4", idempotency=key(body="other"))),
            store.submit(task("task_5")),
        ]

    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(answer) for answer in answers] == [
        Accepted,
        InvalidInstance,
        QueueFull,
        IdempotencyConflict,
        Accepted,
    ]
    assert faults.commits == before + 2
    assert [row.id for row in (await store.tasks(TaskFilter())).rows] == [
        "task_5",
        "task_1",
        "task_blocker",
    ]


async def test_an_operation_that_fails_half_way_takes_back_only_its_own(
    store: SqliteStore, faults: CountingFaults, caplog: pytest.LogCaptureFixture
) -> None:
    async with one_batch(store, faults):
        waiting = [
            store.submit(task("task_1")),
            store.submit(task("task_1", priority=1)),
            store.submit(task("task_2", metadata={"a defect": object()})),
            store.submit(task("task_3")),
        ]

    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(one) for one in answers] == [Accepted, InternalError, InternalError, Accepted]
    assert await store.queued(InstanceId("inst_1")) == 3
    assert await raw(store, "SELECT id, seq FROM tasks ORDER BY number") == [
        ("task_blocker", 1),
        ("task_1", 2),
        ("task_3", 3),
    ]
    assert await story_of(store, "task_1") == ["accepted"]
    assert "store operation refused by a constraint" in caplog.messages
    assert store.health() == (True, None)


def change_then_refuse(sql: Sql) -> None:
    """What no operation should do: it refuses after it has written."""
    move(sql, InstanceId("inst_1"), into=TaskStatus.QUEUED, tasks=7)
    raise QueueFull(1)


async def test_a_refusal_takes_back_what_was_written_before_it(
    store: SqliteStore, faults: CountingFaults
) -> None:
    writer = store._writer  # pyright: ignore[reportPrivateUsage] - no method of the store does this
    async with one_batch(store, faults):
        first = store.submit(task("task_1"))
        refused = writer.queue(change_then_refuse)
        last = store.submit(task("task_2"))

    with pytest.raises(QueueFull):
        await refused
    assert ((await first).position, (await last).position) == (2, 3)


@pytest.mark.proves("durability:accepted_is_on_disk")
async def test_nothing_of_a_failed_commit_is_accepted(
    store: SqliteStore, faults: CountingFaults
) -> None:
    await submit(store, "task_0")
    faults.failure = sqlite3.OperationalError("database or disk is full")
    submitted = store.submit(task("task_1"))
    claimed = store.claim(InstanceId("inst_1"), epoch=1, at_ms=15)

    with pytest.raises(StoreUnavailable) as refusal:
        await submitted
    with pytest.raises(StoreUnavailable):
        await claimed

    reason = "database or disk is full"
    assert str(refusal.value) == f"The store can't be written ({reason}); nothing was accepted"
    assert store.health() == (False, reason)
    faults.failure = None
    await store.submit(task("task_2"))
    assert await store.task(TaskId("task_1")) is None
    assert await claim(store) == "task_0"


async def test_a_store_that_failed_works_again_without_a_restart(
    store: SqliteStore, faults: CountingFaults
) -> None:
    faults.failure = OSError(5, "Input/output error")
    with pytest.raises(StoreUnavailable):
        await store.submit(task())
    assert store.health()[0] is False
    faults.failure = None

    assert (await store.submit(task())).position == 1
    assert store.health() == (True, None)


async def test_asking_for_its_health_makes_an_idle_store_try_again(
    store: SqliteStore, faults: CountingFaults
) -> None:
    faults.failure = sqlite3.OperationalError("disk I/O error")
    with pytest.raises(StoreUnavailable):
        await store.submit(task())
    assert store.health() == (False, "disk I/O error")
    faults.failure = None

    # The question above has queued its attempt before this read, which passes the same thread.
    await in_writer(store, lambda sql: sql.say("SELECT 1"))
    assert store.health() == (True, None)


async def test_a_commit_that_writes_nothing_is_no_sign_of_health(
    store: SqliteStore, faults: CountingFaults
) -> None:
    faults.failure = sqlite3.OperationalError("disk I/O error")
    with pytest.raises(StoreUnavailable):
        await store.submit(task())
    faults.failure = None

    assert await store.claim(InstanceId("inst_1"), epoch=1, at_ms=15) is None
    assert store._writer._health.ok is False  # pyright: ignore[reportPrivateUsage] - asking tries
    await submit(store, "task_2")
    assert store.health() == (True, None)


async def test_a_defect_of_the_writer_itself_leaves_nobody_waiting(
    store: SqliteStore, faults: CountingFaults
) -> None:
    faults.failure = ZeroDivisionError("a defect")
    with pytest.raises(StoreUnavailable, match="ZeroDivisionError: a defect"):
        await store.submit(task())
    faults.failure = None

    assert (await store.submit(task())).position == 1


async def test_a_full_queue_refuses_at_once(database: Path, faults: CountingFaults) -> None:
    async with open_store(database, capacity=3, faults=faults) as store:
        await attach(store)
        async with one_batch(store, faults):
            waiting = [store.submit(task(f"task_{n}")) for n in range(3)]
            assert [one.done() for one in waiting] == [False, False, True]
            with pytest.raises(StoreUnavailable, match="3 writes wait already"):
                await waiting[2]

        assert [(await one).position for one in waiting[:2]] == [2, 3]
        assert (await store.submit(task("task_9"))).position == 4


async def test_closing_commits_what_waits_and_then_refuses(
    database: Path, faults: CountingFaults
) -> None:
    async with open_store(database, faults=faults) as store:
        await attach(store)
        faults.hold()
        waiting = [store.submit(task(f"task_{n}")) for n in range(50)]
        faults.release()
    assert [one.result().position for one in waiting] == list(range(1, 51))

    with pytest.raises(StoreUnavailable, match="it is being closed"):
        await store.submit(task("task_late"))
    async with open_store(database) as again:
        assert await again.queued(InstanceId("inst_1")) == 50


async def test_a_caller_that_gave_up_does_not_disturb_the_batch(
    store: SqliteStore, faults: CountingFaults
) -> None:
    async with one_batch(store, faults):
        given_up = store.submit(task("task_1"))
        kept = store.submit(task("task_2"))
        given_up.cancel()

    assert (await kept).position == 3
    assert await store.task(TaskId("task_1")) is not None


async def test_a_disk_that_is_really_full_is_survived(database: Path) -> None:
    async with open_store(database) as store:
        await attach(store)
        pages = await in_writer(store, lambda sql: sql.say("PRAGMA page_count"))
        assert pages is not None
        await in_writer(store, lambda sql: sql.say(f"PRAGMA max_page_count = {pages[0]}"))
        large = {"text": "x" * 100_000}

        with pytest.raises(StoreUnavailable, match="full"):
            await store.submit(task("task_1", metadata=large))
        assert store.health() == (False, "database or disk is full")

        await in_writer(store, lambda sql: sql.say("PRAGMA max_page_count = 1000000"))
        assert (await store.submit(task("task_1", metadata=large))).position == 1
        assert await status_of(store, "task_1") is not None


def broken(sql: Connection) -> None:
    sql.close()


async def test_a_connection_that_is_beyond_repair_is_replaced(database: Path) -> None:
    async with open_store(database) as store:
        await attach(store)

        with pytest.raises(StoreUnavailable):
            await in_writer(store, broken)

        assert (await store.submit(task("task_2"))).position == 1


async def test_memory_that_is_lost_is_not_replaced_by_an_empty_one() -> None:
    async with open_store(":memory:") as store:
        await attach(store)
        with pytest.raises(StoreUnavailable):
            await in_writer(store, broken)

        for name in ("task_1", "task_2"):
            with pytest.raises(StoreUnavailable):
                await store.submit(task(name))


async def test_a_sweep_that_fails_half_way_names_what_is_gone(
    store: SqliteStore, faults: CountingFaults
) -> None:
    for name in ("task_1", "task_2"):
        await submit(store, name)
        await store.add_artifact(picture(f"art_{name}", of=name))
        await store.finish(ending(name, TaskStatus.CANCELLED, epoch=None))
    faults.failure = sqlite3.OperationalError("disk I/O error")
    with pytest.raises(StoreUnavailable):
        await store.sweep(completed_before_ms=1_000, limit=1)

    faults.failing_from = faults.commits + 1
    assert await store.sweep(completed_before_ms=1_000, limit=1) == ["art_task_1"]

    faults.failure = None
    assert await store.sweep(completed_before_ms=1_000, limit=1) == ["art_task_2"]


async def test_a_sweep_that_nobody_waits_for_ends_after_its_batch(
    store: SqliteStore, faults: CountingFaults
) -> None:
    for name in ("task_1", "task_2"):
        await submit(store, name)
        await store.finish(ending(name, TaskStatus.CANCELLED, epoch=None))
    async with one_batch(store, faults):
        store.sweep(completed_before_ms=1_000, limit=1).cancel()
        after = store.submit(task("task_3"))

    await after
    left = [row.id for row in (await store.tasks(TaskFilter())).rows]
    assert left == ["task_3", "task_blocker", "task_2"]


async def test_a_batch_has_a_bound(store: SqliteStore, faults: CountingFaults) -> None:
    before = faults.commits
    async with one_batch(store, faults):
        waiting = [store.detach(InstanceId("inst_9"), epoch=n, at_ms=n) for n in range(1_500)]

    await asyncio.gather(*waiting)

    assert faults.commits == before + 3


async def test_a_database_that_is_moved_away_and_back_is_found_again(database: Path) -> None:
    elsewhere = database.parent.with_name("elsewhere")
    async with open_store(database) as store:
        await attach(store)
        with pytest.raises(StoreUnavailable):
            await in_writer(store, broken)
        await asyncio.to_thread(database.parent.rename, elsewhere)
        with pytest.raises(StoreUnavailable, match="unable to open database file"):
            await store.submit(task("task_1"))

        await asyncio.to_thread(elsewhere.rename, database.parent)
        assert (await store.submit(task("task_1"))).position == 1
