"""The hub itself ends and starts again at any moment: every task still ends, nothing runs twice."""

import asyncio
from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.scenarios.test_interleavings import Story
from tests.yard import ACT, open_yard

from tabyard.core.lifecycle import TASK_NEXT, is_final
from tabyard.storage import open_store
from tabyard.testing import SequentialIds, VirtualClock

LIFE = st.lists(
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
            "cancel first",
            "cancel last",
            "breathe",
            "late answer",
        ]
    ),
    max_size=8,
)


@pytest.mark.proves(
    "durability:accepted_is_on_disk",
    "durability:one_terminal_event",
    "durability:at_most_once",
    "lanes:fifo",
)
@pytest.mark.timeout(120)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lives=st.lists(LIFE, min_size=2, max_size=5))
@example(lives=[["submit act", "submit act"], ["restart"]])
@example(
    lives=[
        ["submit act", "restart", "cancel last", "submit act"],
        [],
        ["return", "cancel last", "cancel first"],
    ]
)
def test_no_moment_is_a_bad_one_to_start_the_hub_again(lives: list[list[str]]) -> None:
    async def tell() -> None:
        clock, ids = VirtualClock(), SequentialIds()
        async with asyncio.timeout(20), open_store(":memory:") as store:
            async with open_yard(store=store, clock=clock, ids=ids) as yard:
                browser = await yard.browser()
                story = Story(yard, browser, yard.listen())
                told = [story.events]
                for step in lives[0]:
                    await story.take(step)
            for life in [*lives[1:], ["return"]]:
                async with open_yard(store=store, clock=clock, ids=ids) as yard:
                    story.yard, story.events = yard, yard.listen()
                    told.append(story.events)
                    for step in life:
                        await story.take(step)
                    if life == ["return"]:
                        await story.wind_up()

            records = [await store.task(task) for task in story.tasks]
            assert all(one is not None and is_final(TASK_NEXT, one.status) for one in records)
            for listener in told:
                await listener.drain()
            ends = Counter(
                event["taskId"]
                for listener in told
                for event in listener.events
                if event["type"] == "task_complete"
            )
            assert all(times == 1 for times in ends.values()), "no end is told twice"
            acts = Counter(
                call.command_id for call in browser.started if call.name == ACT["tool_name"]
            )
            assert all(times == 1 for times in acts.values()), "nothing runs twice"
            order = list(dict.fromkeys(call.task_id for call in browser.started))
            assert order == [task for task in story.tasks if task in order], "first in, first out"

    asyncio.run(tell())
