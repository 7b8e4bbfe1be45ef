"""Any interleaving of submit, cancel, answer, loss and return keeps the promises."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.yard import ACT, READ, Listener, Yard, open_yard

from tabyard.core.errors import InvalidInstance, NoInstance, TaskFinished, TaskNotFound
from tabyard.testing import ScriptedInstance
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import TaskStatus

STEPS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "submit act",
                "submit read",
                "submit both",
                "answer",
                "fail",
                "cut",
                "return",
                "restart",
            ]
        ),
        st.sampled_from(["cancel first", "cancel last", "breathe", "seconds", "late answer"]),
    ),
    min_size=1,
    max_size=25,
)


@dataclass
class Story:
    """One hub, one browser, and everything that was asked of them."""

    yard: Yard
    browser: ScriptedInstance
    events: Listener
    tasks: list[TaskId] = field(default_factory=list[TaskId])
    answered: list[Any] = field(default_factory=list[Any])
    lifetimes: int = 1

    @property
    def status(self) -> InstanceStatus:
        return self.yard.hub.registry.view(InstanceId(self.browser.instance_id)).status

    async def take(self, step: str) -> None:
        verb, _, what = step.partition(" ")
        await {
            "submit": self.submit,
            "cancel": self.cancel,
            "answer": self.answer,
            "fail": self.answer,
            "late": self.answer_late,
            "cut": self.cut,
            "return": self.come_back,
            "restart": self.restart,
            "seconds": self.pass_seconds,
            "breathe": self.breathe,
        }[verb](*([what] if what else [verb] if verb in ("answer", "fail") else []))

    async def submit(self, what: str) -> None:
        commands = {"act": [ACT], "read": [READ], "both": [READ, ACT]}[what]
        with suppress(NoInstance, InvalidInstance):
            self.tasks.append(await self.yard.submit(*commands))

    async def cancel(self, which: str) -> None:
        if self.tasks:
            with suppress(TaskFinished, TaskNotFound):
                await self.yard.tasks.cancel(self.tasks[0 if which == "first" else -1])

    async def answer(self, how: str) -> None:
        if not self.browser.held:
            return
        call = next(iter(self.browser.held.values()))
        self.answered.append(call)
        if how == "answer":
            await self.browser.answer(call, {})
        else:
            await self.browser.fail(call, "SCRIPT_ERROR")

    async def answer_late(self, _what: str) -> None:
        if self.answered:
            await self.browser.send_again(self.answered[0])

    async def restart(self) -> None:
        """The browser itself: it forgets everything."""
        await self.cut()
        self.lifetimes += 1
        self.browser.forget(memory=f"m{self.lifetimes}")
        await self.come_back()

    async def pass_seconds(self) -> None:
        self.yard.clock.advance(3)

    async def breathe(self) -> None:
        await asyncio.sleep(0)

    async def cut(self) -> None:
        if self.status is InstanceStatus.CONNECTED:
            self.yard.cut_all()
            await self.browser.until(lambda one: one.close_code is not None)
            while self.status is InstanceStatus.CONNECTED:  # noqa: ASYNC110 -- no event to wait for
                await asyncio.sleep(0)

    async def come_back(self) -> None:
        if self.status is InstanceStatus.RECONNECTING:
            await self.yard.reconnect(self.browser)

    async def wind_up(self) -> None:
        """Answer everything until every task has ended."""
        await self.come_back()
        while True:
            open_tasks = [
                task
                for task in self.tasks
                if (await self.yard.view(task)).status in (TaskStatus.QUEUED, TaskStatus.RUNNING)
            ]
            if not open_tasks or self.status is InstanceStatus.GONE:
                return
            for call in list(self.browser.held.values()):
                await self.browser.answer(call, {})


def check_promises(story: Story) -> None:
    ended = Counter(
        event["taskId"] for event in story.events.events if event["type"] == "task_complete"
    )
    assert ended == Counter(story.tasks), "each task ends once"

    running: set[str] = set()
    order: list[str] = []
    for event in story.events.events:
        if event["type"] == "task_started":
            assert not running, "at most one task runs"
            running.add(event["taskId"])
            order.append(event["taskId"])
        elif event["type"] == "task_complete":
            running.discard(event["taskId"])
    assert order == [task for task in story.tasks if task in set(order)], "first in, first out"

    for task in story.tasks:
        told = [event for event in story.events.events if event.get("taskId") == task]
        assert [event["offset"] for event in told] == list(range(1, len(told) + 1))
        assert told[-1]["type"] == "task_complete"

    acts = Counter(
        call.command_id for call in story.browser.started if call.name == ACT["tool_name"]
    )
    assert all(times == 1 for times in acts.values()), "what may not be repeated is not repeated"


@pytest.mark.proves(
    "lanes:fifo",
    "lanes:one_running",
    "durability:one_terminal_event",
    "durability:at_most_once",
    "events:ordered_per_task",
)
@pytest.mark.timeout(120)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_no_interleaving_breaks_a_promise(steps: list[str]) -> None:
    async def tell() -> None:
        async with asyncio.timeout(20), open_yard(reader_events=10_000) as yard:
            browser = await yard.browser()
            story = Story(yard, browser, yard.listen())
            for step in steps:
                await story.take(step)
            await story.wind_up()
            for task in story.tasks:
                await story.events.complete(task)
            check_promises(story)

    asyncio.run(tell())
