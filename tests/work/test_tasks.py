"""Submission, views, and single tools."""

import asyncio
from typing import Any

import pytest
from tests.yard import ACT, READ, command, draft, open_yard

from tabyard.core.errors import (
    HubError,
    IdempotencyConflict,
    InvalidInput,
    InvalidInstance,
    NoInstance,
    ShuttingDown,
    TaskNotFound,
    UnknownAction,
    UnknownTool,
)
from tabyard.testing import ToolFault
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.task import TaskStatus


@pytest.mark.parametrize(
    ("wrong", "kind", "path"),
    [
        (command("browser_teleport"), UnknownTool, "commands[1].tool_name"),
        (command("browser_tab", action="fly"), UnknownAction, "commands[1].args.action"),
        (
            command("browser_navigate", action="goto", url=5),
            InvalidInput,
            "commands[1].args.url",
        ),
    ],
)
async def test_what_is_wrong_with_a_command_is_said_with_its_path(
    wrong: dict[str, Any], kind: type[InvalidInput], path: str
) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        with pytest.raises(kind) as refused:
            await yard.submit(READ, wrong)
        assert type(refused.value) is kind
        assert list(refused.value.problems) == [path]


async def test_the_body_is_checked_before_the_instance() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        with pytest.raises(UnknownTool):
            await yard.submit(command("browser_teleport"), instance_id="inst_9")
        with pytest.raises(InvalidInstance, match="inst_9"):
            await yard.submit(READ, instance_id="inst_9")
        with pytest.raises(NoInstance):
            await yard.submit(READ)


async def test_a_tool_that_only_this_instance_has_is_valid_there() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        special = await yard.browser(tools=("my_tool",))
        plain = await yard.browser()
        mine = command("my_tool", anything=1, timeout=5_000)
        with pytest.raises(UnknownTool):
            await yard.submit(mine, instance_id=plain.instance_id)
        await yard.submit(mine, instance_id=special.instance_id)
        call = await special.next_call()
        assert (call.name, call.args["anything"], call.deadline_ms) == ("my_tool", 1, 5_000)


async def test_other_spellings_reach_the_browser_as_the_catalogue_has_them() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        task = await yard.submit(command("browser_get_content", format="text"))
        call = await browser.next_call()
        assert (call.name, call.args) == ("browser_content", {"action": "get", "format": "text"})
        assert (await yard.view(task)).commands[0].tool_name == "browser_get_content"


async def test_the_first_to_connect_is_the_default_and_a_lost_one_only_without_another() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        first, second = await yard.browser(label="one"), await yard.browser(label="two")
        pick = yard.hub.registry.pick
        assert pick(None) == first.instance_id
        assert (pick("two"), pick(second.instance_id)) == (second.instance_id,) * 2
        events = yard.listen()
        await first.leave()
        await events.until(lambda event: event["type"] == "instance_reconnecting")
        assert pick(None) == second.instance_id
        assert pick("one") == first.instance_id
        await second.leave()
        await events.until(
            lambda event: (
                event["type"] == "instance_reconnecting"
                and event["instanceId"] == second.instance_id
            )
        )
        assert pick(None) == first.instance_id
        await yard.reconnect(first)
        await yard.browser(label="one")
        with pytest.raises(InvalidInstance):
            pick("one")


@pytest.mark.proves("durability:idempotent_submit")
async def test_the_same_key_answers_again_and_runs_nothing_twice() -> None:
    async with asyncio.timeout(5), open_yard() as yard:

        async def answer(_call: object) -> object:
            return {}

        browser = await yard.browser(handler=answer)
        events = yard.listen()
        same = {"idempotency_key": "k", "body_hash": "h"}
        one = await yard.tasks.submit(draft(ACT), **same)
        two = await yard.tasks.submit(draft(ACT), **same)
        assert two.task_id == one.task_id
        with pytest.raises(IdempotencyConflict):
            await yard.tasks.submit(draft(READ), idempotency_key="k", body_hash="other")
        await events.complete(one.task_id)
        three = await yard.tasks.submit(draft(ACT), **same)
        assert three.task_id == one.task_id
        assert len(browser.started) == 1
        assert yard.hub.registry.view(InstanceId(browser.instance_id)).queue_length == 0
        assert events.of(one.task_id).count("task_queued") == 1


async def test_the_answer_names_position_and_endpoint() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        answers = [await yard.tasks.submit(draft(READ)) for _ in range(3)]
        assert [one.queue_position for one in answers] == [1, 2, 3]
        assert answers[0].ws_endpoint == "ws://localhost:3400"
        assert answers[0].instance_id == browser.instance_id


async def test_a_list_shows_the_newest_first_and_counts_all() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        tasks = [await yard.submit(READ, ACT) for _ in range(3)]
        await browser.answer(await browser.next_call(), {})
        await browser.next_call(2)

        page = await yard.tasks.list(TaskFilter(limit=2))
        assert [one.id for one in page.tasks] == [tasks[2], tasks[1]]
        assert page.total == 3
        running = (await yard.tasks.list(TaskFilter(status=TaskStatus.RUNNING))).tasks
        assert [(one.id, one.current_command_index) for one in running] == [(tasks[0], 1)]
        assert (running[0].command_count, running[0].total_commands) == (2, 2)


async def test_a_failed_task_in_a_list_says_why() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(READ)
        await browser.fail(await browser.next_call(), "SCRIPT_ERROR", "boom")
        await events.complete(task)
        [row] = (await yard.tasks.list(TaskFilter())).tasks
        assert row.error is not None
        assert (row.error.code, row.error.command_id) == ("SCRIPT_ERROR", f"{task}_cmd_0")
        view = await yard.view(task)
        assert view.error == row.error
        assert view.commands[0].error is not None
        assert view.commands[0].error.message == "boom"


async def test_an_unknown_task_is_not_found() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        with pytest.raises(TaskNotFound):
            await yard.view(TaskId("task_0_0"))


async def test_a_tool_runs_in_its_queue_and_answers() -> None:
    async with asyncio.timeout(5), open_yard() as yard:

        async def answer(call: Any) -> object:
            if call.name == "browser_interact":
                raise ToolFault("ELEMENT_NOT_FOUND", "nothing there")
            return {"content": "x"}

        browser = await yard.browser(handler=answer)
        good = await yard.tasks.run_tool("browser_content", READ["args"], timeout=7_000)
        assert good.success
        assert good.result is not None
        assert good.result["structuredContent"] == {"content": "x"}
        assert browser.started[0].deadline_ms == 7_000
        assert browser.started[0].frame["session"] == "tools"
        bad = await yard.tasks.run_tool(
            "browser_interact", ACT["args"], instance_id=InstanceId(browser.instance_id)
        )
        assert bad.error is not None
        assert (bad.error.code, bad.task_id) == ("ELEMENT_NOT_FOUND", browser.started[1].task_id)


async def test_a_tool_whose_task_is_cancelled_says_so() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(yard.tasks.run_tool("browser_content", READ["args"]))
            call = await browser.next_call()
            await yard.tasks.cancel(TaskId(call.task_id or ""))
        answer = running.result()
        assert answer.error is not None
        assert answer.error.code == "CANCELLED"


async def test_tools_of_the_hub_need_no_browser() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        answer = await yard.tasks.run_tool("sleep", {"duration": 0})
        assert answer.result is not None
        assert answer.result["structuredContent"] == {"slept": 0}
        listed = await yard.tasks.run_tool("browser_instance", {"action": "list"})
        assert listed.result is not None
        assert listed.result["structuredContent"] == {"instances": []}
        refused = await yard.tasks.run_tool("browser_instance", {"action": "new"})
        assert refused.error is not None
        assert refused.error.code == "NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("tool", "args", "kind"),
    [("nothing", {}, UnknownTool), ("sleep", {"duration": -1}, InvalidInput)],
)
async def test_a_tool_that_does_not_fit_is_refused(
    tool: str, args: dict[str, Any], kind: type[HubError]
) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        with pytest.raises(kind):
            await yard.tasks.run_tool(tool, args)


async def test_a_hub_that_goes_down_takes_no_more_work() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        await yard.browser()
        async with open_yard(store=yard.store) as other:
            pass
        with pytest.raises(ShuttingDown):
            await other.submit(READ)
        with pytest.raises(ShuttingDown):
            await other.tasks.run_tool("browser_content", READ["args"])
