"""What readers of events were told: in order, with every gap said, and one end per task."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.chaos.history import Heard

from tabyard_protocol.model import JsonObject

__all__ = ["endings_told", "events_in_order"]


@dataclass(slots=True)
class Place:
    """How far one connection has read one task."""

    expected: int
    silent: bool = False
    """The reader came from another epoch: only a resync may follow."""


class Reader:
    """One reader over all of its connections."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._places: dict[tuple[int, str], Place] = {}
        self._epochs: dict[str, str] = {}
        self._warned: set[tuple[str, str]] = set()
        """Task and epoch of which it was told that something is missing."""

    def take(self, connection: int, task: str, frame: JsonObject) -> Iterator[str]:
        """What is wrong with one more frame."""
        kind, offset = str(frame["type"]), frame.get("offset")
        here = connection, task
        if kind == "subscribe_ack":
            self._subscribed(here, frame)
        elif kind == "resync":
            self._places[here] = Place(int(frame["offset"]) + 1)
            self._epochs[task] = frame["epoch"]
            self._warned.add((task, frame["epoch"]))
        elif isinstance(offset, int) and here in self._places:
            yield from self._heard(self._places[here], kind, task, offset)

    def _subscribed(self, here: tuple[int, str], ack: JsonObject) -> None:
        if here not in self._places:
            epoch = self._epochs.setdefault(here[1], ack["epoch"])
            self._places[here] = Place(int(ack["offset"]) + 1, silent=epoch != ack["epoch"])

    def _heard(self, place: Place, kind: str, task: str, offset: int) -> Iterator[str]:
        if place.silent:
            yield f"events: {self.name} was not told that the history of {task} is gone"
        elif offset != place.expected:
            yield f"events: {self.name} heard {offset} of {task}, expected {place.expected}"
        elif offset == 1 and kind != "task_queued" and not self._knows(task):
            yield f"events: {self.name} was not told what was before {kind} of {task}"
        place.expected, place.silent = offset + 1, False

    def _knows(self, task: str) -> bool:
        return (task, self._epochs[task]) in self._warned


def events_in_order(heard: Iterable[Heard]) -> Iterator[str]:
    """Per connection and task offsets grow by one, and whatever is missed is said."""
    readers: dict[str, Reader] = {}
    for it in heard:
        task = it.frame.get("taskId")
        if task is not None:
            reader = readers.setdefault(it.reader, Reader(it.reader))
            yield from reader.take(it.connection, str(task), it.frame)


def endings_told(heard: Iterable[Heard], statuses: Mapping[str, str]) -> Iterator[str]:
    """Everybody hears the same end, and nothing of the task after it."""
    ends: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    stories: defaultdict[tuple[str, int, str], list[str]] = defaultdict(list)
    for it in heard:
        if not _is_event(it.frame):
            continue
        task, kind = str(it.frame["taskId"]), str(it.frame["type"])
        stories[it.reader, it.connection, task].append(kind)
        if kind == "task_complete":
            ends[task].add((str(it.frame["status"]), int(it.frame["timestamp"])))
    for task, told in ends.items():
        if [status for status, _ in told] != [statuses.get(task)]:
            yield f"endings: {task} was told {sorted(told)} and is {statuses.get(task)}"
    for (reader, _, task), kinds in stories.items():
        if "task_complete" in kinds[:-1]:
            yield f"endings: {reader} heard more of {task} after its end: {kinds}"


def _is_event(frame: JsonObject) -> bool:
    return "taskId" in frame and "timestamp" in frame and str(frame["type"]).startswith("task_")
