"""The client WebSocket: each request of the contract, its answer, and the order of things."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from tests.web.door import NAVIGATE, is_type, serve_door, succeed, task_body
from websockets.exceptions import ConnectionClosed

from tabyard_protocol.errors import CloseCode

COMPLETE = is_type("task_complete")


async def test_a_client_is_welcomed_at_once() -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        welcome = client.welcome
    assert welcome["type"] == "welcome"
    assert welcome["sessionId"].startswith("sess_")
    assert welcome["protocol"] == 1
    assert {"message", "serverVersion"} <= set(welcome)


@pytest.mark.parametrize("path", ["/", "/tasks"])
async def test_a_submission_is_answered_and_followed_to_its_end(path: str) -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser(handler=succeed)
        async with door.client(path) as client:
            answer = await client.ask("task_submit", requestId="r1", **task_body())
            frames = await client.until(COMPLETE)
    task = answer["taskId"]
    assert answer == {
        "type": "task_submit_response",
        "requestId": "r1",
        "success": True,
        "taskId": task,
        "queuePosition": 1,
        "instanceId": browser.instance_id,
    }
    assert [frame["type"] for frame in frames] == [
        "task_queued",
        "task_started",
        "task_progress",
        "task_progress",
        "task_complete",
    ]
    assert [frame["offset"] for frame in frames] == [1, 2, 3, 4, 5]
    started, ended = frames[2:4]
    assert (started["status"], ended["status"]) == ("running", "success")
    expected = {
        "taskId": task,
        "commandId": f"{task}_cmd_0",
        "commandIndex": 0,
        "totalCommands": 1,
        "tool_name": "browser_navigate",
        "intention": "Go to example",
    }
    assert expected.items() <= started.items()
    assert ended["result"]["content"]
    complete = frames[-1]
    assert complete["summary"]["totalCommands"] == complete["summary"]["successfulCommands"] == 1
    assert complete["results"][0]["commandId"] == f"{task}_cmd_0"


async def test_the_same_conversation_works_on_the_http_port() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        await door.yard.browser(handler=succeed)
        async with door.client("/ws", port=door.http_port) as client:
            assert (await client.ask("task_submit", **task_body()))["success"] is True
            assert await client.until(COMPLETE)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"commands": []}, "NO_COMMANDS"),
        ({"task_name": ""}, "INVALID_INPUT"),
        ({"commands": [{**NAVIGATE, "tool_name": "fly"}]}, "UNKNOWN_TOOL"),
        ({"instanceId": "nobody"}, "INVALID_INSTANCE"),
        ({}, "NO_INSTANCE"),
    ],
)
async def test_a_refused_submission_says_why(fields: dict[str, Any], code: str) -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        answer = await client.ask("task_submit", requestId=5, **{**task_body(), **fields})
    assert answer["type"] == "task_submit_response"
    assert (answer["success"], answer["code"], answer["requestId"]) == (False, code, 5)
    assert answer["error"]


async def test_a_repeated_key_gets_the_first_answer_and_the_history() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        await door.yard.browser(handler=succeed)
        body = {**task_body(), "idempotencyKey": "k1"}
        async with door.client() as client:
            first = await client.ask("task_submit", **body)
            once = await client.until(COMPLETE)
        async with door.client() as client:
            second = await client.ask("task_submit", **body)
            again = await client.until(COMPLETE)
        rest = await door.http.post("/tasks", json=task_body(), headers={"Idempotency-Key": "k1"})
    assert second["taskId"] == first["taskId"] == rest.json()["taskId"]
    assert again == once


async def test_tasks_are_listed_and_read() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        task = await door.submit()
        await browser.next_call()
        async with door.client() as client:
            everything = await client.ask("task_list", requestId=1)
            none = await client.ask("task_list", status="completed")
            running = await client.ask("task_list", status="running", instanceId="nobody")
            wrong = await client.ask("task_list", status="asleep", requestId=2)
            whole = await client.ask("task_status", taskId=task, requestId=3)
            unknown = await client.ask("task_status", taskId="task_0_0", requestId=4)
        rest = await door.read(task)
    assert everything["type"] == "task_list_response"
    assert [one["id"] for one in everything["tasks"]] == [task]
    assert none["tasks"] == running["tasks"] == []
    assert (wrong["type"], wrong["code"], wrong["requestId"]) == ("error", "INVALID_INPUT", 2)
    assert whole == {"type": "task_status_response", "requestId": 3, "task": rest}
    assert unknown == {"type": "task_status_response", "requestId": 4, "task": None}


async def test_a_number_of_any_size_reaches_the_browser_and_comes_back_as_an_id() -> None:
    big = 2**70
    args = {"expression": "x", "args": [big]}
    command = {"tool_name": "browser_execute", "intention": "count", "args": args}
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with door.client() as client:
            draft = {"type": "task_submit", "requestId": big, **task_body(command)}
            await client.socket.send(json.dumps(draft))
            call = await browser.next_call()
            [answer] = (await client.until(is_type("task_submit_response")))[-1:]
            await client.socket.send(
                json.dumps({"type": "task_status", "taskId": "task_0_0", "requestId": big})
            )
            unknown = str(await client.socket.recv())
            while "task_status_response" not in unknown:
                unknown = str(await client.socket.recv())
    assert call.args["args"] == [float(big)], "JavaScript has no other number for it"
    assert int(answer["requestId"]) == big
    # Once each: strict readers take no key twice.
    pairs = json.loads(unknown, object_pairs_hook=list)
    expected = [("requestId", big), ("task", None), ("type", "task_status_response")]
    assert sorted(pairs) == expected


async def test_what_is_no_number_is_refused_or_nothing() -> None:
    body = json.dumps({"type": "task_submit", **task_body(), "metadata": {"a": 0, "b": 2**70}})
    async with asyncio.timeout(5), serve_door() as door:
        await door.yard.browser(handler=succeed)
        async with door.client() as client:
            await client.socket.send(body.replace('"a": 0', '"a": NaN'))
            refused = await client.receive()
            await client.socket.send(body.replace('"a": 0', '"a": 1e999'))
            ended = (await client.until(COMPLETE))[-1]
    assert (refused["type"], refused["code"]) == ("error", "INVALID_INPUT")
    assert ended["metadata"] == {"a": None, "b": float(2**70)}


async def test_a_task_is_cancelled_once() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with door.client() as client:
            task = (await client.ask("task_submit", **task_body()))["taskId"]
            await browser.next_call()
            await client.send("task_cancel", taskId=task, requestId="c")
            frames = await client.until(is_type("task_cancel_response"))
            again = await client.ask("task_cancel", taskId=task)
            unknown = await client.ask("task_cancel", taskId="task_0_0")
    answer = next(frame for frame in frames if frame["type"] == "task_cancel_response")
    complete = next(frame for frame in frames if COMPLETE(frame))
    assert answer == {
        "type": "task_cancel_response",
        "requestId": "c",
        "success": True,
        "taskId": task,
    }
    assert complete["status"] == "cancelled"
    assert (again["success"], again["reason"]) == (False, "Task already cancelled")
    assert (unknown["success"], unknown["reason"]) == (False, "Task not found")


async def test_who_leaves_has_heard_what_happened_before() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with door.client() as client:
            task = (await client.ask("task_submit", **task_body()))["taskId"]
            await browser.next_call()
            await client.send("task_cancel", taskId=task)
            await client.send("unsubscribe", taskId=task)
            frames = await client.until(is_type("unsubscribe_ack"))
    assert any(COMPLETE(frame) for frame in frames)


async def test_a_subscriber_from_now_on_sees_what_follows_the_ack() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        task = await door.submit()
        call = await browser.next_call()
        async with door.client() as client:
            ack = await client.ask("subscribe_task", taskId=task, requestId="s")
            await browser.answer(call, {})
            frames = await client.until(COMPLETE)
    assert ack["type"] == "subscribe_ack"
    assert (ack["requestId"], ack["taskId"], ack["status"]) == ("s", task, "running")
    assert ack["offset"] == 3
    assert [frame["offset"] for frame in frames] == [4, 5]


@pytest.mark.proves("events:gap_visible")
async def test_after_resumes_without_a_gap_and_without_repeats() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with door.client() as client:
            task = (await client.ask("task_submit", **task_body(NAVIGATE, NAVIGATE)))["taskId"]
            seen = [await client.receive() for _ in range(3)]
        await browser.answer(await browser.next_call(1), {})
        async with door.client() as client:
            last = seen[-1]["offset"]
            ack = await client.ask("subscribe_task", taskId=task, after=last)
            await browser.answer(await browser.next_call(2), {})
            seen += await client.until(COMPLETE)
    assert ack["offset"] == 3
    assert [frame["offset"] for frame in seen] == list(range(1, len(seen) + 1))


@pytest.mark.proves("events:gap_visible")
async def test_a_history_that_is_gone_is_said_so_before_live_events() -> None:
    async with asyncio.timeout(5), serve_door(history_events=2) as door:
        browser = await door.yard.browser()
        task = await door.submit()
        call = await browser.next_call()
        async with door.client() as client:
            ack = await client.ask("subscribe_task", taskId=task, after=0)
            resync = await client.receive()
            await browser.answer(call, {})
            live = await client.until(COMPLETE)
            other = await client.ask(
                "subscribe_task", taskId=task, after=1, epoch="another-process"
            )
            again = await client.receive()
    assert ack["offset"] == resync["offset"] == 3
    assert resync == {"type": "resync", "taskId": task, "epoch": ack["epoch"], "offset": 3}
    assert [frame["offset"] for frame in live] == [4, 5]
    assert other["status"] == "completed"
    assert again["type"] == "resync"


async def test_all_instances_or_one_can_be_followed_and_left() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        one = await door.yard.browser(handler=succeed)
        two = await door.yard.browser(handler=succeed)
        async with door.client() as client:
            everything = await client.ask("subscribe_instance", instanceId="*", requestId=1)
            await client.ask("subscribe_instance", instanceId=one.instance_id)
            await door.submit(instanceId=one.instance_id)
            first = await client.until(COMPLETE)
            left = await client.ask("unsubscribe", instanceId="*", requestId=2)
            await door.ended(await door.submit(instanceId=two.instance_id))
            await door.submit(instanceId=one.instance_id)
            second = await client.until(COMPLETE)
            unknown = await client.ask("subscribe_instance", instanceId="nobody")
    assert everything["type"] == "subscribe_ack"
    assert everything["instanceId"] == "*"
    assert [frame["offset"] for frame in first] == [1, 2, 3, 4, 5]
    assert left == {"type": "unsubscribe_ack", "requestId": 2, "instanceId": "*"}
    assert {frame["instanceId"] for frame in second} == {one.instance_id}
    assert unknown["code"] == "INSTANCE_NOT_FOUND"


async def test_connecting_and_leaving_browsers_are_told() -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        await client.ask("subscribe_instance", instanceId="*")
        browser = await door.yard.browser(label="new")
        connected = await client.receive()
        door.yard.cut_all()
        lost = await client.receive()
    assert (connected["type"], connected["instanceId"]) == (
        "instance_connected",
        browser.instance_id,
    )
    assert connected["label"] == "new"
    assert lost["type"] == "instance_reconnecting"
    assert lost["graceMs"] > 0


async def test_leaving_a_task_stops_its_events() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with door.client() as client:
            task = (await client.ask("task_submit", **task_body()))["taskId"]
            await client.until(is_type("task_progress"))
            left = await client.ask("unsubscribe", taskId=task)
            await browser.answer(await browser.next_call(), {})
            await door.ended(task)
            assert (await client.ask("ping"))["type"] == "pong"
            nothing = await client.ask("unsubscribe")
    assert left["taskId"] == task
    assert nothing["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("nonsense", "INVALID_INPUT"),
        ("[]", "INVALID_INPUT"),
        ("{}", "INVALID_INPUT"),
        ('{"type":"dance"}', "UNKNOWN_TYPE"),
        ('{"type":"task_status"}', "INVALID_INPUT"),
        ('{"type":"subscribe_task","taskId":"nobody"}', "TASK_NOT_FOUND"),
        (b"\x00\x01", "INVALID_INPUT"),
    ],
)
async def test_a_bad_frame_is_answered_and_ends_nothing(frame: str | bytes, code: str) -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        await client.socket.send(frame)
        answer = await client.receive()
        assert (answer["type"], answer["code"]) == ("error", code)
        assert await client.ask("ping", requestId="x") == {"type": "pong", "requestId": "x"}


async def test_a_flood_of_bad_frames_ends_it() -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        with suppress(ConnectionClosed):
            while True:
                await client.ask("dance")
        assert client.socket.close_code == CloseCode.TOO_MANY_REQUESTS


async def test_a_defect_in_one_request_is_answered_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_wanted: object) -> None:
        raise ZeroDivisionError

    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        monkeypatch.setattr(door.state.tasks, "list", broken)
        answer = await client.ask("task_list", requestId=9)
        assert (await client.ask("ping"))["type"] == "pong"
    assert (answer["code"], answer["requestId"]) == ("INTERNAL_ERROR", 9)
    assert [record.message for record in caplog.records].count("client request failed") == 1


async def test_a_key_may_come_as_header_or_as_first_frame() -> None:
    async with asyncio.timeout(5), serve_door(keys=["right"]) as door:
        async with door.client() as client:
            refused = await client.ask("task_list", requestId=1)
            wrong = await client.ask("auth", token="wrong")
            accepted = await client.ask("auth", token="right", requestId=2)
            served = await client.ask("task_list")
        headers = {"Authorization": "Bearer right"}
        async with door.client(additional_headers=headers) as client:
            at_once = await client.ask("task_list")
    assert (refused["type"], refused["code"]) == ("error", "UNAUTHORIZED")
    assert wrong["code"] == "UNAUTHORIZED"
    assert accepted == {"type": "auth_ack", "requestId": 2, "success": True}
    assert served["type"] == at_once["type"] == "task_list_response"


@pytest.mark.parametrize("first", [None, '{"type":"ping"}'])
async def test_without_a_key_nobody_stays(first: str | None) -> None:
    web = {"auth_timeout_s": 0.05}
    async with (
        asyncio.timeout(5),
        serve_door(keys=["right"], web=web) as door,
        door.client() as client,
    ):
        if first is not None:
            await client.ask("ping")
        with pytest.raises(ConnectionClosed):
            await client.receive()
        assert client.socket.close_code == CloseCode.UNAUTHORIZED


async def test_when_the_hub_goes_down_its_clients_are_told_to_come_back() -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        await client.ask("ping")
        door.yard.hub.bus.close()
        with pytest.raises(ConnectionClosed):
            await client.receive()
        assert client.socket.close_code == CloseCode.GOING_AWAY


async def test_a_repeated_key_to_a_forgotten_task_is_told_to_read_the_state() -> None:
    async with asyncio.timeout(5), serve_door(history_events=1) as door:
        await door.yard.browser(handler=succeed)
        body = {**task_body(), "idempotencyKey": "k1"}
        async with door.client() as client:
            first = await client.ask("task_submit", **body)
        await door.ended(first["taskId"])
        await door.ended(await door.submit())
        async with door.client() as client:
            again = await client.ask("task_submit", **body)
            resync = await client.receive()
    assert again["taskId"] == first["taskId"]
    assert (resync["type"], resync["taskId"]) == ("resync", first["taskId"])


async def test_a_connection_follows_so_many_things_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tabyard.web.streams.answers.MAX_TOPICS", 1)
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with door.client() as client:
            await client.ask("subscribe_instance", instanceId="*")
            same = await client.ask("subscribe_instance", instanceId="*")
            other = await client.ask("subscribe_instance", instanceId=browser.instance_id)
            submitted = await client.ask("task_submit", **task_body())
            total = (await door.http.get("/tasks")).json()["total"]
    assert same["type"] == "subscribe_ack"
    assert other["code"] == submitted["code"] == "INVALID_INPUT"
    assert total == 0


async def test_a_reader_that_knows_more_than_the_hub_is_told_to_resync() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        browser = await door.yard.browser()
        async with door.client() as client:
            ack = await client.ask(
                "subscribe_instance", instanceId=browser.instance_id, after=1_000
            )
            resync = await client.receive()
    assert (resync["type"], resync["instanceId"]) == ("resync", browser.instance_id)
    assert resync["offset"] == ack["offset"]
