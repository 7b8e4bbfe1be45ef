"""A hub that is killed keeps its word."""

import asyncio
import sys
from pathlib import Path

import pytest
from tests.storage.samples import story_of

from tabyard.storage import open_store
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import InstanceId, TaskId

SUBMITTER = """
import asyncio, sys
from pathlib import Path
from itertools import count
sys.path.insert(0, sys.argv[2])
from tabyard.storage import open_store
from tests.storage.samples import attach, task

async def submit_for_ever(store, numbers):
    while True:
        accepted = await store.submit(task(f"task_{next(numbers)}", queue_limit=10**9))
        print(accepted.task, flush=True)

async def main():
    async with open_store(Path(sys.argv[1])) as store, asyncio.TaskGroup() as group:
        await attach(store)
        numbers = count()
        for _ in range(16):
            group.create_task(submit_for_ever(store, numbers))

asyncio.run(main())
"""


ENOUGH = 200
"""Answers, some ten commits."""


@pytest.mark.proves("durability:accepted_is_on_disk")
@pytest.mark.timeout(120)
async def test_every_answered_task_is_there_after_a_kill(database: Path, root: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUBMITTER, database, root, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        # A starved machine takes its time to start a process: only its end counts as a failure.
        answered = [await process.stdout.readline() for _ in range(ENOUGH)]
    finally:
        process.kill()
    answered += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    # The kill may have cut the last line.
    names = [line.decode().strip() for line in answered if line.endswith(b"\n")]
    assert len(names) >= ENOUGH

    async with open_store(database) as store:
        for name in names:
            assert await store.task(TaskId(name)) is not None, f"{name} was answered and is gone"
        total = (await store.tasks(TaskFilter())).total
        assert total >= len(names)
        assert await store.queued(InstanceId("inst_1")) == total
        assert await story_of(store, names[-1]) == ["accepted"]
