"""One lane per browser: order, one at a time, the first failure ends a task."""

import asyncio

import pytest
from tests.yard import ACT, READ, command, open_yard

from tabyard.core.errors import QueueFull
from tabyard_protocol.resources.task import CommandStatus, TaskStatus


async def test_a_task_runs_and_its_results_are_there() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ, ACT, metadata={"mine": 1})

        first = await browser.next_call(1)
        assert (first.name, first.args) == ("browser_content", {"action": "get"})
        await browser.answer(first, {"content": "hello"})
        yard.clock.advance(1.5)
        await browser.answer(await browser.next_call(2), {"clicked": True})

        ended = await events.complete(task)
        assert ended["status"] == "completed"
        assert ended["metadata"] == {"mine": 1}
        assert ended["summary"] == {
            "totalCommands": 2,
            "successfulCommands": 2,
            "duration": 1500,
        }
        view = await yard.view(task)
        assert view.status is TaskStatus.COMPLETED
        assert view.commands[0].result == {
            "content": [{"type": "text", "text": '{"content":"hello"}'}],
            "structuredContent": {"content": "hello"},
        }
        assert view.commands[1].started_at is not None
        assert view.current_command_index == 1


@pytest.mark.proves("events:ordered_per_task")
async def test_events_of_a_task_tell_its_whole_course_in_order() -> None:
    async with asyncio.timeout(5), open_yard() as yard:

        async def answer(_call: object) -> object:
            return {"ok": True}

        await yard.browser(handler=answer)
        events = yard.listen()
        task = await yard.submit(READ, ACT)
        await events.complete(task)

        assert events.of(task) == [
            "task_queued",
            "task_started",
            "task_progress:running",
            "task_progress:success",
            "task_progress:running",
            "task_progress:success",
            "task_complete",
        ]
        offsets = [event["offset"] for event in events.events if event.get("taskId") == task]
        assert offsets == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.proves("lanes:fifo", "lanes:one_running")
async def test_a_second_task_waits_for_the_first() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        tasks = [await yard.submit(READ) for _ in range(3)]

        for number, task in enumerate(tasks, start=1):
            call = await browser.next_call(number)
            assert call.task_id == task
            assert len(browser.held) == 1
            states = [(await yard.view(one)).status for one in tasks]
            assert states.count(TaskStatus.RUNNING) == 1
            await browser.answer(call, {})
            await events.complete(task)

        assert len(browser.started) == 3


@pytest.mark.proves("lanes:parallel_instances")
async def test_two_browsers_work_at_the_same_time() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        one, two = await yard.browser(), await yard.browser()
        first = await yard.submit(READ, instance_id=one.instance_id)
        second = await yard.submit(READ, instance_id=two.instance_id)

        calls = await one.next_call(), await two.next_call()

        assert [call.task_id for call in calls] == [first, second]


@pytest.mark.proves("lanes:first_failure_ends")
async def test_the_first_failing_command_ends_its_task_and_the_next_task_runs() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ, ACT, READ)
        after = await yard.submit(READ)

        await browser.answer(await browser.next_call(1), {})
        await browser.fail(await browser.next_call(2), "ELEMENT_NOT_FOUND", "no #buy")

        ended = await events.complete(task)
        assert ended["status"] == "failed"
        assert ended["summary"]["failedCommandIndex"] == 1
        assert ended["error"] == {
            "code": "ELEMENT_NOT_FOUND",
            "message": "no #buy",
            "commandId": f"{task}_cmd_1",
        }
        view = await yard.view(task)
        assert [one.status for one in view.commands] == [
            CommandStatus.SUCCESS,
            CommandStatus.ERROR,
            CommandStatus.SKIPPED,
        ]
        assert view.current_command_index == 1
        assert (await browser.next_call(3)).task_id == after


@pytest.mark.proves("lanes:queue_bounded")
async def test_a_task_over_the_limit_is_refused() -> None:
    async with asyncio.timeout(5), open_yard(queue_limit=2) as yard:
        browser = await yard.browser()
        await yard.submit(READ)
        await yard.submit(READ)

        with pytest.raises(QueueFull, match="max 2 tasks"):
            await yard.submit(READ)

        view = yard.hub.registry.view(yard.hub.registry.pick(browser.instance_id))
        assert view.queue_length == 2


async def test_a_queue_of_mixed_tasks_runs_down_to_nothing() -> None:
    async with asyncio.timeout(5), open_yard() as yard:

        async def answer(_call: object) -> object:
            return {}

        browser = await yard.browser(handler=answer)
        events = yard.listen()
        tasks = [await yard.submit(READ, command("sleep", duration=0)) for _ in range(5)]
        for task in tasks:
            assert (await events.complete(task))["status"] == "completed"

        assert yard.hub.registry.view(yard.hub.registry.pick(None)).queue_length == 0
        assert [call.task_id for call in browser.started] == tasks


async def test_what_is_running_is_seen_while_it_runs() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        task = await yard.submit(READ, ACT, READ)
        await browser.answer(await browser.next_call(1), {})
        yard.clock.advance(3)
        await browser.next_call(2)

        view = await yard.view(task)

        assert view.status is TaskStatus.RUNNING
        assert view.current_command_index == 1
        assert [one.status for one in view.commands] == [
            CommandStatus.SUCCESS,
            CommandStatus.RUNNING,
            CommandStatus.PENDING,
        ]
        seen = yard.hub.registry.view(yard.hub.registry.pick(None))
        assert (seen.running_task_id, seen.queue_length) == (task, 1)
