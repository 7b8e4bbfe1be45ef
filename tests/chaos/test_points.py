"""A hub dies exactly there; the next one brings every task to the one end that it should have."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.chaos.browsers import ACT, READ
from tests.chaos.hubs import Foundry, HubRefused, HubUnderTest, foundry
from tests.chaos.points import POINTS
from tests.chaos.proxy import Cut
from tests.chaos.stage import Stage, on_stage

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]

AT_ONCE = 4
Story = Callable[[Stage, HubUnderTest], Awaitable[dict[str, str]]]
"""Makes the hub come to its point; the tasks, and how each is to end."""


async def ordinary_work(stage: Stage, hub: HubUnderTest) -> dict[str, str]:
    """Whatever a task without trouble passes."""
    async with asyncio.TaskGroup() as group:
        submitting = group.create_task(stage.submit(READ, ACT, READ, ACT))
        await next_hub(stage, hub)
    return {submitting.result(): "completed", await stage.submit(ACT): "completed"}


async def a_lost_link(stage: Stage, hub: HubUnderTest) -> dict[str, str]:
    """The link is reset while a click is at work."""
    stage.browser.takes_s = lambda: 1.0
    task = await stage.submit(ACT)
    await stage.begun()
    stage.link.cut_some(Cut.RESET, 1.0, stage.browser.dice)
    await next_hub(stage, hub)
    return {task: "completed"}


async def a_forgotten_read(stage: Stage, hub: HubUnderTest) -> dict[str, str]:
    """The browser is started anew while it reads: it reads again."""
    stage.browser.takes_s = lambda: 0.5
    task = await stage.submit(READ)
    await stage.begun()
    await stage.browser.crash(remembers=False)
    await next_hub(stage, hub)
    return {task: "completed"}


async def a_cancel(stage: Stage, hub: HubUnderTest) -> dict[str, str]:
    """A running task is cancelled; its caller repeats that until it is answered."""
    stage.browser.takes_s = lambda: 8.0
    task = await stage.submit(ACT)
    await stage.begun()
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.ask("POST", f"/tasks/{task}/cancel", {}))
        await next_hub(stage, hub)
    return {task: "cancelled"}


async def an_absence(stage: Stage, hub: HubUnderTest) -> dict[str, str]:
    """The browser stays away: what ran and what waits fails."""
    stage.browser.takes_s = lambda: 5.0
    tasks = [await stage.submit(ACT), await stage.submit(READ)]
    await stage.begun()
    await stage.browser.leave()
    await next_hub(stage, hub)
    return dict.fromkeys(tasks, "failed")


STORIES: dict[str, Story] = {
    "detach": a_lost_link,
    "requeue": a_forgotten_read,
    "tool_cancel": a_cancel,
    "finish": a_cancel,
    "retire": an_absence,
}


async def next_hub(stage: Stage, hub: HubUnderTest) -> None:
    """The hub comes to its point, and another one is started."""
    await hub.dead()
    await stage.start_hub()


async def to_its_point(stage: Stage, point: str) -> HubUnderTest:
    """A hub that will die at `point`, and has met the browser if it may come so far."""
    # A hub notes first of all that the former one's links are lost.
    countdown = 2 if point.startswith("detach") else 1
    while True:
        assert stage.hub is not None
        await stage.hub.kill()
        try:
            hub = await stage.start_hub(point=point, countdown=countdown)
        except HubRefused:  # the browser was quicker than the hub could say that it is there
            hub = await stage.start_hub()
            await hub.kill()
            return hub
        if point.startswith(("attach", "welcome")) or await stage.met():
            return hub
        # It waited in vain for the browser, which was what it died of.


async def play(made: Foundry, folder: Path, story: Story, point: str) -> list[str]:
    """What went wrong in a story whose hub dies at `point`."""
    operation = point.split(":", maxsplit=1)[0]
    grace_s = 2.0 if operation == "retire" else 20.0
    async with on_stage(folder, made, grace_s=grace_s) as stage:
        hub = await to_its_point(stage, point)
        expected = await story(stage, hub)
        ended = {task: await stage.end(task) for task in expected}
        broken, _ = await stage.judge()
    if ended != expected:
        broken.append(f"ended as {ended}, not {expected}")
    return [f"{point}: {line}" for line in broken]


@pytest.mark.proves(
    "chaos:dies_anywhere",
    "durability:accepted_is_on_disk",
    "durability:one_terminal_event",
    "durability:at_most_once",
    "durability:idempotent_submit",
)
@pytest.mark.parametrize("part", range(3))
async def test_a_hub_may_die_at_every_named_point(tmp_path: Path, part: int) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(made: Foundry, point: str) -> list[str]:
        story = STORIES.get(point.split(":", maxsplit=1)[0], ordinary_work)
        async with turn:
            try:
                async with asyncio.timeout(45):
                    return await play(made, tmp_path / point.replace(":", "-"), story, point)
            except TimeoutError:
                return [f"{point}: the story does not come to its end"]

    async with foundry() as made:
        broken = await asyncio.gather(*(one(made, point) for point in POINTS[part::3]))
    assert [line for lines in broken for line in lines] == []


@pytest.mark.proves("durability:at_most_once")
@pytest.mark.parametrize("point", ["attach:after_commit", "advance:before_commit"])
async def test_a_click_that_a_browser_forgot_is_not_repeated_by_the_next_hub(
    tmp_path: Path, point: str
) -> None:
    async with foundry() as made, on_stage(tmp_path, made) as stage:
        assert stage.hub is not None
        stage.browser.takes_s = lambda: 1.0
        task = await stage.submit(ACT)
        await stage.begun()
        await stage.browser.leave()
        await stage.hub.kill()
        hub = await stage.start_hub(point=point)
        await stage.browser.crash(remembers=False)
        await next_hub(stage, hub)
        assert await stage.end(task) == "failed"
        broken, _ = await stage.judge()
        assert broken == []
