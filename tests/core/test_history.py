"""What has happened lately, and what is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from tabyard.core.events import EncodedEvent
from tabyard.core.history import History
from tabyard_protocol.ids import InstanceId, TaskId

A, B = InstanceId("a"), InstanceId("b")
T = TaskId("t")


def add(
    history: History, instance: InstanceId, task: TaskId | None = None, text: str = "x"
) -> None:
    of_instance = history.instance(instance)
    of_task = None if task is None else history.task(task, instance)
    instance_offset = of_instance.offset + 1
    offset = instance_offset if of_task is None else of_task.offset + 1
    event = EncodedEvent(0, "e", task, instance, offset, instance_offset, text)
    history.add(event, of_instance, of_task)


def test_a_reader_gets_what_it_missed() -> None:
    history = History(limit_count=10, limit_bytes=1000)
    for task in (T, None, T, T):
        add(history, A, task)
    replay = history.since_task(T, 1)
    assert [event.offset for event in replay.events] == [2, 3]
    assert (replay.offset, replay.gap) == (3, False)
    assert [event.instance_offset for event in history.since_instance(A, 2).events] == [3, 4]


def test_from_now_on_replays_nothing() -> None:
    history = History(limit_count=10, limit_bytes=1000)
    add(history, A, T)
    assert history.since_task(T, None).events == ()
    assert history.since_task(T, None).offset == 1
    assert history.since_task(T, 1).events == ()


def test_an_unknown_stream_has_no_past() -> None:
    history = History(limit_count=10, limit_bytes=1000)
    assert history.since_task(T, 0).gap is False
    assert history.since_task(T, 3).gap is True


def test_a_position_from_the_future_is_a_gap() -> None:
    history = History(limit_count=10, limit_bytes=1000)
    add(history, A, T)
    assert history.since_task(T, 2).gap is True


def test_the_oldest_of_all_is_forgotten_first_and_that_shows() -> None:
    history = History(limit_count=2, limit_bytes=1000)
    add(history, A, T)
    add(history, B)
    add(history, B)
    assert history.since_task(T, 0).gap is True
    assert history.since_task(T, 1).gap is False
    assert history.since_instance(B, 0).gap is False


def test_bytes_are_bounded_too() -> None:
    history = History(limit_count=100, limit_bytes=25)
    for _ in range(3):
        add(history, A, T, "x" * 10)
    assert history.since_task(T, 0).gap is True
    assert len(history.since_task(T, 1).events) == 2


def test_a_stream_that_has_ended_goes_with_its_last_event() -> None:
    history = History(limit_count=2, limit_bytes=1000)
    add(history, A, T)
    history.end_task(T)
    assert history.since_task(T, 0).events != ()
    add(history, B)
    add(history, B)
    assert history.since_task(T, 1).gap is True, "nothing is remembered of it"


def test_an_instance_that_comes_back_goes_on_counting_while_it_is_remembered() -> None:
    history = History(limit_count=2, limit_bytes=1000)
    add(history, A)
    history.end_instance(A)
    add(history, A)
    assert history.since_instance(A, 1).offset == 2
    history.end_instance(B)
    history.end_task(T)


def test_an_instance_that_is_gone_is_forgotten_with_its_last_event() -> None:
    history = History(limit_count=1, limit_bytes=1000)
    add(history, A)
    history.end_instance(A)
    add(history, B)
    assert history.since_instance(A, 1).gap is True


def test_streams_without_events_end_at_once() -> None:
    history = History(limit_count=2, limit_bytes=1000)
    history.task(T, A)
    history.end_task(T)
    history.instance(A)
    history.end_instance(A)
    assert history.since_instance(A, 1).gap is True


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(A, T), (A, TaskId("u")), (A, None), (B, None)]), st.integers(1, 9)
        )
    ),
    st.integers(1, 5),
    st.integers(1, 30),
    st.integers(0, 12),
)
def test_a_replay_is_either_whole_or_a_gap(
    events: list[tuple[tuple[InstanceId, TaskId | None], int]], count: int, size: int, after: int
) -> None:
    history = History(limit_count=count, limit_bytes=size)
    told = 0
    for (instance, task), length in events:
        add(history, instance, task, "x" * length)
        told += task == T
    replay = history.since_task(T, after)
    if not replay.gap:
        offsets = [event.offset for event in replay.events]
        assert offsets == list(range(after + 1, told + 1))
        assert {event.task_id for event in replay.events} <= {T}
