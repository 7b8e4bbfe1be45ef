"""A task is accepted, or refused without a trace."""

import asyncio

import pytest
from tests.storage.samples import (
    GONE,
    attach,
    claim,
    ending,
    instance,
    key,
    raw,
    story_of,
    submit,
    task,
)

from tabyard.core.errors import IdempotencyConflict, InvalidInstance, QueueFull
from tabyard.storage import SqliteStore
from tabyard.work.ports import Accepted, TaskFilter
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import TaskStatus

INSTANCE = InstanceId("inst_1")


async def test_an_accepted_task_can_be_read_as_it_was_sent(store: SqliteStore) -> None:
    await attach(store)
    sent = task(session="s1", dialogs="accept", priority=3)

    accepted = await store.submit(sent)

    assert accepted == Accepted(sent.id, INSTANCE, TaskStatus.QUEUED, position=1, repeated=False)
    stored = await store.task(sent.id)
    assert stored is not None
    assert stored.status is TaskStatus.QUEUED
    assert (stored.name, stored.intention, stored.metadata) == ("buy", "buy a lamp", {"order": 7})
    assert (stored.session, stored.dialogs, stored.priority) == ("s1", "accept", 3)
    assert stored.commands == sent.commands
    assert (stored.seq, stored.created_at_ms, stored.started_at_ms) == (1, 10, None)
    assert (stored.epoch, stored.error, stored.outcomes) == (None, None, ())
    assert await story_of(store, sent.id) == ["accepted"]


async def test_odd_values_survive(store: SqliteStore) -> None:
    await attach(store)
    odd: JsonObject = {
        "big": 2**70,
        "text": "naïve \u2028 🚂",
        "nested": [{"a": [None, True, 1.5]}],
        "": {},
        "half": "\ud83d",
    }

    await store.submit(task(metadata=odd))

    stored = await store.task(TaskId("task_1"))
    assert stored is not None
    assert stored.metadata is not None
    assert int(stored.metadata.pop("big")) == 2**70
    assert stored.metadata == {name: value for name, value in odd.items() if name != "big"}


async def test_what_is_unknown_is_none(store: SqliteStore) -> None:
    assert await store.task(TaskId("task_9")) is None
    assert await store.queued(INSTANCE) == 0


async def test_positions_count_the_running_task_and_not_what_has_ended(
    store: SqliteStore,
) -> None:
    await attach(store)
    positions = [(await store.submit(task(f"task_{n}"))).position for n in range(3)]
    assert positions == [1, 2, 3]

    assert await claim(store) == "task_0"
    await store.finish(ending("task_0"))
    assert await claim(store) == "task_1"

    assert (await store.submit(task("task_3"))).position == 3
    assert await store.queued(INSTANCE) == 3


async def test_a_position_counts_those_that_run_earlier(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_low", priority=-1)
    await submit(store, "task_normal")

    assert (await store.submit(task("task_high", priority=5))).position == 1
    assert (await store.submit(task("task_next", priority=0))).position == 3
    assert (await store.submit(task("task_last", priority=-1))).position == 5


@pytest.mark.proves("lanes:queue_bounded")
async def test_a_task_over_the_limit_is_refused_and_leaves_no_trace(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2", queue_limit=2)
    assert await claim(store) == "task_1"

    with pytest.raises(QueueFull) as refusal:
        await store.submit(task("task_3", queue_limit=2))

    assert refusal.value.limit == 2
    assert await store.task(TaskId("task_3")) is None
    assert (await store.tasks(TaskFilter())).total == 2
    await store.finish(ending("task_1"))
    assert (await store.submit(task("task_3", queue_limit=2))).position == 2


async def test_a_queue_belongs_to_one_instance(store: SqliteStore) -> None:
    await attach(store, "inst_1", "inst_2")
    await submit(store, "task_1", on="inst_1", queue_limit=1)

    assert (await store.submit(task("task_2", "inst_2", queue_limit=1))).position == 1


async def test_an_instance_that_is_lost_takes_tasks_and_one_that_is_gone_does_not(
    store: SqliteStore,
) -> None:
    with pytest.raises(InvalidInstance):
        await store.submit(task())
    await store.add_instance(instance())
    with pytest.raises(InvalidInstance):
        await store.submit(task())

    await attach(store)
    await store.detach(INSTANCE, epoch=1, at_ms=7)
    assert (await store.submit(task())).position == 1

    await store.retire(INSTANCE, epoch=1, error=GONE, at_ms=8)
    with pytest.raises(InvalidInstance):
        await store.submit(task("task_2"))


@pytest.mark.proves("durability:idempotent_submit")
async def test_a_key_that_was_seen_answers_again_and_runs_nothing(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_0")
    first = await store.submit(task("task_1", idempotency=key()))
    await claim(store)
    await store.finish(ending("task_0"))

    again = await store.submit(task("task_2", idempotency=key()))

    assert (again.task, again.position, again.status) == (first.task, 2, TaskStatus.QUEUED)
    assert (first.repeated, again.repeated) == (False, True)
    assert await store.task(TaskId("task_2")) is None


async def test_a_key_answers_even_when_its_instance_is_gone(store: SqliteStore) -> None:
    await attach(store)
    await store.submit(task(idempotency=key()))
    await store.retire(INSTANCE, epoch=None, error=GONE, at_ms=8)

    again = await store.submit(task("task_2", idempotency=key()))

    assert again.task == "task_1"


async def test_a_key_with_another_body_is_refused(store: SqliteStore) -> None:
    await attach(store)
    await store.submit(task(idempotency=key(body="aa")))

    with pytest.raises(IdempotencyConflict):
        await store.submit(task("task_2", idempotency=key(body="bb")))

    assert await store.queued(INSTANCE) == 1


async def test_a_refused_task_does_not_use_up_its_key(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", queue_limit=1)
    with pytest.raises(QueueFull):
        await store.submit(task("task_2", queue_limit=1, idempotency=key()))

    accepted = await store.submit(task("task_2", idempotency=key()))

    assert not accepted.repeated


async def test_a_hundred_at_once_get_a_hundred_places_in_their_order(store: SqliteStore) -> None:
    await attach(store)

    accepted = await asyncio.gather(*(store.submit(task(f"task_{n}")) for n in range(100)))

    assert [one.position for one in accepted] == list(range(1, 101))
    seqs = await raw(store, "SELECT id, seq FROM tasks ORDER BY number")
    assert seqs == [(f"task_{n}", n + 1) for n in range(100)]
