"""What is over for long enough goes, with everything that belongs to it, and nothing else."""

from sqlalchemy import func, select
from tests.storage.samples import (
    attach,
    claim,
    ending,
    good,
    key,
    picture,
    raw,
    skipped,
    submit,
    task,
)

from tabyard.storage import SqliteStore
from tabyard.storage.tables import artifacts, bodies, idempotency, journal, outcomes, tasks
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus


async def end_one(store: SqliteStore, name: str, *, at_ms: int) -> None:
    """A task that has come and gone."""
    await submit(store, name)
    assert await claim(store) == name
    await store.finish(ending(name, at_ms=at_ms, outcomes=(good(0), good(1))))


async def test_only_what_ended_before_goes(store: SqliteStore) -> None:
    await attach(store)
    await end_one(store, "task_old", at_ms=100)
    await end_one(store, "task_new", at_ms=200)
    await submit(store, "task_running", "task_queued")
    await claim(store)

    await store.sweep(completed_before_ms=200, limit=10)

    found = await store.tasks(TaskFilter())
    assert [row.id for row in found.rows] == ["task_queued", "task_running", "task_new"]
    assert found.total == 3
    assert await store.task(TaskId("task_old")) is None
    assert await store.queued(InstanceId("inst_1")) == 2


PARTS = {
    "tasks": tasks.c.number,
    "bodies": bodies.c.task,
    "outcomes": outcomes.c.task,
    "idempotency": idempotency.c.task,
    "artifacts": artifacts.c.task,
    "journal": journal.c.task,
}


async def sizes(store: SqliteStore) -> dict[str, int]:
    """How many rows of each table belong to a task."""
    counted = {name: await raw(store, str(select(func.count(it)))) for name, it in PARTS.items()}
    return {name: rows[0][0] for name, rows in counted.items()}


async def test_nothing_of_a_swept_task_stays(store: SqliteStore) -> None:
    await attach(store)
    await store.submit(task("task_1", idempotency=key()))
    await claim(store)
    await store.add_artifact(picture("art_1", of="task_1"))
    await store.finish(ending("task_1", outcomes=(good(0), skipped(1))))
    assert 0 not in (await sizes(store)).values()

    removed = await store.sweep(completed_before_ms=1_000, limit=10)

    assert removed == ["art_1"]
    assert await sizes(store) == dict.fromkeys(PARTS, 0)


async def test_a_sweep_takes_as_many_commits_as_it_needs(store: SqliteStore) -> None:
    await attach(store)
    for count in range(7):
        await end_one(store, f"task_{count}", at_ms=100)
        await store.add_artifact(picture(f"art_{count}", of=f"task_{count}"))

    removed = await store.sweep(completed_before_ms=1_000, limit=2)

    assert sorted(removed) == [f"art_{count}" for count in range(7)]
    assert (await store.tasks(TaskFilter())).total == 0


async def test_totals_follow_the_sweep(store: SqliteStore) -> None:
    await attach(store)
    await end_one(store, "task_1", at_ms=100)
    await submit(store, "task_2")
    await store.finish(ending("task_2", TaskStatus.CANCELLED, epoch=None, at_ms=300))

    await store.sweep(completed_before_ms=200, limit=10)

    assert (await store.tasks(TaskFilter(status=TaskStatus.COMPLETED))).total == 0
    assert (await store.tasks(TaskFilter(status=TaskStatus.CANCELLED))).total == 1


async def test_a_picture_without_a_task_goes_by_its_age(store: SqliteStore) -> None:
    await attach(store)
    await store.add_artifact(picture("art_old", at_ms=100))
    await store.add_artifact(picture("art_late", of="task_swept", at_ms=100))
    await store.add_artifact(picture("art_new", at_ms=300))

    removed = await store.sweep(completed_before_ms=200, limit=1)

    assert sorted(removed) == ["art_late", "art_old"]
    assert await store.artifact(ArtifactId("art_new")) is not None


async def test_a_picture_stays_as_long_as_its_task(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1")
    await store.add_artifact(picture("art_1", of="task_1", at_ms=1))

    assert await store.sweep(completed_before_ms=10_000, limit=10) == []
    assert await store.artifact(ArtifactId("art_1")) is not None


async def test_a_key_can_be_used_anew_after_the_sweep(store: SqliteStore) -> None:
    await attach(store)
    await store.submit(task("task_1", idempotency=key(body="aa")))
    await store.finish(ending("task_1", TaskStatus.CANCELLED, epoch=None))
    await store.sweep(completed_before_ms=1_000, limit=10)

    again = await store.submit(task("task_2", idempotency=key(body="bb")))

    assert not again.repeated
