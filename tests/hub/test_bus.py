"""The bus: in order, once, bounded, and what is missed is said."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from typing_extensions import override

from tabyard.core.events import EncodedEvent
from tabyard.hub.bus import CROWD, Bus
from tabyard.hub.subscription import Sink, SlowReader, Subscription
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId, TaskId

HERE, THERE = InstanceId("i"), InstanceId("j")
T, U = TaskId("t"), TaskId("u")


def bus(**limits: int) -> Bus:
    defaults = {
        "history_events": 100,
        "history_bytes": 100_000,
        "reader_events": 10,
        "reader_bytes": 10_000,
    }
    return Bus(epoch="e1", **(defaults | limits))


def tell(one: Bus, kind: str, task: TaskId | None = T, instance: InstanceId = HERE) -> None:
    one.publish(kind, {}, instance=instance, task=task, at_ms=7)


async def read(subscription: Subscription) -> list[str]:
    async with asyncio.timeout(1):
        return [event.type for event in await anext(subscription)]


async def test_an_event_carries_both_offsets_and_its_fields() -> None:
    one = bus()
    tell(one, "a", None)
    event = one.publish("b", {"x": 1}, instance=HERE, task=T, at_ms=7)
    assert orjson.loads(event.text) == {
        "type": "b",
        "taskId": "t",
        "instanceId": "i",
        "offset": 1,
        "instanceOffset": 2,
        "timestamp": 7,
        "x": 1,
    }
    assert one.publish("c", {}, instance=HERE, at_ms=7).offset == 3


async def test_an_event_is_delivered_once_though_three_topics_match() -> None:
    one = bus()
    with one.subscribe() as subscription:
        subscription.add_task(T)
        subscription.add_instance(HERE)
        subscription.add_instance("*")
        tell(one, "a")
        tell(one, "b", U, THERE)
        assert await read(subscription) == ["a", "b"]


async def test_other_peoples_events_are_not_delivered() -> None:
    one = bus()
    with one.subscribe() as subscription:
        subscription.add_task(T)
        tell(one, "other", U)
        tell(one, "mine")
        assert await read(subscription) == ["mine"]
        subscription.remove_task(T)
        subscription.remove_task(T)
        subscription.add_instance(THERE)
        tell(one, "mine")
        tell(one, "theirs", U, THERE)
        assert await read(subscription) == ["theirs"]
        subscription.remove_instance(THERE)


@pytest.mark.proves("events:gap_visible")
async def test_a_reader_resumes_after_what_it_has_seen() -> None:
    one = bus()
    for kind in "abc":
        tell(one, kind)
    with one.subscribe() as subscription:
        position = subscription.add_task(T, after=1, epoch="e1")
        tell(one, "d")
        assert (position.offset, position.epoch, position.gap) == (3, "e1", False)
        assert await read(subscription) == ["b", "c", "d"]


@pytest.mark.proves("events:gap_visible")
@pytest.mark.parametrize(
    "asked", [{"after": 0}, {"after": 9}, {"after": 2, "epoch": "of another hub"}]
)
async def test_history_that_is_gone_is_said_and_live_events_go_on(asked: dict[str, Any]) -> None:
    one = bus(history_events=2)
    for kind in "abc":
        tell(one, kind)
    with one.subscribe() as subscription:
        position = subscription.add_task(T, **asked)
        tell(one, "d")
        assert (position.offset, position.gap) == (3, True)
        assert await read(subscription) == ["d"]


@pytest.mark.proves("events:gap_visible")
@pytest.mark.parametrize("told", [(), ("task_started", "task_progress")])
async def test_a_task_that_a_former_hub_accepted_has_a_gap_before_its_first_event(
    told: tuple[str, ...],
) -> None:
    one = bus()
    for kind in told:
        tell(one, kind)
    with one.subscribe() as subscription:
        position = subscription.add_task(T, after=0)
        assert (position.offset, position.gap) == (len(told), True)
        tell(one, "task_complete")
        assert await read(subscription) == ["task_complete"]


async def test_a_task_that_this_hub_accepted_is_told_from_its_first_event() -> None:
    one = bus()
    tell(one, "task_queued")
    tell(one, "task_started")
    with one.subscribe() as subscription:
        assert not subscription.add_task(T, after=0).gap
        assert await read(subscription) == ["task_queued", "task_started"]


async def test_everything_has_a_now_but_no_past() -> None:
    one = bus()
    tell(one, "a")
    with one.subscribe() as subscription:
        assert subscription.add_instance("*", after=0).gap
        tell(one, "b", U, THERE)
        assert await read(subscription) == ["b"]


async def test_what_one_topic_delivered_is_not_replayed_by_another() -> None:
    one = bus()
    tell(one, "a")
    with one.subscribe() as subscription:
        subscription.add_instance(HERE)
        tell(one, "b")
        subscription.add_task(T, after=0, epoch="e1")
        assert await read(subscription) == ["b", "a"]
        subscription.add_instance(HERE, after=0)
        tell(one, "c")
        assert await read(subscription) == ["c"]


@pytest.mark.proves("events:slow_reader_closed")
@pytest.mark.parametrize("limits", [{"reader_events": 2}, {"reader_bytes": 250}])
async def test_a_slow_reader_is_cut_off_and_nobody_else_waits(limits: dict[str, int]) -> None:
    one = bus(**limits)
    cut: list[str] = []
    slow = one.subscribe(on_slow=lambda: cut.append("slow"))
    slow.add_task(T)
    with one.subscribe() as quick:
        quick.add_task(T)
        for kind in "abcd":
            tell(one, kind)
            assert await read(quick) == [kind]
    assert cut == ["slow"]
    with pytest.raises(SlowReader) as closed:
        await anext(slow)
    assert closed.value.close_code is CloseCode.SLOW_CONSUMER
    with one.subscribe() as again:
        again.add_task(T, after=0, epoch="e1")
        assert await read(again) == ["a", "b", "c", "d"]


async def test_a_replay_larger_than_the_buffer_does_not_make_a_slow_reader() -> None:
    one = bus(reader_events=3, history_events=1000)
    for _ in range(600):
        tell(one, "a")
    with one.subscribe() as subscription:
        subscription.add_task(T, after=0, epoch="e1")
        tell(one, "b")
        tell(one, "b")
        assert len(await read(subscription)) == 256
        tell(one, "b")
        assert len(await read(subscription)) == 256
        assert (await read(subscription))[-4:] == ["a", "b", "b", "b"]
        for _ in range(3):
            tell(one, "c")
        assert await read(subscription) == ["c", "c", "c"]


async def test_a_closed_subscription_ends() -> None:
    one = bus()
    subscription = one.subscribe()
    subscription.add_task(T)
    waiting = asyncio.gather(anext(subscription), return_exceptions=True)
    await asyncio.sleep(0)
    subscription.close()
    [ended] = await waiting
    assert isinstance(ended, StopAsyncIteration)
    tell(one, "a")
    assert subscription.add_task(T).offset == 1


class Notes(Sink):
    """Notes what it takes, and takes nothing while it is `shut`."""

    def __init__(self) -> None:
        self.shut = False
        self.pieces: list[list[str]] = []
        self.read: list[str] = []
        """What went to the task instead."""
        self.told = asyncio.Event()
        self.refused = asyncio.Event()

    @override
    def takes(self, events: Sequence[EncodedEvent]) -> bool:
        if self.shut:
            self.refused.set()
        return not self.shut

    @override
    def take(self, events: Sequence[EncodedEvent]) -> None:
        self.pieces.append([event.type for event in events])
        self.told.set()

    async def iterate(self, subscription: Subscription) -> None:
        async for batch in subscription:
            self.read += [event.type for event in batch]
            self.told.set()


@asynccontextmanager
async def noting(one: Bus) -> AsyncGenerator[Notes]:
    """A reader of the task with a sink, and a task that reads what the sink does not take."""
    notes = Notes()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        with one.subscribe() as subscription:
            subscription.add_task(T)
            subscription.pour_into(notes)
            group.create_task(notes.iterate(subscription))
            await asyncio.sleep(0)
            yield notes


async def test_a_sink_gets_all_that_happens_in_one_moment_and_wakes_nobody() -> None:
    one = bus()
    async with noting(one) as notes:
        tell(one, "a")
        tell(one, "b")
        assert notes.pieces == []
        await notes.told.wait()
        tell(one, "c")
        await asyncio.sleep(0)
        assert notes.pieces == [["a", "b"], ["c"]]
        assert notes.read == []


async def test_what_a_sink_does_not_take_is_read_before_anything_later() -> None:
    one = bus()
    async with noting(one) as notes:
        notes.shut = True
        tell(one, "a")
        await notes.refused.wait()
        notes.shut = False
        tell(one, "b")
        await notes.told.wait()
        assert (notes.read, notes.pieces) == (["a", "b"], [])
        tell(one, "c")
        await asyncio.sleep(0)
        assert notes.pieces == [["c"]]


async def test_what_is_told_waits_for_the_store_to_begin() -> None:
    one = bus()
    async with noting(one) as notes:
        one.tell("a", {}, instance=HERE, task=T, at_ms=7)
        began: list[list[list[str]]] = []
        # As the writer does, when what has happened is to be stored.
        asyncio.get_running_loop().call_soon(lambda: began.append(list(notes.pieces)))
        one.tell("b", {}, instance=HERE, task=T, at_ms=7)
        await notes.told.wait()
        assert began == [[]]
        assert notes.pieces == [["a", "b"]]


async def test_nobody_comes_between_what_happened_and_its_telling() -> None:
    one = bus()
    with one.subscribe() as everything, one.subscribe() as late:
        everything.add_instance("*")
        one.tell("a", {}, instance=HERE, task=T, at_ms=7)
        assert late.add_task(T).offset == 1, "what happened before is not told as new"
        one.tell("b", {}, instance=HERE, task=T, at_ms=7, last=True)
        one.publish("c", {}, instance=HERE, at_ms=7)
        one.tell("d", {}, instance=HERE, at_ms=7)
        one.close()
        assert await read(everything) == ["a", "b", "c", "d"]
        assert await read(late) == ["b"]


async def test_an_event_that_can_not_be_encoded_takes_no_other_along() -> None:
    one = bus()
    with one.subscribe() as everything:
        everything.add_instance("*")
        one.tell("a", {"x": object()}, instance=HERE, task=T, at_ms=7)
        one.tell("b", {}, instance=HERE, task=T, at_ms=7)
        one.close()
        assert await read(everything) == ["b"]


async def test_a_crowd_gets_what_happens_meanwhile_in_one_piece() -> None:
    one = bus()
    crowd = [one.subscribe() for _ in range(CROWD + 1)]
    for reader in crowd:
        reader.add_task(T)
    async with noting(one) as notes:
        for kind in "abc":
            tell(one, kind)
        assert notes.pieces == []
        await notes.told.wait()
        assert notes.pieces == [["a", "b", "c"]]
    for reader in crowd:
        assert await read(reader) == ["a", "b", "c"]
