"""One lane per browser: order, one at a time, the first failure ends a task."""

import asyncio

from tests.yard import ACT, READ, open_yard


async def test_a_task_runs_and_its_result_is_there() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ, ACT)

        first = await browser.next_call(1)
        await browser.answer(first, {"content": "hello"})
        second = await browser.next_call(2)
        await browser.answer(second, {"clicked": True})

        ended = await events.complete(task)
        assert ended["status"] == "completed"
        view = await yard.view(task)
        assert view.commands[0].result == {
            "content": [{"type": "text", "text": '{"content":"hello"}'}],
            "structuredContent": {"content": "hello"},
        }
        assert events.of(task) == [
            "task_queued",
            "task_started",
            "task_progress:running",
            "task_progress:success",
            "task_progress:running",
            "task_progress:success",
            "task_complete",
        ]
