"""What the hub says of its browsers and its disk is so: real sockets, files, processes."""

import asyncio
import resource
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest
from tests.chaos.browsers import ACT, READ
from tests.chaos.history import Submission, What
from tests.chaos.hubs import Foundry, HubRefused, foundry
from tests.chaos.proxy import Cut
from tests.chaos.stage import on_stage
from tests.chaos.submitters import task_body

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(90)]

SILENT_S = 1.5
"""What stage hubs have instead of 45 s."""
SLACK_S = 3.0
"""A loaded machine takes its time."""


@pytest.fixture
async def made() -> AsyncGenerator[Foundry]:
    async with foundry() as made:
        yield made


@pytest.mark.proves("link:state_is_true", "link:grace_then_gone")
@pytest.mark.parametrize(
    ("how", "within_s"), [(Cut.RESET, 0.0), (Cut.FIN, 0.0), (Cut.HALF_OPEN, SILENT_S)]
)
async def test_a_lost_browser_is_told_as_lost_and_then_as_gone(
    tmp_path: Path, made: Foundry, how: Cut, within_s: float
) -> None:
    async with on_stage(tmp_path, made, grace_s=1.0) as stage:
        stage.browser.takes_s = lambda: 30.0
        task = await stage.submit(ACT)
        await stage.begun()
        stage.link.cut_some(how, 1.0, stage.browser.dice)
        await stage.browser.leave()
        await stage.until_presence("reconnecting", within_s=within_s + SLACK_S)
        await stage.until_presence("gone", within_s=1.0 + SLACK_S)
        assert await stage.end(task) == "failed"
        stage.browser.come_back()
        await stage.until_presence("connected")


@pytest.mark.proves("link:standstill_is_forgiven", "durability:at_most_once")
async def test_a_hub_that_was_stopped_for_longer_than_the_grace_fails_nothing(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made, grace_s=2.0) as stage:
        hub = stage.hub
        assert hub is not None
        stage.browser.takes_s = lambda: 1.0
        tasks = [await stage.submit(READ, ACT), await stage.submit(ACT)]
        await stage.begun()
        await stage.browser.leave()
        await stage.until_presence("reconnecting")
        stage.browser.takes_s = lambda: 0.02
        hub.signal(signal.SIGSTOP)
        await asyncio.sleep(4.5)  # longer than what is left of the grace, and than any lag
        hub.signal(signal.SIGCONT)
        await stage.browser.crash(remembers=False)
        assert [await stage.end(task) for task in tasks] == ["completed", "completed"]
        assert "the hub stood still" in (tmp_path / "hub.log").read_text()
        broken, _ = await stage.judge()
        assert broken == []


@pytest.mark.proves("link:zombie_is_fenced", "link:epochs_fence")
async def test_a_hub_that_wakes_up_beside_its_successor_changes_nothing(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made, grace_s=3.0) as stage:
        zombie = stage.hub
        assert zombie is not None
        stage.browser.takes_s = lambda: 3.0
        task = await stage.submit(ACT, READ)
        await stage.begun()
        zombie.signal(signal.SIGSTOP)
        with pytest.raises(HubRefused, match=f"{zombie.pid}"):
            await stage.start_hub()
        (tmp_path / "tabyard.sqlite.lock").unlink()
        await stage.start_hub()
        await stage.until_presence("connected")
        zombie.signal(signal.SIGCONT)
        # Longer than the zombie's grace: it would fail what it thinks is lost.
        assert await stage.end(task) == "completed"
        assert await stage.presence() == "connected"
        await zombie.kill()
        broken, books = await stage.judge()
        assert broken == []
        assert [row.kind for row in books.journal].count("retired") == 0


@pytest.mark.proves("link:zombie_is_fenced", "durability:one_terminal_event")
async def test_two_hubs_that_both_live_on_one_database_run_everything_once(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made) as stage:
        first = stage.hub
        assert first is not None
        stage.browser.takes_s = lambda: 0.3
        tasks = [await stage.submit(ACT, READ)]
        await stage.begun()
        with pytest.raises(HubRefused, match=f"{first.pid}"):
            await stage.start_hub()
        # Only who takes the lock away gets there.
        (tmp_path / "tabyard.sqlite.lock").unlink()
        await stage.start_hub()
        stage.http.cut_some(Cut.RESET, 1.0, stage.browser.dice)
        tasks += [await stage.submit(ACT), await stage.submit(READ)]
        stage.link.cut_some(Cut.RESET, 1.0, stage.browser.dice)
        await stage.until_presence("connected")
        # The first one has lost the browser, and still takes tasks for it.
        body = task_body("aside", stage.browser.instance, [ACT])
        async with httpx2.AsyncClient(base_url=first.url, trust_env=False) as client:
            aside = await client.post("/tasks", json=body, headers={"Idempotency-Key": "aside"})
        assert aside.status_code == 200
        tasks.append(str(aside.json()["taskId"]))
        stage.history.submissions.append(Submission("aside", tasks[-1], stage.browser.instance))
        tasks.append(await stage.submit(ACT))
        assert [await stage.end(task) for task in tasks] == ["completed"] * len(tasks)
        assert first.is_alive
        await first.kill()
        broken, _ = await stage.judge()
        assert broken == []


@pytest.mark.proves("durability:full_disk", "durability:accepted_is_on_disk")
async def test_a_full_disk_refuses_and_recovers_without_a_restart(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made) as stage:
        hub = stage.hub
        assert hub is not None
        stage.browser.takes_s = lambda: 0.01
        first = await stage.submit(READ)
        assert await stage.end(first) == "completed"
        # Less than the log has used: what was reserved of it can't be written to either.
        no_more = (4096, resource.RLIM_INFINITY)
        usual = resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, no_more)

        body = task_body("full", stage.browser.instance, [READ])
        refused = await stage.ask("POST", "/tasks", body, **{"Idempotency-Key": "full"})
        assert (refused.status_code, refused.json()["code"]) == (503, "STORE_UNAVAILABLE")
        assert int(refused.headers["Retry-After"]) > 0
        health = await stage.ask("GET", "/health")
        assert health.status_code == 503

        resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, usual)
        async with asyncio.timeout(10):
            while (await stage.ask("GET", "/health")).status_code != 200:  # noqa: ASYNC110 -- a disk that recovers tells nobody
                await asyncio.sleep(0.05)
        second = await stage.submit(READ, ACT)
        assert await stage.end(second) == "completed"
        broken, books = await stage.judge()
        assert broken == []
        assert {task.id for task in books.tasks} == {first, second}


@pytest.mark.proves("durability:one_terminal_event", "durability:at_most_once")
async def test_sigterm_lets_what_was_sent_end_and_loses_nothing(
    tmp_path: Path, made: Foundry
) -> None:
    async with on_stage(tmp_path, made) as stage:
        hub = stage.hub
        assert hub is not None
        stage.browser.takes_s = lambda: 0.5
        tasks = [await stage.submit(ACT, ACT, ACT), await stage.submit(READ)]
        await stage.begun()
        hub.signal(signal.SIGTERM)
        await hub.dead(10)
        # The one that ran, and the one that waited in the browser behind it.
        assert [it.what for it in stage.history.executions].count(What.END) == 2
        await stage.start_hub()
        assert [await stage.end(task) for task in tasks] == ["completed", "completed"]
        broken, _ = await stage.judge()
        assert broken == []
