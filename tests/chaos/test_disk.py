"""A disk that fails: nothing is accepted that is not stored, the hub says so and recovers."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tests.chaos.browsers import ACT, READ
from tests.chaos.failing_disk import Fault, set_fault
from tests.chaos.hubs import Foundry, foundry
from tests.chaos.stage import Stage, on_stage
from tests.chaos.submitters import task_body

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(90),
    pytest.mark.proves("durability:failing_disk", "durability:accepted_is_on_disk"),
]
FAULTS = (Fault.FLUSH, Fault.READ_ONLY)


@pytest.fixture
async def made() -> AsyncGenerator[Foundry]:
    async with foundry() as made:
        yield made


async def set_disk(stage: Stage, fault: Fault) -> None:
    await asyncio.to_thread(set_fault, stage.folder, fault)


async def is_refused(stage: Stage, key: str) -> None:
    """A submission gets 503, and the hub says why."""
    body = task_body(key, stage.browser.instance, [ACT])
    refused = await stage.ask("POST", "/tasks", body, **{"Idempotency-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (503, "STORE_UNAVAILABLE")
    assert int(refused.headers["Retry-After"]) > 0


async def is_failing(stage: Stage) -> None:
    """The hub says so."""
    health = await stage.ask("GET", "/health")
    assert (health.status_code, health.json()["store"]) == (503, "failing")


async def until_healthy(stage: Stage) -> None:
    async with asyncio.timeout(20):
        while (await stage.ask("GET", "/health")).status_code != 200:  # noqa: ASYNC110 -- a disk that recovers tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_disk_that_fails_refuses_and_recovers_without_a_restart(
    tmp_path: Path, made: Foundry, fault: Fault
) -> None:
    async with on_stage(tmp_path, made, fragile_disk=True) as stage:
        first = await stage.submit(READ, ACT)
        assert await stage.end(first) == "completed"
        await set_disk(stage, fault)
        for number in range(3):
            await is_refused(stage, f"refused{number}")
            await is_failing(stage)
        await set_disk(stage, Fault.NONE)
        await until_healthy(stage)
        second = await stage.submit(READ, ACT)
        assert await stage.end(second) == "completed"
        broken, books = await stage.judge()
        assert broken == []
        assert {task.id for task in books.tasks} == {first, second}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_was_refused_does_not_come_back_with_the_next_hub(
    tmp_path: Path, made: Foundry, fault: Fault
) -> None:
    async with on_stage(tmp_path, made, fragile_disk=True) as stage:
        first = await stage.submit(READ, ACT)
        assert await stage.end(first) == "completed"
        await set_disk(stage, fault)
        await is_refused(stage, "refused")
        assert stage.hub is not None
        await stage.hub.kill()
        await set_disk(stage, Fault.NONE)
        await stage.start_hub()
        second = await stage.submit(READ, ACT)
        assert await stage.end(second) == "completed"
        broken, books = await stage.judge()
        assert broken == []
        assert {task.id for task in books.tasks} == {first, second}


async def test_an_end_that_can_not_be_stored_is_stored_when_the_disk_is_well_again(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made, fragile_disk=True) as stage:
        stage.browser.takes_s = lambda: 0.3
        task = await stage.submit(READ, ACT)
        await stage.begun(2)
        await set_disk(stage, Fault.FLUSH)
        await is_refused(stage, "refused")
        await asyncio.sleep(0.5)
        assert await stage.status(task) == "running"
        await set_disk(stage, Fault.NONE)
        assert await stage.end(task) == "completed"
        broken, books = await stage.judge()
        assert broken == []
        assert [one.id for one in books.tasks] == [task]
