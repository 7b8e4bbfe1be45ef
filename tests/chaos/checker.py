"""Does the history keep the promise? The journal, browsers' and callers' logs are compared."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from tests.chaos.history import Execution, History, What
from tests.chaos.readers import endings_told, events_in_order

__all__ = ["Books", "JournalRow", "TaskRow", "check", "read_books"]

FINAL: Final = frozenset({"completed", "failed", "cancelled"})
IN_FLIGHT_MS: Final = 1_500.0
"""A call may be on its way that long when its task ends: the proxies delay and links are slow."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as stored."""

    number: int
    id: str
    instance: str
    seq: int
    priority: int
    status: str
    completed_at_ms: int | None
    results: tuple[tuple[int, str, Any], ...] = ()
    """Index, status, result of each command."""
    perhaps: frozenset[str] = frozenset()
    """Commands that are told to have begun perhaps."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """What the hub wrote down, in order."""

    number: int
    task: int | None
    instance: str
    kind: str
    epoch: int | None


@dataclass(frozen=True, slots=True)
class Books:
    """The database after a run."""

    tasks: Sequence[TaskRow]
    journal: Sequence[JournalRow]
    keys: dict[str, str] = field(default_factory=dict[str, str])


def read_books(database: Path) -> Books:
    """What is on disk. No hub may be writing."""
    with sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True) as books:
        outcomes: defaultdict[int, list[tuple[int, str, Any]]] = defaultdict(list)
        perhaps: defaultdict[int, list[str]] = defaultdict(list)
        for task, index, status, result, error in books.execute(
            "SELECT task, idx, status, result, error FROM outcomes ORDER BY task, idx"
        ):
            outcomes[task].append((index, status, None if result is None else orjson.loads(result)))
            details: dict[str, list[str]] | None = orjson.loads(error)[2] if error else None
            perhaps[task] += (details or {}).get("mayHaveBegun", ())
        tasks = [
            TaskRow(*row, results=tuple(outcomes[row[0]]), perhaps=frozenset(perhaps[row[0]]))
            for row in books.execute(
                "SELECT number, id, instance_id, seq, priority, status, completed_at_ms FROM tasks"
            )
        ]
        journal = [
            JournalRow(*row)
            for row in books.execute(
                "SELECT number, nullif(task, 0), instance_id, kind, epoch FROM journal"
                " ORDER BY number"
            )
        ]
        keys = dict(books.execute("SELECT key, task_id FROM idempotency"))
    return Books(tasks, journal, keys)


def check(history: History, books: Books, *, executions: bool = True) -> list[str]:
    """Each broken promise in a sentence; empty: it was kept.

    Without `executions`: nobody wrote down what the browser did.
    """
    return [
        *history.defects,
        *accepted_is_kept(history, books),
        *one_ending(books),
        *cancelled_is_kept(history, books),
        *order_of_claims(books),
        *fences(books),
        *once(history),
        *alone(history, books),
        *(truth(history, books) if executions else ()),
        *nothing_after_the_end(history, books),
        *events_in_order(history.heard),
        *endings_told(history.heard, {task.id: task.status for task in books.tasks}),
    ]


def accepted_is_kept(history: History, books: Books) -> Iterator[str]:
    """An accepted task is on disk, once, and has ended."""
    stored = {task.id: task for task in books.tasks}
    answered: dict[str, str] = {}
    for one in history.submissions:
        if answered.setdefault(one.key, one.task) != one.task:
            yield f"lost: key {one.key} was answered {answered[one.key]} and {one.task}"
        if one.task not in stored:
            yield f"lost: {one.task} was accepted and is not on disk"
        elif books.keys.get(one.key) != one.task:
            yield f"lost: key {one.key} stands for {books.keys.get(one.key)}, not {one.task}"
    for task in books.tasks:
        if task.status not in FINAL:
            yield f"unfinished: {task.id} is {task.status} when everything is over"


def one_ending(books: Books) -> Iterator[str]:
    """One terminal row per accepted task."""
    ends = Counter(row.task for row in books.journal if row.kind == "terminal")
    accepted = Counter(row.task for row in books.journal if row.kind == "accepted")
    for task in books.tasks:
        if accepted[task.number] != 1:
            yield f"accepted: {task.id} was accepted {accepted[task.number]} times"
        if task.status in FINAL and ends[task.number] != 1:
            yield f"endings: {task.id} is {task.status} and ended {ends[task.number]} times"


def cancelled_is_kept(history: History, books: Books) -> Iterator[str]:
    """What was answered as cancelled ended so."""
    statuses = {task.id: task.status for task in books.tasks}
    for task in history.cancelled:
        if statuses.get(task) != "cancelled":
            yield f"cancelled: {task} was answered as cancelled and is {statuses.get(task)}"


def order_of_claims(books: Books) -> Iterator[str]:
    """Each claim takes the best of what waits, and only when nothing runs."""
    tasks = {task.number: task for task in books.tasks}
    lanes: defaultdict[str, Lane] = defaultdict(Lane)
    for row in books.journal:
        if row.task is not None and row.task in tasks:
            for fault in lanes[row.instance].take(row, tasks):
                yield f"{fault}, line {row.number}: {tasks[row.task].id}"


@dataclass(slots=True)
class Lane:
    """One instance's queue as the journal tells it."""

    waiting: set[int] = field(default_factory=set[int])
    running: int | None = None

    def take(self, row: JournalRow, tasks: dict[int, TaskRow]) -> Iterator[str]:
        """What is wrong with one more line."""
        assert row.task is not None
        match row.kind:
            case "accepted":
                self.waiting.add(row.task)
            case "claimed":
                yield from self._claimed(row.task, tasks)
            case "requeued":
                if self.running != row.task:
                    yield "order: requeued and did not run"
                self.running = None
                self.waiting.add(row.task)
            case "terminal":
                yield from self._ended(row.task)
            case _:
                pass

    def _claimed(self, task: int, tasks: dict[int, TaskRow]) -> Iterator[str]:
        if self.running is not None:
            yield "overlap: claimed while another task runs"
        if task not in self.waiting:
            yield "order: claimed and was not queued"
        elif task != min(self.waiting, key=lambda it: rank(tasks[it])):
            yield "order: claimed before its turn"
        self.waiting.discard(task)
        self.running = task

    def _ended(self, task: int) -> Iterator[str]:
        if self.running == task:
            self.running = None
        elif task not in self.waiting:
            yield "endings: ended and was not there"
        self.waiting.discard(task)


def rank(task: TaskRow) -> tuple[int, int]:
    return -task.priority, task.seq


def fences(books: Books) -> Iterator[str]:
    """Whatever is written under an epoch is written under the newest one."""
    newest: dict[str, int] = {}
    for row in books.journal:
        if row.epoch is None:
            continue
        if row.kind == "attached":
            if row.epoch <= newest.get(row.instance, 0):
                yield f"fence: epoch {row.epoch} of {row.instance} does not grow"
            newest[row.instance] = row.epoch
        elif row.kind != "retired" and row.epoch != newest.get(row.instance, 0):
            yield (
                f"fence: line {row.number}, {row.kind}, was written under epoch {row.epoch} "
                f"of {row.instance} when {newest.get(row.instance)} was the newest"
            )


def once(history: History) -> Iterator[str]:
    """A command that is not retry-safe starts at most once; no call starts twice."""
    calls: Counter[str] = Counter()
    commands: Counter[str] = Counter()
    for it in history.executions:
        if it.what is What.BEGIN:
            calls[f"{it.browser} {it.call}"] += 1
            if not history.retry_safe.get(it.tool, False):
                commands[it.command] += 1
    yield from (f"twice: command {one} started {n} times" for one, n in commands.items() if n > 1)
    yield from (f"twice: call {one} started {n} times" for one, n in calls.items() if n > 1)


def alone(history: History, books: Books) -> Iterator[str]:
    """In each browser one call at a time, and the calls of a task without others between them."""
    open_calls: defaultdict[str, dict[str, Execution]] = defaultdict(dict)
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for it in history.executions:
        at_work = open_calls[it.browser]
        if it.what is What.BEGIN:
            if at_work:
                other = next(iter(at_work.values()))
                yield f"overlap: {it.call} began in {it.browser} while {other.call} ran"
            at_work[it.call] = it
            if seen[it.browser][-1:] != [it.task]:
                seen[it.browser].append(it.task)
        else:
            at_work.pop(it.call, None)
    for browser, tasks in seen.items():
        yield from (f"{fault} of {browser}" for fault in interruptions(tasks, books))


def interruptions(begun: list[str], books: Books) -> Iterator[str]:
    """Tasks that others came between; one that was requeued may wait for more urgent ones."""
    priority = {task.id: task.priority for task in books.tasks}
    names = {task.number: task.id for task in books.tasks}
    requeued = {names[row.task] for row in books.journal if row.kind == "requeued" and row.task}
    for task in {one for one, times in Counter(begun).items() if times > 1}:
        first, last = begun.index(task), len(begun) - begun[::-1].index(task)
        between = {one for one in begun[first:last] if one != task}
        urgent = all(priority[one] > priority[task] for one in between)
        if task not in requeued or not urgent:
            yield f"overlap: {task} was interrupted by another task"


def truth(history: History, books: Books) -> Iterator[str]:
    """A command that is told as done was done, and its result is its own."""
    done = {it.command for it in history.executions if it.what is What.END}
    # A read may have been sent ahead of an outcome that never reached the disk.
    begun = {
        it.command
        for it in history.executions
        if it.what is What.BEGIN and not history.retry_safe.get(it.tool, False)
    }
    for task in books.tasks:
        # What runs when its task is cancelled is skipped, too.
        unknown = begun if task.status == "cancelled" else task.perhaps
        for index, status, result in task.results:
            command = f"{task.id}_cmd_{index}"
            if status == "success":
                if command not in done:
                    yield f"truth: {command} is a success and was never executed"
                elif result["structuredContent"].get("command") != command:
                    yield f"truth: {command} has another command's result"
            elif status == "skipped" and command in begun - unknown:
                yield f"truth: {command} is skipped and was begun"
        if task.status == "completed" and any(one[1] != "success" for one in task.results):
            yield f"truth: {task.id} is completed with a command that is not"


def nothing_after_the_end(history: History, books: Books) -> Iterator[str]:
    """No command starts (visibly) after its task has ended."""
    ended = {task.id: task.completed_at_ms for task in books.tasks}
    for it in history.executions:
        end = ended.get(it.task)
        if it.what is What.BEGIN and end is not None and it.at_ms > end + IN_FLIGHT_MS:
            yield f"late: {it.call} began {it.at_ms - end:.0f} ms after its task had ended"
