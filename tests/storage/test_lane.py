"""A task in its lane: claimed in order, checkpointed, requeued, ended once."""

import pytest
from tests.storage.samples import (
    attach,
    bad,
    claim,
    ending,
    good,
    raw,
    skipped,
    status_of,
    story_of,
    submit,
    task,
)

from tabyard.core.errors import StoreUnavailable
from tabyard.core.lifecycle import IllegalTransition
from tabyard.core.records import TaskFault
from tabyard.hub.ports import Ended
from tabyard.storage import SqliteStore
from tabyard_protocol.ids import CommandId, InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus

INSTANCE = InstanceId("inst_1")
TASK = TaskId("task_1")


@pytest.mark.proves("lanes:fifo", "lanes:one_running")
async def test_tasks_start_in_order_and_one_at_a_time(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_b", "task_a", "task_c")

    assert await claim(store) == "task_b"
    assert await claim(store) is None
    await store.finish(ending("task_b"))
    assert await claim(store) == "task_a"
    await store.finish(ending("task_a", TaskStatus.FAILED))
    assert await claim(store) == "task_c"


async def test_a_higher_priority_starts_first(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await submit(store, "task_3", "task_4", priority=1)

    order: list[str | None] = []
    while (started := await claim(store)) is not None:
        order.append(started)
        await store.finish(ending(started))

    assert order == ["task_3", "task_4", "task_1", "task_2"]


@pytest.mark.proves("lanes:parallel_instances")
async def test_lanes_of_two_instances_do_not_wait_for_each_other(store: SqliteStore) -> None:
    await attach(store, "inst_1", "inst_2")
    await submit(store, "task_1", on="inst_1")
    await submit(store, "task_2", on="inst_2")

    assert await claim(store, "inst_1") == "task_1"
    assert await claim(store, "inst_2") == "task_2"


async def test_a_claimed_task_comes_whole(store: SqliteStore) -> None:
    await attach(store)
    sent = task()
    await store.submit(sent)

    started = await store.claim(INSTANCE, epoch=1, at_ms=15)

    assert started == await store.task(sent.id)
    assert started is not None
    assert (started.status, started.epoch) == (TaskStatus.RUNNING, 1)
    assert (started.started_at_ms, started.commands) == (15, sent.commands)


async def test_only_the_living_link_claims(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1")

    assert await claim(store, epoch=2) is None
    assert await claim(store, "inst_9") is None
    await store.detach(INSTANCE, epoch=1, at_ms=7)
    assert await claim(store, epoch=1) is None
    await attach(store)
    assert await claim(store, epoch=1) is None
    assert await claim(store, epoch=2) == "task_1"


async def test_outcomes_are_stored_one_by_one(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, TASK)
    await claim(store)

    assert await store.checkpoint(TASK, good(0), epoch=1)
    stored = await store.task(TASK)
    assert stored is not None
    assert (stored.outcomes, stored.current_index) == ((good(0),), 0)

    assert await store.checkpoint(TASK, bad(1), epoch=1)
    stored = await store.task(TASK)
    assert stored is not None
    assert (stored.outcomes, stored.current_index) == ((good(0), bad(1)), 1)


async def test_the_first_outcome_of_a_command_counts(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, TASK)
    await claim(store)
    await store.checkpoint(TASK, good(0), epoch=1)

    assert await store.checkpoint(TASK, bad(0), epoch=1)
    assert await store.finish(ending(TASK, outcomes=(bad(0), good(1))))

    stored = await store.task(TASK)
    assert stored is not None
    assert stored.outcomes == (good(0), good(1))


@pytest.mark.proves("durability:at_most_once")
async def test_no_outcome_is_stored_behind_one_that_is_missing(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, TASK)
    await claim(store)

    with pytest.raises(StoreUnavailable, match="before it"):
        await store.checkpoint(TASK, good(1), epoch=1)
    stored = await store.task(TASK)
    assert stored is not None
    assert stored.outcomes == ()

    assert await store.checkpoint(TASK, good(0), epoch=1)
    assert await store.checkpoint(TASK, good(1), epoch=1)


@pytest.mark.proves("link:epochs_fence")
async def test_an_older_epoch_changes_nothing(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, TASK)
    await claim(store, epoch=1)
    await attach(store)

    assert not await store.checkpoint(TASK, good(0), epoch=1)
    assert not await store.requeue(TASK, epoch=1)
    assert not await store.finish(ending(TASK, epoch=1, outcomes=(good(0), good(1))))

    stored = await store.task(TASK)
    assert stored is not None
    assert (stored.status, stored.epoch, stored.outcomes) == (TaskStatus.RUNNING, 2, ())
    assert await story_of(store, TASK) == ["accepted", "claimed"]


async def test_a_requeued_task_is_the_next_and_keeps_what_it_has(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await claim(store)
    await store.checkpoint(TASK, good(0), epoch=1)

    assert await store.requeue(TASK, epoch=1)
    assert await status_of(store, TASK) is TaskStatus.QUEUED
    assert await store.queued(INSTANCE) == 2

    again = await store.claim(INSTANCE, epoch=1, at_ms=99)
    assert again is not None
    assert (again.id, again.outcomes, again.started_at_ms) == (TASK, (good(0),), 15)
    assert await story_of(store, TASK) == ["accepted", "claimed", "requeued", "claimed"]


async def test_an_ending_says_everything(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, TASK)
    await claim(store)
    error = TaskFault("ELEMENT_NOT_FOUND", "no #buy", CommandId("task_1_cmd_0"))

    assert await store.finish(
        ending(TASK, TaskStatus.FAILED, error=error, outcomes=(bad(0), skipped(1)))
    )

    stored = await store.task(TASK)
    assert stored is not None
    assert (stored.status, stored.completed_at_ms) == (TaskStatus.FAILED, 50)
    assert (stored.error, stored.outcomes) == (error, (bad(0), skipped(1)))
    assert await story_of(store, TASK) == ["accepted", "claimed", "terminal"]


@pytest.mark.proves("durability:one_terminal_event", "durability:final_is_final")
async def test_a_task_ends_once(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, TASK)
    await claim(store)
    assert await store.finish(ending(TASK, outcomes=(good(0), good(1)), current_index=1))
    ended = await store.task(TASK)

    assert not await store.finish(ending(TASK, TaskStatus.CANCELLED))
    assert not await store.finish(ending(TASK, TaskStatus.CANCELLED, epoch=None))
    assert not await store.checkpoint(TASK, bad(1), epoch=1)
    assert not await store.requeue(TASK, epoch=1)

    assert await store.task(TASK) == ended
    assert await story_of(store, TASK) == ["accepted", "claimed", "terminal"]


async def test_a_queued_task_is_cancelled_only_while_it_is_queued(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await claim(store)

    cancelled = ending("task_2", TaskStatus.CANCELLED, epoch=None, outcomes=(skipped(0),))
    assert await store.finish(cancelled)
    assert not await store.finish(ending("task_1", TaskStatus.CANCELLED, epoch=None))

    assert await status_of(store, "task_1") is TaskStatus.RUNNING
    assert await status_of(store, "task_2") is TaskStatus.CANCELLED
    await store.finish(ending("task_1"))
    assert await claim(store) is None


async def test_an_unknown_task_is_stale(store: SqliteStore) -> None:
    nobody = TaskId("task_9")

    assert not await store.finish(ending(nobody))
    assert not await store.checkpoint(nobody, good(0), epoch=1)
    assert not await store.requeue(nobody, epoch=1)


async def test_an_ending_that_is_none_is_refused_at_the_call(store: SqliteStore) -> None:
    with pytest.raises(IllegalTransition):
        store.finish(ending(TASK, TaskStatus.COMPLETED, epoch=None))
    with pytest.raises(AssertionError):
        store.finish(ending(TASK, TaskStatus.QUEUED, epoch=1))


async def test_an_end_and_the_claim_behind_it_are_one_operation(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await claim(store)

    ended = await store.advance(ending("task_1", outcomes=(good(0),)), at_ms=60)

    assert ended.stored
    assert ended.following is not None
    assert ended.following == await store.task(TaskId("task_2"))
    assert (ended.following.status, ended.following.started_at_ms) == (TaskStatus.RUNNING, 60)
    assert await status_of(store, "task_1") is TaskStatus.COMPLETED
    assert await story_of(store, "task_1") == ["accepted", "claimed", "terminal"]
    assert await story_of(store, "task_2") == ["accepted", "claimed"]
    assert await counts(store) == {"queued": 0, "running": 1, "completed": 1}


async def test_where_nothing_more_is_to_start_an_end_claims_nothing(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await claim(store)

    assert await store.advance(ending("task_1"), at_ms=60, claims=False) == Ended(stored=True)

    assert await status_of(store, "task_2") is TaskStatus.QUEUED
    assert await counts(store) == {"queued": 1, "running": 0, "completed": 1}


async def test_an_end_with_nobody_behind_it_is_an_end(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1")
    await claim(store)

    failed = ending("task_1", TaskStatus.FAILED, outcomes=(bad(0),))
    assert await store.advance(failed, at_ms=60) == Ended(stored=True)

    assert await counts(store) == {"queued": 0, "running": 0, "failed": 1}
    assert await store.advance(failed, at_ms=61) == Ended(stored=False)


@pytest.mark.proves("link:epochs_fence", "lanes:one_running")
async def test_behind_a_lost_link_nothing_is_claimed(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await claim(store)
    await store.detach(INSTANCE, epoch=1, at_ms=20)

    assert await store.advance(ending("task_1"), at_ms=60) == Ended(stored=True)
    assert await status_of(store, "task_2") is TaskStatus.QUEUED
    await attach(store)
    assert await claim(store, epoch=2) == "task_2"
    assert await store.advance(ending("task_2", epoch=1), at_ms=61) == Ended(stored=False)
    assert await status_of(store, "task_2") is TaskStatus.RUNNING


async def counts(store: SqliteStore) -> dict[str, int]:
    """How many tasks of the one instance are counted in each state; live ones always."""
    names = ("queued", "running", "completed", "failed", "cancelled")
    ((*numbers,),) = await raw(
        store, "SELECT queued, running, completed, failed, cancelled FROM instances"
    )
    return {
        name: number
        for name, number in zip(names, numbers, strict=True)
        if number or name in ("queued", "running")
    }
