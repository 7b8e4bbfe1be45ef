"""`/tasks`: every row of the contract, driven over REST."""

import asyncio
import base64
from typing import Any

import pytest
from tests.web.document import DOCUMENT_BODY
from tests.web.door import NAVIGATE, Door, open_door, succeed, task_body


async def test_the_documents_example_runs_as_written() -> None:
    async with asyncio.timeout(5), open_door() as door:
        browser = await door.yard.browser(handler=succeed)
        body = {**DOCUMENT_BODY, "instanceId": browser.instance_id}
        answer = await door.http.post("/tasks", json=body)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        accepted = answer.json()
        assert accepted["queuePosition"] == 1
        assert accepted["wsEndpoint"] == "ws://localhost:3400"
        assert accepted["instanceId"] == browser.instance_id
        assert accepted["status"] in {"queued", "running"}

        task = await door.ended(accepted["taskId"])

    assert task["status"] == "completed"
    assert task["name"] == "Search Google"
    assert task["intention"] == "Search for browser automation tools"
    assert task["currentCommandIndex"] == 2
    assert task["metadata"] == {"client": "my-app"}
    assert {"id", "instanceId", "createdAt", "startedAt", "completedAt"} <= set(task)
    second = task["commands"][1]
    assert second["id"] == f"{accepted['taskId']}_cmd_1"
    assert second["status"] == "success"
    assert second["args"] == DOCUMENT_BODY["commands"][1]["args"]
    assert second["result"]["content"] == [{"type": "text", "text": '{"success": true}'}]
    assert {"tool_name", "intention", "startedAt", "completedAt"} <= set(second)


async def test_without_a_browser_a_task_is_refused_for_now() -> None:
    async with open_door() as door:
        answer = await door.http.post("/tasks", json=task_body())
    assert answer.status_code == 503
    assert answer.json() == {"error": "No connected browser instances", "code": "NO_INSTANCE"}
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("body", [{}, task_body(commands=[]), {"task_name": "n"}])
async def test_without_commands_a_task_is_refused_before_anything_else(body: Any) -> None:
    async with open_door() as door:
        answer = await door.http.post("/tasks", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"error": "No commands provided", "code": "NO_COMMANDS"}


async def test_a_missing_field_is_named() -> None:
    async with open_door() as door:
        body = task_body()
        del body["task_name"]
        answer = await door.http.post("/tasks", json=body)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "task_name is required",
        "code": "INVALID_INPUT",
        "details": {"task_name": "is required"},
    }


async def test_arguments_are_checked_before_the_task_is_accepted() -> None:
    wrong = {**NAVIGATE, "args": {"action": "goto"}}
    async with open_door() as door:
        await door.yard.browser()
        answer = await door.http.post("/tasks", json=task_body(NAVIGATE, wrong))
        assert (await door.http.get("/tasks")).json()["total"] == 0
    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_INPUT"
    assert list(answer.json()["details"]) == ["commands[1].args.url"]


async def test_an_unknown_tool_or_action_is_refused_and_the_valid_ones_are_named() -> None:
    async with open_door() as door:
        await door.yard.browser()
        tool = await door.http.post("/tasks", json=task_body({**NAVIGATE, "tool_name": "fly"}))
        action = await door.http.post(
            "/tasks", json=task_body({**NAVIGATE, "args": {"action": "fly"}})
        )
    assert tool.status_code == action.status_code == 400
    assert tool.json()["code"] == "UNKNOWN_TOOL"
    assert "browser_navigate" in tool.json()["error"]
    assert "goto" in action.json()["error"]


async def test_a_tool_that_only_the_browser_knows_is_accepted() -> None:
    async with asyncio.timeout(5), open_door() as door:
        await door.yard.browser(handler=succeed, tools=("make_tea",))
        task = await door.submit(
            {"tool_name": "make_tea", "intention": "tea", "args": {"sugar": 1}}
        )
        assert (await door.ended(task))["status"] == "completed"


async def test_the_body_is_checked_before_the_instance() -> None:
    async with open_door() as door:
        answer = await door.http.post("/tasks", json=task_body(task_name="", instanceId="nobody"))
        assert answer.json()["code"] == "INVALID_INPUT"
        unknown = await door.http.post("/tasks", json=task_body(instanceId="nobody"))
    assert unknown.status_code == 400
    assert unknown.json() == {
        "error": "Instance not connected: nobody",
        "code": "INVALID_INSTANCE",
    }


@pytest.mark.parametrize("content", ["{", "", "nonsense", '{"task_name": NaN'])
async def test_malformed_json_is_called_that(content: str) -> None:
    async with open_door() as door:
        answer = await door.http.post(
            "/tasks", content=content, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 400
    assert answer.json() == {"error": "Invalid JSON in request body", "code": "INVALID_INPUT"}


async def test_other_content_types_are_refused() -> None:
    async with open_door() as door:
        form = await door.http.post("/tasks", data={"task_name": "x"})
        beacon = await door.http.post(
            "/tasks", content="{}", headers={"content-type": "text/plain"}
        )
    assert form.status_code == beacon.status_code == 415
    assert form.json()["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_a_full_queue_refuses_and_says_when_to_come_back() -> None:
    async with open_door(queue_limit=2) as door:
        await door.yard.browser()
        first = await door.http.post("/tasks", json=task_body())
        second = await door.http.post("/tasks", json=task_body())
        third = await door.http.post("/tasks", json=task_body())
    assert [first.json()["queuePosition"], second.json()["queuePosition"]] == [1, 2]
    assert third.status_code == 503
    assert third.json() == {"error": "Queue full: max 2 tasks allowed", "code": "QUEUE_FULL"}
    assert int(third.headers["retry-after"]) > 0


async def test_the_same_key_and_task_run_once_however_the_body_is_spelled() -> None:
    async with open_door() as door:
        await door.yard.browser()
        key = {"Idempotency-Key": "k1"}
        body = task_body()
        reordered = dict(reversed(body.items()))
        first = await door.http.post("/tasks", json=body, headers=key)
        again = await door.http.post("/tasks", json=reordered, headers=key)
        other = await door.http.post("/tasks", json=task_body(task_name="x"), headers=key)
        total = (await door.http.get("/tasks")).json()["total"]
    assert again.status_code == 200
    assert again.json()["taskId"] == first.json()["taskId"]
    assert other.status_code == 409
    assert other.json()["code"] == "IDEMPOTENCY_CONFLICT"
    assert total == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_of_no_sensible_length_is_refused(key: str) -> None:
    async with open_door() as door:
        answer = await door.http.post("/tasks", json=task_body(), headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["Idempotency-Key"]


async def test_without_a_named_instance_the_first_connected_one_is_used() -> None:
    async with open_door() as door:
        first = await door.yard.browser()
        second = await door.yard.browser(label="second")
        implicit = await door.http.post("/tasks", json=task_body())
        by_label = await door.http.post("/tasks", json=task_body(instanceId="second"))
    assert implicit.json()["instanceId"] == first.instance_id
    assert by_label.json()["instanceId"] == second.instance_id


async def listed(door: Door, query: str = "") -> list[str]:
    answer = await door.http.get(f"/tasks{query}")
    assert answer.status_code == 200, answer.text
    return [task["id"] for task in answer.json()["tasks"]]


async def test_tasks_are_listed_newest_first_and_filtered() -> None:
    async with asyncio.timeout(5), open_door() as door:
        busy = await door.yard.browser(handler=succeed)
        stuck = await door.yard.browser()
        done = await door.submit(instanceId=busy.instance_id)
        await door.ended(done)
        running = await door.submit(instanceId=stuck.instance_id)
        await stuck.next_call()
        queued = await door.submit(instanceId=stuck.instance_id)

        assert await listed(door) == [queued, running, done]
        assert await listed(door, "?status=all") == [queued, running, done]
        assert await listed(door, "?status=completed") == [done]
        assert await listed(door, "?status=running") == [running]
        assert await listed(door, f"?instanceId={stuck.instance_id}") == [queued, running]
        both = f"?instanceId={stuck.instance_id}&status=queued"
        assert await listed(door, both) == [queued]
        assert await listed(door, "?instanceId=nobody") == []
        assert await listed(door, "?limit=1&offset=1") == [running]
        page = (await door.http.get("/tasks?limit=1")).json()
        assert page["total"] == 3
        row = page["tasks"][0]
        assert row["commandCount"] == row["totalCommands"] == 1
        assert {"id", "instanceId", "name", "intention", "status", "createdAt"} <= set(row)
        assert row["currentCommandIndex"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=asleep", "status"),
        ("status=", "status"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
        ("offset=" + "9" * 40, "offset"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(query: str, field: str) -> None:
    async with open_door() as door:
        answer = await door.http.get(f"/tasks?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


async def test_a_failed_task_names_the_command_and_the_tools_own_code() -> None:
    async with asyncio.timeout(5), open_door() as door:
        browser = await door.yard.browser()
        task = await door.submit(NAVIGATE, NAVIGATE)
        await browser.fail(await browser.next_call(), "NAVIGATION_FAILED", "no such host")
        view = await door.ended(task)
        row = (await door.http.get("/tasks")).json()["tasks"][0]
    error = {
        "code": "NAVIGATION_FAILED",
        "message": "no such host",
        "commandId": f"{task}_cmd_0",
    }
    assert view["status"] == "failed"
    assert view["error"] == row["error"] == error
    assert [one["status"] for one in view["commands"]] == ["error", "skipped"]
    assert view["commands"][0]["error"] == {
        "code": "NAVIGATION_FAILED",
        "message": "no such host",
    }


async def test_an_unknown_task_is_not_found() -> None:
    async with open_door() as door:
        read = await door.http.get("/tasks/task_1_1")
        cancelled = await door.http.post("/tasks/task_1_1/cancel")
    for answer in (read, cancelled):
        assert answer.status_code == 404
        assert answer.json() == {"error": "Task not found", "code": "TASK_NOT_FOUND"}


async def test_cancelling_needs_no_body_and_works_once() -> None:
    async with asyncio.timeout(5), open_door() as door:
        await door.yard.browser()
        running, queued = await door.submit(), await door.submit()
        for task in (queued, running):
            first = await door.http.post(f"/tasks/{task}/cancel")
            again = await door.http.post(f"/tasks/{task}/cancel")
            assert first.status_code == 200
            assert first.json() == {
                "success": True,
                "taskId": task,
                "message": "Task cancelled",
            }
            assert again.status_code == 400
            assert again.json() == {
                "success": False,
                "taskId": task,
                "reason": "Task already cancelled",
            }


async def test_a_finished_task_can_not_be_cancelled() -> None:
    async with asyncio.timeout(5), open_door() as door:
        await door.yard.browser(handler=succeed)
        task = await door.submit()
        await door.ended(task)
        answer = await door.http.post(f"/tasks/{task}/cancel")
    assert answer.status_code == 400
    assert answer.json()["reason"] == "Task already completed"


async def test_cancelling_with_a_json_body_works_too() -> None:
    async with asyncio.timeout(5), open_door() as door:
        await door.yard.browser()
        task = await door.submit()
        answer = await door.http.post(f"/tasks/{task}/cancel", json={})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/nope", "/tasks/", "/tasks/a/b", "/api", "/api/tools/"])
async def test_any_other_path_is_not_found_in_json(path: str) -> None:
    async with open_door() as door:
        answer = await door.http.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"] == "Not found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/tasks", "GET, HEAD, POST"),
        ("POST", "/tasks/x", "GET, HEAD"),
        ("GET", "/tasks/x/cancel", "POST"),
        ("GET", "/register", "POST"),
        ("OPTIONS", "/tasks", "GET, HEAD, POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(method: str, path: str, allowed: str) -> None:
    async with open_door() as door:
        answer = await door.http.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


async def test_pictures_come_inline_when_a_task_is_read_unless_links_are_wanted() -> None:
    pixel = base64.b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()

    async def shoot(_call: object) -> object:
        image = {"type": "image", "data": pixel, "mimeType": "image/png"}
        return {"content": [{"type": "text", "text": "{}"}, image], "structuredContent": {}}

    async with asyncio.timeout(5), open_door() as door:
        await door.yard.browser(handler=shoot)
        shot = {
            "tool_name": "browser_content",
            "intention": "look",
            "args": {"action": "screenshot"},
        }
        task = await door.submit(shot)
        view = await door.ended(task)
        linked = (await door.http.get(f"/tasks/{task}?pictures=link")).json()["task"]
        (link,) = [item for item in content_of(linked) if item["type"] == "resource_link"]
        fetched = await door.http.get(link["uri"])
        refused = await door.http.get(f"/tasks/{task}?pictures=none")
    images = [item for item in content_of(view) if item["type"] == "image"]
    assert images == [{"type": "image", "data": pixel, "mimeType": "image/png"}]
    assert fetched.content == base64.b64decode(pixel)
    assert refused.json()["details"] == {"pictures": "should be one of inline, link"}


def content_of(view: dict[str, Any]) -> list[dict[str, Any]]:
    """What the first command of a task answered."""
    content: list[dict[str, Any]] = view["commands"][0]["result"]["content"]
    return content
