"""Cancels, losses, deaths, and hubs that come and go, in orders that nobody has thought of."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from tests.scenarios.test_ahead import cut, two_hubs
from tests.yard import ACT, READ, Yard, command
from typing_extensions import override

from tabyard.core.errors import TaskFinished
from tabyard.core.records import TaskRecord
from tabyard.storage import Faults, SqliteStore
from tabyard.testing import ScriptedInstance
from tabyard_protocol.ids import TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

ON_HUB = command("browser_instance", action="list")
LIVES = 3
"""Hubs, one after the other; the last one lives until all is done."""
SEEDS = 32


class DeafBrowser(ScriptedInstance):
    """What it says is lost, as long as its line is dead."""

    dead = False

    @override
    async def _send(self, frame: JsonObject) -> None:
        if not self.dead or frame["type"] == "hello":
            await super()._send(frame)


class Story:
    """What happens to one browser and its tasks, as the dice have it."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.browser = DeafBrowser("")
        self.tasks: list[TaskId] = []
        self.cancels: list[asyncio.Task[None]] = []

    async def join(self, yard: Yard) -> None:
        """The browser comes to a hub that is new to it, or to anybody."""
        self.browser.dead = False
        if self.browser.instance_id:
            await yard.reconnect(self.browser)
            return
        way = await yard.register()
        self.browser.instance_id = way.instance_id
        await yard.connect(self.browser, ticket=way.ticket)

    async def submit(self, yard: Yard) -> None:
        """A task of a few commands of all kinds."""
        kinds = self.dice.choices([ACT, READ, ON_HUB], [8, 3, 1], k=self.dice.randint(1, 6))
        self.tasks.append(await yard.submit(*kinds))

    async def answer(self, *, well: bool = False) -> None:
        """A call ends: as it was told to, badly, or well."""
        browser, dice = self.browser, self.dice
        if not browser.held:
            return
        call = dice.choice(list(browser.held.values()))
        if call.id in browser.cancelled and (well or dice.random() < 0.8):
            await browser.fail(call, "CANCELLED")
        elif not well and dice.random() < 0.06:
            await browser.fail(call, "ELEMENT_NOT_FOUND")
        else:
            await browser.answer(call, {})

    async def lose_link(self, yard: Yard) -> None:
        """The link breaks, perhaps long after it was dead, and perhaps more breaks with it."""
        browser, dice = self.browser, self.dice
        browser.dead = dice.random() < 0.5
        for _ in range(dice.randint(0, 2) if browser.dead else 0):
            await self.answer(well=True)
        await cut(yard, browser)
        match dice.randint(0, 3):
            case 0:
                browser.forget(memory=str(dice.random()))
            case 1:
                self.lose_worker()
            case 2:
                await self.answer(well=True)
            case _:
                pass
        await self.join(yard)

    def lose_worker(self) -> None:
        """As the extension does while it is linked: answers are kept when they had to wait."""
        browser, dice = self.browser, self.dice
        browser.held.clear()
        browser.memory = str(dice.random())
        for call in list(browser.outbox)[-2:]:
            if dice.random() < 0.6:
                del browser.outbox[call]

    def cancel(self, yard: Yard) -> None:
        """Somebody gives up a task."""
        task = self.dice.choice(self.tasks)
        self.cancels.append(yard.group.create_task(cancelled(yard, task)))

    async def step(self, yard: Yard) -> None:
        """Something happens."""
        chance = self.dice.random()
        if chance < 0.6:
            await self.answer()
        elif chance < 0.72:
            await self.lose_link(yard)
        elif chance < 0.77:
            self.cancel(yard)
        if self.dice.random() < 0.5:
            await turns(self.dice.randint(1, 40))

    async def live(self, yard: Yard) -> None:
        """A hub's life, which ends without a farewell."""
        for _ in range(self.dice.randint(3, 25)):
            await self.step(yard)
        for cancel in self.cancels:
            cancel.cancel()
        await asyncio.gather(*self.cancels, return_exceptions=True)
        self.cancels.clear()
        self.browser.dead = self.dice.random() < 0.5

    async def end(self, yard: Yard, store: SqliteStore) -> list[TaskRecord]:
        """The last hub lives until everything has ended; the tasks as they are then."""
        for _ in range(60):
            await self.step(yard)
        async with asyncio.timeout(5):
            while True:
                await self.answer(well=True)
                await turns(40)
                ended = [await store.task(task) for task in self.tasks]
                quiet = not self.browser.held and all(one.done() for one in self.cancels)
                if quiet and all(one is not None and one.completed_at_ms for one in ended):
                    return [one for one in ended if one is not None]


async def cancelled(yard: Yard, task: TaskId) -> None:
    with suppress(TaskFinished):
        await yard.tasks.cancel(task)


async def turns(count: int) -> None:
    """So many turns of the loop, and what the disk needs."""
    for _ in range(count):
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)


def judge(story: Story, task: TaskRecord) -> None:
    """Nothing with effects ran twice, and nothing that was begun is told not to have been."""
    begun = Counter(call.command_id for call in story.browser.started)
    details = [one.error.details or {} for one in task.outcomes if one.error is not None]
    named = {name for one in details for name in one.get("mayHaveBegun", ())}
    for outcome in task.outcomes:
        one = f"{task.id}_cmd_{outcome.index}"
        if task.commands[outcome.index].tool_name != ACT["tool_name"]:
            continue
        assert begun[one] <= 1, f"{one} ran twice"
        if outcome.status is CommandStatus.SUCCESS:
            assert begun[one] == 1, f"{one} never ran"
        if outcome.status is CommandStatus.SKIPPED and task.status is not TaskStatus.CANCELLED:
            assert not begun[one] or one in named, f"{one} was begun, and nobody is told"


@pytest.mark.proves("durability:at_most_once", "link:finished_answer_adopted")
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_happens_nothing_runs_twice_and_nothing_is_hidden(
    seed: int, tmp_path: Path
) -> None:
    story = Story(random.Random(seed))
    tasks: list[TaskRecord] = []
    async with two_hubs(Faults(), tmp_path / "store") as (store, next_hub):
        for life in range(LIVES):
            async with next_hub() as yard:
                await story.join(yard)
                for _ in range(3):
                    await story.submit(yard)
                if life < LIVES - 1:
                    await story.live(yard)
                    continue
                tasks = await story.end(yard, store)
                await story.browser.until(lambda one: not one.outbox)
                assert not story.browser.waiting
    assert len(tasks) == 3 * LIVES
    for task in tasks:
        judge(story, task)
