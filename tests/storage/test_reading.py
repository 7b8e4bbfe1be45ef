"""Lists, totals and the ways by which the engine finds them."""

import asyncio
import threading
from pathlib import Path

import pytest
from tests.storage.samples import attach, claim, ending, good, picture, submit

from tabyard.core.errors import StoreUnavailable
from tabyard.storage import SqliteStore, open_store
from tabyard.storage.operations import books, lane, places, reading, submission, sweeping
from tabyard.storage.sql import Sql, Statement
from tabyard.storage.sqlite.connection import TEXTS, open_memory
from tabyard.storage.sqlite.readers import CAPACITY
from tabyard.storage.sqlite.schema import create
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus


async def page(store: SqliteStore, **wanted: object) -> tuple[list[str], int]:
    """The ids of a page, and the total."""
    found = await store.tasks(TaskFilter(**wanted))  # pyright: ignore[reportArgumentType]
    return [row.id for row in found.rows], found.total


async def populate(store: SqliteStore) -> None:
    """Two instances; inst_1 has one task in each state but failed, inst_2 two that failed."""
    await attach(store, "inst_1", "inst_2")
    await submit(store, "a_done", "b_dropped", "c_running", "d_queued")
    await submit(store, "e_failed", "f_failed", on="inst_2")
    await claim(store)
    await store.finish(ending("a_done"))
    await store.finish(ending("b_dropped", TaskStatus.CANCELLED, epoch=None))
    await claim(store)
    for name in ("e_failed", "f_failed"):
        assert await claim(store, "inst_2") == name
        await store.finish(ending(name, TaskStatus.FAILED))


async def test_a_list_starts_with_the_newest(store: SqliteStore) -> None:
    await populate(store)

    assert await page(store) == (
        ["f_failed", "e_failed", "d_queued", "c_running", "b_dropped", "a_done"],
        6,
    )


async def test_a_page_is_a_part_and_the_total_the_whole(store: SqliteStore) -> None:
    await populate(store)

    assert await page(store, limit=2, offset=1) == (["e_failed", "d_queued"], 6)
    assert await page(store, limit=2, offset=6) == ([], 6)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (TaskStatus.QUEUED, ["d_queued"]),
        (TaskStatus.RUNNING, ["c_running"]),
        (TaskStatus.COMPLETED, ["a_done"]),
        (TaskStatus.CANCELLED, ["b_dropped"]),
        (TaskStatus.FAILED, ["f_failed", "e_failed"]),
    ],
)
async def test_a_list_of_one_status(
    store: SqliteStore, status: TaskStatus, expected: list[str]
) -> None:
    await populate(store)

    assert await page(store, status=status) == (expected, len(expected))
    on_first = [name for name in expected if not name.endswith("failed")]
    assert await page(store, status=status, instance_id="inst_1") == (on_first, len(on_first))


async def test_a_list_of_one_instance(store: SqliteStore) -> None:
    await populate(store)

    assert await page(store, instance_id="inst_2") == (["f_failed", "e_failed"], 2)
    assert await page(store, instance_id="inst_1", limit=1) == (["d_queued"], 4)
    assert await page(store, instance_id="inst_9") == ([], 0)


async def test_a_row_shows_what_a_list_needs(store: SqliteStore) -> None:
    await populate(store)

    found = await store.tasks(TaskFilter(status=TaskStatus.COMPLETED))
    (row,) = found.rows

    assert (row.name, row.intention, row.command_count) == ("buy", "buy a lamp", 2)
    assert (row.created_at_ms, row.started_at_ms, row.completed_at_ms) == (10, 15, 50)
    assert (row.error_code, row.current_index) == (None, 0)


async def test_an_artifact_is_known_by_its_id(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1")
    await store.add_artifact(picture("art_1", of="task_1"))

    assert await store.artifact(ArtifactId("art_1")) == picture("art_1", of="task_1")
    assert await store.artifact(ArtifactId("art_2")) is None


async def test_reads_see_what_was_acknowledged(store: SqliteStore) -> None:
    await attach(store)

    for count in range(1, 30):
        await submit(store, f"task_{count}")
        assert await store.queued(InstanceId("inst_1")) == count


async def test_an_answer_is_of_one_moment(database: Path) -> None:
    """A reader that has begun does not see what is committed while it reads."""
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    one = InstanceId("inst_1")

    def twice(sql: Sql) -> tuple[int, int]:
        first = reading.read_queued(sql, one)
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(5)
        return first, reading.read_queued(sql, one)

    async with open_store(database) as store, asyncio.timeout(5), asyncio.TaskGroup() as group:
        await attach(store)
        readers = store._readers  # pyright: ignore[reportPrivateUsage] - no question of ours waits
        answer = group.create_task(readers.read(twice))
        await begun.wait()
        await submit(store, "task_1")
        go_on.set()

        assert await answer == (0, 0)
        assert await store.queued(one) == 1


async def test_a_flood_of_reads_is_refused(database: Path) -> None:
    async with open_store(database) as store:
        many = [store.queued(InstanceId("inst_1")) for _ in range(CAPACITY + 3)]
        answers = await asyncio.gather(*many, return_exceptions=True)

        refused = [one for one in answers if isinstance(one, StoreUnavailable)]
        assert [str(one.reason) for one in refused] == [f"{CAPACITY} reads wait already"] * 3
        assert await store.queued(InstanceId("inst_1")) == 0


def plan_of(statement: Statement) -> str:
    """How SQLite would find the rows, with the default statistics of an empty database."""
    connection = open_memory()
    create(connection)
    prepared = TEXTS[statement]
    marks = [0] * prepared.text.count("?")
    rows = connection.raw.execute(f"EXPLAIN QUERY PLAN {prepared.text}", marks).fetchall()
    connection.close()
    return " | ".join(row[3] for row in rows)


def indexed(*, instance: bool, status: TaskStatus | None) -> str:
    """The index that must answer a list."""
    ended = status in {TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED}
    match (instance, status):
        case (False, None):
            return "SCAN tasks"  # by its own key, newest first
        case (True, None):
            return "tasks_ended_by_instance"
        case (False, _) if ended:
            return "tasks_ended_by_status"
        case (True, _) if ended:
            return "tasks_ended_by_instance"
        case (_, TaskStatus.RUNNING):
            return "tasks_one_running"
        case _:
            return "tasks_lane"


@pytest.mark.parametrize(("instance", "status"), reading.PAGES)
def test_a_list_is_found_by_the_index_of_its_own_kind(
    *, instance: bool, status: TaskStatus | None
) -> None:
    plan = plan_of(reading.PAGES[instance, status])

    assert indexed(instance=instance, status=status) in plan
    sorts = plan.count("TEMP B-TREE FOR ORDER BY")
    # Once for the page itself; what is live may be sorted, since it is never much.
    live = {TaskStatus.QUEUED, TaskStatus.RUNNING} & ({status} if status else set(TaskStatus))
    assert sorts <= 1 + (len(live) if instance or status else 0)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (lane.HEAD, "tasks_lane"),
        (lane.ADD_RUNNING_OUTCOME, "tasks USING INTEGER PRIMARY KEY"),
        (lane.RUNS, "tasks USING INTEGER PRIMARY KEY"),
        (lane.END_RUNNING, "tasks USING INTEGER PRIMARY KEY"),
        (lane.END_QUEUED, "tasks USING INTEGER PRIMARY KEY"),
        (places.FIND, "sqlite_autoindex_tasks_1"),
        *((move, "sqlite_autoindex_instances_1") for move in books.MOVE_ONE.values()),
        (submission.PLACE, "tasks_lane"),
        (submission.SEEN, "sqlite_autoindex_idempotency_1"),
        (reading.OUTCOMES, "PRIMARY KEY (task=?)"),
        (reading.RUNNING, "tasks_one_running"),
        (sweeping.VICTIMS, "tasks_ended"),
        (sweeping.DROP_ARTIFACTS, "artifacts_by_task"),
        (sweeping.DROP_LOOSE, "artifacts_loose"),
        (sweeping.DROP_NOTES, "journal_of_instances"),
        *((drop, "SEARCH") for drop in sweeping.DROP_PARTS),
    ],
)
def test_a_million_rows_are_never_walked(statement: Statement, index: str) -> None:
    plan = plan_of(statement)

    assert index in plan
    assert "SCAN tasks |" not in f"{plan} |"
    assert "SCAN journal |" not in f"{plan} |"


async def test_lists_say_how_far_a_task_has_come_while_it_runs(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1")
    await claim(store)

    async def reached() -> tuple[int, int]:
        [row] = (await store.tasks(TaskFilter())).rows
        record = await store.task(TaskId("task_1"))
        assert record is not None
        return row.current_index, record.current_index

    assert await reached() == (0, 0)
    for index in range(2):
        assert await store.checkpoint(TaskId("task_1"), good(index), epoch=1)
        assert await reached() == (index, index)
    assert await store.checkpoint(TaskId("task_1"), good(1), epoch=1), "as it was stored before"
    assert not await store.checkpoint(TaskId("task_1"), good(2), epoch=7)
    assert await store.finish(ending("task_1", current_index=2))
    assert await reached() == (2, 2)
