"""A browser is lost and comes back, or does not: nothing is lost, nothing runs twice."""

import asyncio

import orjson
import pytest
from tests.yard import ACT, READ, Listener, Yard, command, open_yard

from tabyard.storage import open_store
from tabyard.testing import Behaviour, ScriptedInstance, SequentialIds, VirtualClock
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import CommandStatus, TaskStatus


async def lose(yard: Yard, browser: ScriptedInstance, events: Listener) -> None:
    """Break the wire, and see the hub notice."""
    known = len(events.events)
    yard.cut_all()
    await events.until(
        lambda event: (
            event["type"] == "instance_reconnecting" and events.events.index(event) >= known
        )
    )
    assert status_of(yard, browser) is InstanceStatus.RECONNECTING


def status_of(yard: Yard, browser: ScriptedInstance) -> InstanceStatus:
    return yard.hub.registry.view(InstanceId(browser.instance_id)).status


@pytest.mark.proves("link:finished_answer_adopted", "durability:at_most_once")
async def test_an_answer_given_while_the_link_was_down_counts() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, READ)
        call = await browser.next_call()
        await lose(yard, browser, events)
        await browser.answer(call, {"clicked": True})

        await yard.reconnect(browser)
        second = await browser.next_call(2)
        assert second.command_id == f"{task}_cmd_1"
        await browser.answer(second, {})

        assert (await events.complete(task))["status"] == "completed"
        assert [one.command_id for one in browser.started] == [f"{task}_cmd_0", f"{task}_cmd_1"]
        await browser.until(lambda one: not one.outbox)
        assert events.of(task).count("task_started") == 1


@pytest.mark.proves("durability:at_most_once")
async def test_an_interruption_said_of_a_call_whose_answer_is_stored_changes_nothing() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT)
        first = await browser.next_call()
        await browser.answer(first, {"clicked": 1})
        second = await browser.next_call(2)
        await lose(yard, browser, events)
        await browser.answer(second, {"clicked": 2})
        # A worker that died before it had struck the first call out, although it was acknowledged.
        fault = {"code": "INSTANCE_DISCONNECTED", "message": "the worker was stopped"}
        browser.outbox[first.id] = {"id": first.id, "taskId": task, "error": fault}

        await yard.reconnect(browser)

        assert browser.welcome["acks"] == [first.id]
        assert (await events.complete(task))["status"] == "completed"
        assert [one.id for one in browser.started] == [first.id, second.id]
        assert events.of(task).count("task_progress:success") == 2


async def test_a_failure_said_while_the_link_was_down_counts_too() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await lose(yard, browser, events)
        await browser.fail(call, "ELEMENT_OBSCURED")

        await yard.reconnect(browser)

        assert (await events.complete(task))["error"]["code"] == "ELEMENT_OBSCURED"


@pytest.mark.proves("durability:at_most_once")
async def test_a_call_that_still_runs_is_waited_for() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await lose(yard, browser, events)

        await yard.reconnect(browser)
        await browser.answer(call, {"clicked": True})

        assert (await events.complete(task))["status"] == "completed"
        assert len(browser.started) == 1


@pytest.mark.proves("durability:at_most_once")
async def test_an_answer_right_behind_the_hello_is_not_acknowledged_and_lost() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await lose(yard, browser, events)

        socket = yard.socket()
        said = {"id": call.id, "taskId": call.task_id, "commandId": call.command_id}
        hello = {
            "type": "hello",
            "instanceId": browser.instance_id,
            "protocol": 1,
            "memory": browser.memory,
            "running": said,
            "ticket": browser.welcome["ticket"],
        }
        result = {"type": "tool_result", "id": call.id, "result": {"clicked": True}}
        for frame in (hello, result):
            await socket.send(orjson.dumps(frame).decode())

        assert (await events.complete(task))["status"] == "completed"


async def test_a_resumed_call_has_only_the_time_that_it_had_left() -> None:
    async with asyncio.timeout(5), open_yard(deadline_slack_s=0) as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(command("browser_execute", expression="1", timeout=10_000))
        await browser.next_call()
        yard.clock.advance(8)
        await lose(yard, browser, events)
        timers = yard.clock.pending
        await yard.reconnect(browser)
        await yard.clock.armed(timers + 1)

        yard.clock.advance(2.1)

        assert (await events.complete(task))["error"]["code"] == "COMMAND_TIMEOUT"


async def test_a_lost_call_of_a_reading_tool_is_made_again() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(READ), await yard.submit(READ)
        await browser.next_call()
        await lose(yard, browser, events)
        browser.forget(memory="m2")

        await yard.reconnect(browser)
        again = await browser.next_call(2)
        assert again.command_id == f"{task}_cmd_0"
        await browser.answer(again, {})

        assert (await events.complete(task))["status"] == "completed"
        assert (await browser.next_call(3)).task_id == following
        assert events.of(task) == [
            "task_queued",
            "task_started",
            "task_progress:running",
            "task_progress:success",
            "task_complete",
        ]


@pytest.mark.proves("durability:at_most_once")
async def test_a_lost_call_that_may_have_taken_effect_fails_its_task() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task, following = await yard.submit(ACT, READ), await yard.submit(READ)
        await browser.next_call()
        await lose(yard, browser, events)
        browser.forget(memory="m2")

        await yard.reconnect(browser)

        ended = await events.complete(task)
        assert ended["error"]["code"] == "INSTANCE_DISCONNECTED"
        assert ended["error"]["commandId"] == f"{task}_cmd_0"
        assert [one["status"] for one in ended["results"]] == ["error", "skipped"]
        assert (await browser.next_call(2)).task_id == following


async def test_a_browser_that_forgot_nothing_and_knows_no_call_never_got_it() -> None:
    """The frame was lost on the way: making the call again can't make it happen twice."""
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await lose(yard, browser, events)
        browser.held.pop(call.id)

        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(2), {})

        assert (await events.complete(task))["status"] == "completed"


async def test_a_simple_script_that_comes_back_knows_nothing() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        events = yard.listen()
        act, read = await yard.submit(ACT), await yard.submit(READ)
        await browser.next_call()
        await lose(yard, browser, events)
        await yard.reconnect(browser)

        assert (await events.complete(act))["error"]["code"] == "INSTANCE_DISCONNECTED"
        again = await browser.next_call(2)
        assert again.task_id == read
        await lose(yard, browser, events)
        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(3), {})
        assert (await events.complete(read))["status"] == "completed"


@pytest.mark.proves("link:grace_then_gone", "durability:one_terminal_event")
async def test_a_browser_that_stays_away_fails_its_tasks_once() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        tasks = [await yard.submit(ACT, READ), await yard.submit(READ)]
        await browser.next_call()
        await lose(yard, browser, events)

        yard.clock.advance(29)
        tasks.append(await yard.submit(READ))
        assert status_of(yard, browser) is InstanceStatus.RECONNECTING
        yard.clock.advance(2)

        await events.until(lambda event: event["type"] == "instance_disconnected")
        for task in tasks:
            ended = await events.complete(task)
            assert ended["error"]["code"] == "INSTANCE_DISCONNECTED"
            assert events.of(task).count("task_complete") == 1
            assert (await yard.view(task)).status is TaskStatus.FAILED
        view = await yard.view(tasks[0])
        assert view.commands[0].status is CommandStatus.ERROR
        assert view.completed_at is not None
        assert view.started_at is not None
        assert view.completed_at - view.started_at == 31_000
        assert status_of(yard, browser) is InstanceStatus.GONE


async def test_tasks_submitted_while_the_browser_is_away_run_when_it_is_back() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        await lose(yard, browser, events)
        task = await yard.submit(READ)

        await yard.reconnect(browser)
        await browser.answer(await browser.next_call(), {})

        assert (await events.complete(task))["status"] == "completed"


async def test_a_sleep_goes_on_while_the_browser_is_away() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        timers = yard.clock.pending
        task = await yard.submit(command("sleep", duration=5_000), READ)
        await events.until(lambda event: event["type"] == "task_progress")
        await yard.clock.armed(timers + 2)
        await lose(yard, browser, events)
        yard.clock.advance(5)
        await yard.reconnect(browser)

        await browser.answer(await browser.next_call(), {})

        assert (await events.complete(task))["status"] == "completed"


@pytest.mark.proves("durability:accepted_is_on_disk")
async def test_the_next_hub_adopts_what_the_last_one_left() -> None:
    clock, ids = VirtualClock(), SequentialIds()
    async with asyncio.timeout(5), open_store(":memory:") as store:
        async with open_yard(store=store, clock=clock, ids=ids) as first:
            browser = await first.browser()
            running, queued = await first.submit(ACT, READ), await first.submit(READ)
            call = await browser.next_call()
        await browser.until(lambda one: one.close_code is not None)
        await browser.answer(call, {"clicked": True})

        async with open_yard(store=store, clock=clock, ids=ids) as later:
            events = later.listen()
            assert status_of(later, browser) is InstanceStatus.RECONNECTING
            seen = later.hub.registry.view(InstanceId(browser.instance_id))
            assert seen.queue_length == 2
            await later.reconnect(browser)
            await browser.answer(await browser.next_call(2), {})
            assert (await events.complete(running))["status"] == "completed"
            await browser.answer(await browser.next_call(3), {})
            assert (await events.complete(queued))["status"] == "completed"
            assert len(browser.started) == 3


async def test_the_next_hub_gives_up_a_browser_that_does_not_come() -> None:
    clock = VirtualClock()
    async with asyncio.timeout(5), open_store(":memory:") as store:
        async with open_yard(store=store, clock=clock) as first:
            browser = await first.browser()
            task = await first.submit(ACT)
            await browser.next_call()

        async with open_yard(store=store, clock=clock, grace_s=3) as later:
            events = later.listen()
            later.clock.advance(4)
            ended = await events.complete(task)
            assert ended["error"]["code"] == "INSTANCE_DISCONNECTED"
            assert (await later.view(task)).status is TaskStatus.FAILED


@pytest.mark.proves("link:finished_answer_adopted")
@pytest.mark.parametrize("value", [["a", "b"], "text", 7, True, None])
async def test_an_answer_in_an_outbox_may_be_any_value(value: object) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        await lose(yard, browser, events)

        await yard.reconnect(browser, running=None, outbox=[{"id": call.id, "result": value}])

        assert (await events.complete(task))["status"] == "completed"
        result = (await yard.view(task)).commands[0].result
        assert result is not None
        assert result["structuredContent"] == {"value": value}


@pytest.mark.proves("durability:at_most_once", "durability:final_is_final")
async def test_a_browser_that_never_let_go_of_an_older_call_is_waited_for_all_the_same() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        stuck, task, last = await yard.submit(ACT), await yard.submit(ACT), await yard.submit(READ)
        old = await browser.next_call()
        timers = yard.clock.pending
        await yard.tasks.cancel(stuck)
        await yard.clock.armed(timers + 1)
        yard.clock.advance(2.1)
        call = await browser.next_call(2)
        assert set(browser.held) == {old.id, call.id}

        await lose(yard, browser, events)
        await yard.reconnect(browser)
        await browser.answer(old, {"clicked": "after all"})
        await browser.until(lambda one: old.id not in one.outbox)
        await browser.answer(call, {"clicked": True})

        assert (await events.complete(task))["status"] == "completed"
        await browser.answer(await browser.next_call(3), {})
        await events.complete(last)
        assert (await yard.view(stuck)).status is TaskStatus.CANCELLED
        assert [one.task_id for one in browser.started] == [stuck, task, last]
        assert events.of(stuck).count("task_complete") == 1


@pytest.mark.proves("durability:at_most_once")
async def test_what_an_older_call_may_hide_is_not_sent_again() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        stuck, task, last = await yard.submit(ACT), await yard.submit(ACT), await yard.submit(READ)
        old = await browser.next_call()
        timers = yard.clock.pending
        await yard.tasks.cancel(stuck)
        await yard.clock.armed(timers + 1)
        yard.clock.advance(2.1)
        await browser.next_call(2)
        await lose(yard, browser, events)

        running = {"id": old.id, "taskId": old.task_id, "commandId": old.command_id}
        await yard.reconnect(browser, running=running)

        await browser.until(lambda one: one.cancelled == [old.id, old.id])
        await browser.fail(old, "CANCELLED")
        assert (await events.complete(task))["error"]["code"] == "INSTANCE_DISCONNECTED"
        await browser.answer(await browser.next_call(3), {})
        assert (await events.complete(last))["status"] == "completed"
