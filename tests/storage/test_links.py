"""Instances come, go, come back and are given up."""

from dataclasses import replace

import pytest
from tests.storage.samples import (
    GONE,
    attach,
    claim,
    ending,
    good,
    instance,
    raw,
    status_of,
    story_of,
    submit,
)

from tabyard.core.errors import InstanceNotFound
from tabyard.core.records import TaskRecord
from tabyard.storage import SqliteStore
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceKind, InstanceStatus
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

INSTANCE = InstanceId("inst_1")
TASK = TaskId("task_1")


async def test_an_instance_is_stored_whole(store: SqliteStore) -> None:
    whole = instance(
        kind=InstanceKind.PAIRED,
        profile="Default",
        user_agent="Mozilla/5.0",
        window_id=7,
        credential="c" * 64,
        ticket_hash="d" * 64,
        memory="m1",
    )
    await store.add_instance(whole)
    await store.add_instance(instance("inst_0", window_id="main"))

    assert await store.instances() == [whole, instance("inst_0", window_id="main")]


async def test_a_renewed_identity_keeps_link_and_queue(store: SqliteStore) -> None:
    await store.add_instance(instance())
    await store.attach(INSTANCE, memory="m1", ticket_hash="t1", at_ms=5)
    await submit(store, "task_1")

    await store.add_instance(instance(label="kitchen", credential="c" * 64, created_at_ms=99))

    (stored,) = await store.instances()
    assert (stored.label, stored.credential) == ("kitchen", "c" * 64)
    assert (stored.epoch, stored.status) == (1, InstanceStatus.CONNECTED)
    assert (stored.memory, stored.ticket_hash, stored.created_at_ms) == ("m1", "t1", 1)
    assert await store.queued(INSTANCE) == 1
    assert await claim(store) == "task_1"


async def test_each_attach_has_a_new_epoch(store: SqliteStore) -> None:
    await store.add_instance(instance())

    first = await store.attach(INSTANCE, memory="m1", ticket_hash="t1", at_ms=5)
    await submit(store, "task_1", "task_2")
    second = await store.attach(INSTANCE, memory="m2", ticket_hash=None, at_ms=6)

    assert (first.epoch, first.running, first.queued) == (1, None, 0)
    assert (second.epoch, second.running, second.queued) == (2, None, 2)
    (stored,) = await store.instances()
    assert (stored.memory, stored.ticket_hash, stored.connected_at_ms) == ("m2", None, 6)


async def test_nobody_attaches_unregistered(store: SqliteStore) -> None:
    with pytest.raises(InstanceNotFound):
        await store.attach(INSTANCE, memory=None, ticket_hash=None, at_ms=5)


async def test_the_running_task_goes_on_under_the_new_epoch(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await claim(store)
    await store.checkpoint(TASK, good(0), epoch=1)

    attached = await store.attach(INSTANCE, memory=None, ticket_hash=None, at_ms=6)

    assert attached.queued == 1
    assert attached.running == await store.task(TASK)
    assert attached.running is not None
    assert (attached.running.epoch, attached.running.outcomes) == (2, (good(0),))
    assert await store.finish(ending("task_1", epoch=2, outcomes=(good(1),)))


@pytest.mark.proves("link:newest_link_wins")
async def test_the_loss_of_an_old_link_changes_nothing(store: SqliteStore) -> None:
    await attach(store)
    await attach(store)

    assert not await store.detach(INSTANCE, epoch=1, at_ms=7)
    (stored,) = await store.instances()
    assert (stored.status, stored.lost_at_ms) == (InstanceStatus.CONNECTED, None)

    assert await store.detach(INSTANCE, epoch=2, at_ms=8)
    assert not await store.detach(INSTANCE, epoch=2, at_ms=9)
    (stored,) = await store.instances()
    assert (stored.status, stored.lost_at_ms) == (InstanceStatus.RECONNECTING, 8)

    await attach(store)
    (stored,) = await store.instances()
    assert (stored.status, stored.lost_at_ms) == (InstanceStatus.CONNECTED, None)


@pytest.mark.proves("link:grace_then_gone")
async def test_a_retired_instance_takes_its_tasks_with_it(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1", "task_2")
    await submit(store, "task_3", priority=1)
    assert await claim(store) == "task_3"
    await store.checkpoint(TaskId("task_3"), good(0), epoch=1)

    failed = await store.retire(INSTANCE, epoch=1, error=GONE, at_ms=60)

    assert failed is not None
    assert [one.id for one in failed] == ["task_3", "task_1", "task_2"]
    assert [await store.task(one.id) for one in failed] == list(failed)
    running, queued, _ = failed
    assert running.error == replace(GONE, command_id="task_3_cmd_1")
    assert [one.status for one in running.outcomes] == [CommandStatus.SUCCESS, CommandStatus.ERROR]
    assert (running.started_at_ms, running.completed_at_ms) == (15, 60)
    assert queued.error == GONE
    assert [one.status for one in queued.outcomes] == [CommandStatus.SKIPPED] * 2
    assert await story_of(store, "task_3") == ["accepted", "claimed", "terminal"]
    assert await story_of(store, "task_1") == ["accepted", "terminal"]
    assert await store.queued(INSTANCE) == 0
    assert (await store.tasks(TaskFilter(status=TaskStatus.FAILED))).total == 3
    (stored,) = await store.instances()
    assert stored.status is InstanceStatus.GONE


async def test_a_running_task_whose_commands_have_all_ended_blames_none(
    store: SqliteStore,
) -> None:
    await attach(store)
    await submit(store, "task_1")
    await claim(store)
    await store.checkpoint(TASK, good(0), epoch=1)
    await store.checkpoint(TASK, good(1), epoch=1)

    failed = await store.retire(INSTANCE, epoch=1, error=GONE, at_ms=60)

    assert failed is not None
    assert (failed[0].error, failed[0].outcomes) == (GONE, (good(0), good(1)))
    assert failed[0].current_index == 1


@pytest.mark.parametrize("begun", [True, False])
async def test_the_command_that_is_lost_names_those_behind_it_that_may_have_begun(
    store: SqliteStore, *, begun: bool
) -> None:
    def may_have_begun(task: TaskRecord, index: int) -> bool:
        assert (task.id, index) == ("task_1", 1)
        return begun

    await attach(store)
    await submit(store, "task_1", "task_2")
    await claim(store)
    failed = await store.retire(
        INSTANCE, epoch=1, error=GONE, at_ms=60, may_have_begun=may_have_begun
    )
    assert failed is not None
    lost, behind = failed[0].outcomes
    assert behind.status is CommandStatus.SKIPPED
    assert lost.error is not None
    named = {"mayHaveBegun": ["task_1_cmd_1"]} if begun else None
    assert lost.error.details == named


async def test_only_the_newest_epoch_is_retired(store: SqliteStore) -> None:
    await attach(store)
    await submit(store, "task_1")
    await attach(store)

    assert await store.retire(INSTANCE, epoch=1, error=GONE, at_ms=60) is None
    assert await status_of(store, "task_1") is TaskStatus.QUEUED

    assert len(await store.retire(INSTANCE, epoch=None, error=GONE, at_ms=60) or ()) == 1
    assert await store.retire(INSTANCE, epoch=2, error=GONE, at_ms=61) == []
    assert await store.retire(InstanceId("inst_9"), epoch=1, error=GONE, at_ms=61) == ()


async def test_a_retired_instance_can_come_back(store: SqliteStore) -> None:
    await attach(store)
    await store.retire(INSTANCE, epoch=1, error=GONE, at_ms=60)

    await attach(store)
    await submit(store, "task_1")

    assert await claim(store, epoch=2) == "task_1"


async def test_a_new_hub_finds_whom_the_old_one_had(store: SqliteStore) -> None:
    await attach(store, "inst_1", "inst_2", "inst_3")
    await store.detach(InstanceId("inst_2"), epoch=1, at_ms=7)
    await store.retire(InstanceId("inst_3"), epoch=1, error=GONE, at_ms=8)
    await submit(store, "task_1")
    await claim(store)

    found = await store.recover(at_ms=1_000)

    assert [(one.id, one.status, one.lost_at_ms) for one in found] == [
        ("inst_1", InstanceStatus.RECONNECTING, 1_000),
        ("inst_2", InstanceStatus.RECONNECTING, 1_000),
    ]
    assert [one.id for one in await store.running()] == ["task_1"]


async def test_links_have_their_own_lines_in_the_journal(store: SqliteStore) -> None:
    await attach(store)
    await store.detach(INSTANCE, epoch=1, at_ms=7)
    await attach(store)
    await store.retire(INSTANCE, epoch=2, error=GONE, at_ms=8)

    assert await raw(store, "SELECT kind, epoch, at_ms FROM journal ORDER BY number") == [
        ("attached", 1, 5),
        ("detached", 1, 7),
        ("attached", 2, 5),
        ("retired", 2, 8),
    ]


@pytest.mark.proves("durability:at_most_once")
async def test_what_a_browser_has_forgotten_stays_forgotten_until_that_task_has_ended(
    store: SqliteStore,
) -> None:
    async def remembered(memory: str | None) -> bool:
        hello = store.attach(INSTANCE, memory=memory, ticket_hash=None, at_ms=5)
        return (await hello).remembered

    store.add_instance(instance())
    assert not await remembered("m1")
    await submit(store, "task_1", "task_2")
    await claim(store)
    assert await remembered("m1")
    assert not await remembered("m2")
    # The hub may have ended before it could fail the task.
    assert not await remembered("m2")
    await store.finish(ending("task_1", epoch=4))
    await claim(store, epoch=4)
    assert await remembered("m2")
    assert not await remembered(None)
