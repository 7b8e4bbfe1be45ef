"""Growth: what an operation costs with a thousand, a hundred thousand and a million tasks."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.figures import Line, percentile
from tests.bench.lines.load import Bench
from tests.bench.servers import hub

from tabyard.core.records import Command, Outcome
from tabyard.hub.ports import Ending
from tabyard.storage import SqliteStore, open_store
from tabyard.storage.sqlite.connection import open_writer
from tabyard.work.ports import NewTask, TaskFilter
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

__all__ = ["measure"]

SIZES = (1_000, 100_000, 1_000_000)
INSTANCES = 100
DATABASE = "tabyard.sqlite"
DEPTH = 10_000
LANE = InstanceId("inst_0")

NUMBERS = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"""
FILLING = (
    """INSERT INTO instances (id, kind, label, browser_type, user_agent, status, epoch,
    created_at_ms, connected_at_ms, next_seq, completed)
    {numbers} SELECT 'inst_' || (i - 1), 'script', 'label-' || i, 'chrome', '', 'connected', 1,
    0, 0, {count}, {count} / {instances} FROM n WHERE i <= {instances}""",
    """INSERT INTO tasks (number, id, instance_id, seq, priority, name, intention, status,
    command_count, current_index, epoch, created_at_ms, started_at_ms, completed_at_ms)
    {numbers} SELECT i, 'task_' || hex(randomblob(16)), 'inst_' || (i % {instances}), i, 0,
    'filling', 'fill the store', 'completed', 1, 0, 1, {now} - 2000000 + i, {now} - 2000000 + i,
    {now} - 2000000 + i FROM n""",
    """INSERT INTO bodies (task, commands) {numbers} SELECT i,
    '[["browser_navigate","measure",{{"action":"goto","url":"http://example.com/"}}]]' FROM n""",
    """INSERT INTO outcomes (task, idx, status, started_at_ms, completed_at_ms, result)
    {numbers} SELECT i, 0, 'success', 0, 0,
    '{{"content":[{{"type":"text","text":"{{}}"}}],"structuredContent":{{}}}}' FROM n""",
    """INSERT INTO journal (task, number, instance_id, kind, epoch, at_ms) {numbers}
    SELECT i, 3 * i + step, 'inst_' || (i % {instances}), kind, 1, {now} - 2000000 + i FROM n,
    (SELECT 0 AS step, 'accepted' AS kind UNION ALL SELECT 1, 'claimed'
    UNION ALL SELECT 2, 'terminal')""",
)
"""A million tasks through the operations themselves would take minutes."""


async def measure(*, runs: int, scale: float) -> list[Line]:
    """The operations of the store by size, a long queue, and submissions to a hub on top of it."""
    sizes = [max(200, int(size * min(scale, 1.0))) for size in SIZES]
    repeats = max(20, int(200 * scale))
    by_size = Line("growth", f"store on disk, one operation at a time, {repeats} each")
    with tempfile.TemporaryDirectory(prefix="tabyard-bench-") as temporary:
        folders = {size: Path(temporary) / str(size) for size in sizes}
        for size, folder in folders.items():
            folder.mkdir()
            path = folder / DATABASE
            await _fill(path, size)
            async with open_store(path) as store:
                for name, values in (await _operations(store, size, repeats)).items():
                    by_size.add(f"{size:,}: {name}, p50", [percentile(values, 0.5)], "ms")
        submits = await _submit_to_hubs(folders, runs, max(50, int(400 * scale)))
    by_size.figures.sort(key=lambda figure: figure.name.split(": ")[1])
    return [by_size, submits, await _long_queue(repeats)]


async def _fill(path: Path, count: int) -> None:
    """A database with so many completed tasks."""
    async with open_store(path):
        pass
    await asyncio.to_thread(_insert, path, count)


def _insert(path: Path, count: int) -> None:
    connection = open_writer(path)
    facts = {
        "numbers": NUMBERS.format(count=max(count, INSTANCES)),
        "count": count,
        "instances": INSTANCES,
        "now": time.time_ns() // 1_000_000,
    }
    connection.say("BEGIN")
    for statement in FILLING:
        connection.say(statement.format(**facts))
    connection.say("COMMIT")
    connection.close()
    # Else the first flushes that are measured would write all this out.
    os.sync()


async def _operations(store: SqliteStore, size: int, repeats: int) -> dict[str, list[float]]:
    """Times in ms of each operation, each once per round."""
    times: dict[str, list[float]] = {}
    oldest = (await store.tasks(TaskFilter(limit=1, offset=size - 1))).rows[0].completed_at_ms
    assert oldest is not None
    for number in range(repeats):
        task = TaskId(f"task_{number}")
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "submit": lambda task=task: _submit(store, task),
            "claim": lambda: store.claim(LANE, epoch=1, at_ms=1),
            "finish": lambda task=task: store.finish(_end(task)),
            "read one task": lambda task=task: store.task(task),
            "list, first page of 100": lambda: store.tasks(TaskFilter()),
            "list one instance": lambda: store.tasks(TaskFilter(instance_id=LANE)),
            "list completed of one instance": lambda: store.tasks(
                TaskFilter(instance_id=LANE, status=TaskStatus.COMPLETED)
            ),
            "sweep 10 tasks": lambda n=number: store.sweep(
                completed_before_ms=oldest + 10 * (n + 1), limit=500
            ),
        }
        for name, step in steps.items():
            began = time.perf_counter()
            await step()
            times.setdefault(name, []).append((time.perf_counter() - began) * 1_000)
    return times


async def _submit_to_hubs(folders: dict[int, Path], runs: int, tasks: int) -> Line:
    """A hub on each of them, used in turns: what else the machine does is the same for all."""
    line = Line("growth", "submit to a hub with so many stored tasks, one at a time, in turns")
    halves: dict[int, list[float]] = {size: [] for size in folders}
    tails: dict[int, list[float]] = {size: [] for size in folders}
    async with AsyncExitStack() as hubs:
        benches: dict[int, Bench] = {}
        for size, folder in folders.items():
            benches[size] = Bench(await hubs.enter_async_context(hub(folder=folder)))
            await benches[size].start(1)
            await benches[size].loop(0, 30)
        for _ in range(runs):
            for size, bench in benches.items():
                accepted = [times[0] * 1_000 for times in await bench.loop(0, tasks)]
                halves[size].append(percentile(accepted, 0.5))
                tails[size].append(percentile(accepted, 0.99))
        for bench in benches.values():
            bench.stop()
    for size in folders:
        line.add(f"{size:,}: accepted p50", halves[size], "ms")
        line.add(f"{size:,}: accepted p99", tails[size], "ms")
    first, *_, last = (statistics.median(values) for values in tails.values())
    line.ratio("accepted p99, most to fewest", last, first)
    return line


async def _long_queue(repeats: int) -> Line:
    """The first and the last of ten thousand that wait for one instance."""
    line = Line("growth", f"a queue of {DEPTH:,} tasks on one instance, store on disk")
    with tempfile.TemporaryDirectory(prefix="tabyard-bench-") as folder:
        path = Path(folder) / DATABASE
        await _fill(path, INSTANCES)
        async with open_store(path) as store:
            line.add("submit to an empty queue, p50", [await _submits(store, "a", repeats)], "ms")
            waiting = [store.submit(_new(TaskId(f"task_b{n}"))) for n in range(DEPTH - repeats)]
            await asyncio.gather(*waiting)
            line.add(
                f"submit to one of {DEPTH:,}, p50", [await _submits(store, "c", repeats)], "ms"
            )
            times: list[float] = []
            for _ in range(repeats):
                began = time.perf_counter()
                record = await store.claim(LANE, epoch=1, at_ms=1)
                times.append((time.perf_counter() - began) * 1_000)
                assert record is not None
                await store.finish(_end(record.id))
            line.add(f"claim from one of {DEPTH:,}, p50", [percentile(times, 0.5)], "ms")
    return line


async def _submit(store: SqliteStore, task: TaskId) -> None:
    """A submission with a claim behind it, as of an idle lane: by itself it would be in no hurry.

    The claim is of no link that there is, so it takes nothing.
    """
    stored = store.submit(_new(task))
    assert await store.claim(LANE, epoch=0, at_ms=1) is None
    await stored


async def _submits(store: SqliteStore, mark: str, repeats: int) -> float:
    times: list[float] = []
    for number in range(repeats):
        began = time.perf_counter()
        await _submit(store, TaskId(f"task_{mark}{number}"))
        times.append((time.perf_counter() - began) * 1_000)
    return percentile(times, 0.5)


def _new(task: TaskId) -> NewTask:
    return NewTask(
        id=task,
        instance_id=LANE,
        name="bench",
        intention="measure",
        commands=(Command("browser_navigate", "measure", {"action": "goto", "url": "http://a/"}),),
        metadata=None,
        session=None,
        dialogs=None,
        priority=0,
        created_at_ms=1,
        queue_limit=10**9,
        idempotency=None,
    )


def _end(task: TaskId) -> Ending:
    outcome = Outcome(0, CommandStatus.SUCCESS, 1, 2, {"content": [], "structuredContent": {}})
    return Ending(
        task=task,
        status=TaskStatus.COMPLETED,
        at_ms=time.time_ns() // 1_000_000,
        epoch=1,
        outcomes=(outcome,),
    )
