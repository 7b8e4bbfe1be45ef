"""Keys at work: made over REST, confined to scopes, tools and browsers, revoked at once."""

import asyncio
from typing import Any

import httpx2
import pytest
from tests.web.door import Door, open_door, serve_door, succeed, task_body
from websockets.exceptions import ConnectionClosed

RUN_SCRIPT = {
    "tool_name": "browser_execute",
    "intention": "Run a script",
    "args": {"script": "return 1"},
}


async def make(door: Door, *scopes: str, by: str | None = None, **fields: Any) -> httpx2.Response:
    headers = {} if by is None else {"x-api-key": by}
    body = {"name": "ci", "scopes": list(scopes), **fields}
    return await door.http.post("/api/keys", json=body, headers=headers)


async def key_for(door: Door, *scopes: str, by: str | None = None, **fields: Any) -> str:
    made = await make(door, *scopes, by=by, **fields)
    assert made.status_code == 200, made.text
    key: str = made.json()["key"]
    return key


@pytest.mark.proves("security:keys_everywhere")
async def test_with_the_first_key_everybody_needs_one() -> None:
    async with open_door() as door:
        assert (await door.http.get("/tasks")).status_code == 200
        key = await key_for(door, "tasks:read", "keys:admin")
        assert (await door.http.get("/tasks")).status_code == 401
        answer = await door.http.get("/tasks", headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == 200
        listed = await door.http.get("/api/keys", headers={"x-api-key": key})
    assert [row["name"] for row in listed.json()["keys"]] == ["ci"]
    assert key.rpartition("_")[2] not in listed.text


async def test_a_revoked_key_is_no_good_from_then_on_and_its_sockets_end() -> None:
    async with asyncio.timeout(5), serve_door(keys=["root"]) as door:
        root = {"x-api-key": "root"}
        made = await door.http.post(
            "/api/keys", json={"name": "ci", "scopes": ["tasks:read"]}, headers=root
        )
        key, key_id = made.json()["key"], made.json()["view"]["id"]
        headers = {"authorization": f"Bearer {key}"}
        async with door.client(additional_headers=headers) as client:
            assert (await client.ask("task_list"))["type"] == "task_list_response"
            gone = await door.http.delete(f"/api/keys/{key_id}", headers=root)
            assert gone.status_code == 200
            with pytest.raises(ConnectionClosed) as closed:
                await client.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4501
        assert (await door.http.get("/tasks", headers=headers)).status_code == 401
        again = await door.http.delete(f"/api/keys/{key_id}", headers=root)
        assert again.status_code == 404
        assert not any(door.state.guests.values())


async def test_nobody_hands_on_more_than_they_have() -> None:
    async with open_door() as door:
        admin = await key_for(door, "keys:admin", "tasks:read")
        assert (await make(door, "tasks:read", by=admin)).status_code == 200
        assert (await make(door, "tasks:write", by=admin)).status_code == 403


async def test_a_key_in_an_address_is_refused_even_when_it_is_right() -> None:
    async with open_door(keys=["right"]) as door:
        for query in ({"key": "right"}, {"api_key": "right"}, {"access_token": "right"}):
            answer = await door.http.get("/tasks", params=query, headers={"x-api-key": "right"})
            assert answer.status_code == 400
            assert "does not belong into an address" in answer.json()["error"]
            assert "right" not in answer.text


async def test_scripts_need_a_scope_of_their_own_in_every_api() -> None:
    async with open_door() as door:
        await door.yard.browser(handler=succeed)
        plain = await key_for(door, "tasks:write", "tools:run", "keys:admin", "tools:execute")
        key = await key_for(door, "tasks:write", "tools:run", by=plain)
        mine, theirs = {"x-api-key": plain}, {"x-api-key": key}
        task = task_body(RUN_SCRIPT)
        assert (await door.http.post("/tasks", json=task, headers=theirs)).status_code == 403
        assert (await door.http.post("/tasks", json=task, headers=mine)).status_code == 200
        script = {"script": "return 1"}
        path = "/api/tools/browser_execute"
        refused = await door.http.post(path, json=script, headers=theirs)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "FORBIDDEN"
        assert (await door.http.post(path, json=script, headers=mine)).status_code == 200
        alias = await door.http.post("/api/tools/execute_script", json=script, headers=theirs)
        assert alias.status_code in {403, 404}
        launch = await door.http.post(
            "/api/tools/browser_instance", json={"action": "new"}, headers=theirs
        )
        assert launch.status_code == 403


async def test_a_key_for_one_tool_runs_that_one_only() -> None:
    async with open_door() as door:
        await door.yard.browser(handler=succeed)
        key = await key_for(door, "tools:run", "tool:browser_tab")
        headers = {"x-api-key": key}
        listed = await door.http.post(
            "/api/tools/browser_tab", json={"action": "list"}, headers=headers
        )
        other = await door.http.post(
            "/api/tools/browser_content", json={"action": "get"}, headers=headers
        )
    assert listed.status_code == 200, listed.text
    assert other.status_code == 403


@pytest.mark.proves("security:keys_confined")
async def test_a_key_for_one_browser_knows_of_no_other() -> None:
    async with open_door() as door:
        theirs = await door.yard.browser(handler=succeed, label="theirs")
        mine = await door.yard.browser(handler=succeed, label="mine")
        foreign = await door.submit(instanceId=theirs.instance_id)
        await door.ended(foreign)
        scopes = ("tasks:write", "tasks:read", "instances:read", "tools:run", "instances:write")
        key = await key_for(door, *scopes, instanceIds=[mine.instance_id])
        headers = {"x-api-key": key}

        async def post(**fields: Any) -> httpx2.Response:
            return await door.http.post("/tasks", json=task_body(**fields), headers=headers)

        own = await post()
        assert own.json()["instanceId"] == mine.instance_id
        assert (await post(instanceId=mine.instance_id)).status_code == 200
        assert (await post(instanceId=theirs.instance_id)).status_code == 403
        assert (await post(instanceId={"label": "theirs"})).status_code == 403
        listed = await door.http.get("/tasks", headers=headers)
        assert {row["instanceId"] for row in listed.json()["tasks"]} == {mine.instance_id}
        rows = (await door.http.get("/instances", headers=headers)).json()["instances"]
        assert [row["id"] for row in rows] == [mine.instance_id]
        for path in (f"/tasks/{foreign}", f"/tasks/{foreign}/events"):
            assert (await door.http.get(path, headers=headers)).status_code == 404
        cancel = await door.http.post(f"/tasks/{foreign}/cancel", headers=headers)
        assert cancel.status_code == 404
        for path in (f"/instances/{theirs.instance_id}", f"/instances/{theirs.instance_id}/events"):
            assert (await door.http.get(path, headers=headers)).status_code == 403
        tool = {"args": {"action": "list"}, "instanceId": theirs.instance_id}
        other = await door.http.post("/api/tools/browser_tab", json=tool, headers=headers)
        assert other.status_code == 403


async def test_a_socket_is_held_to_the_scopes_of_its_key() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        theirs = await door.yard.browser(handler=succeed)
        mine = await door.yard.browser(handler=succeed)
        foreign = await door.submit(instanceId=theirs.instance_id)
        key = await key_for(door, "tasks:read", instanceIds=[mine.instance_id])
        async with door.client() as client:
            assert (await client.ask("task_list"))["code"] == "UNAUTHORIZED"
            assert (await client.ask("auth", token="wrong"))["code"] == "UNAUTHORIZED"
            assert (await client.ask("auth", token=key))["success"] is True
            assert (await client.ask("task_submit", **task_body()))["code"] == "FORBIDDEN"
            assert (await client.ask("task_status", taskId=foreign))["task"] is None
            assert (await client.ask("subscribe_task", taskId=foreign))["code"] == "TASK_NOT_FOUND"
            everything = await client.ask("subscribe_instance", instanceId="*")
            assert everything["code"] == "FORBIDDEN"
            own = await client.ask("subscribe_instance", instanceId=mine.instance_id)
            assert own["type"] == "subscribe_ack"


async def test_the_first_key_ends_what_came_without_one() -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        assert (await client.ask("task_list"))["type"] == "task_list_response"
        await key_for(door, "tasks:read")
        with pytest.raises(ConnectionClosed) as closed:
            await client.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4501


async def test_a_revoked_key_ends_its_event_streams() -> None:
    async with asyncio.timeout(5), serve_door(keys=["root"]) as door:
        root = {"x-api-key": "root"}
        browser = await door.yard.browser(handler=succeed)
        made = await door.http.post(
            "/api/keys", json={"name": "ci", "scopes": ["tasks:read"]}, headers=root
        )
        headers = {"x-api-key": made.json()["key"]}
        path = f"/instances/{browser.instance_id}/events"
        async with door.http.stream("GET", path, headers=headers) as stream:
            lines = stream.aiter_lines()
            assert "retry" in await anext(lines)
            await door.http.delete(f"/api/keys/{made.json()['view']['id']}", headers=root)
            async for _ in lines:
                pass
        assert not any(door.state.guests.values())


@pytest.mark.proves("security:audited")
async def test_the_trail_says_who_did_what_and_who_was_refused() -> None:
    async with open_door() as door:
        browser = await door.yard.browser(handler=succeed)
        task = await door.submit()
        await door.ended(task)
        key = await key_for(door, "tasks:write", "audit:read", "tools:run")
        headers = {"x-api-key": key}
        await door.http.get("/tasks", headers={"x-api-key": "wrong"})
        await door.http.get("/instances", headers=headers)
        await door.http.get("/tasks", headers={"origin": "https://evil.example"})
        await door.http.post(f"/tasks/{task}/cancel", headers=headers)
        await door.http.post("/api/tools/browser_tab", json={"action": "list"}, headers=headers)
        trail = await door.http.get("/api/audit", params={"limit": 6}, headers=headers)
        older = await door.http.get("/api/audit", params={"limit": 2, "offset": 6}, headers=headers)
    rows = [
        (row["who"], row["action"], row.get("subject"), row["outcome"])
        for row in trail.json()["entries"]
    ]
    assert rows == [
        ("ci", "tool.run", "browser_tab", "ok"),
        ("ci", "task.cancel", task, "400"),
        ("nobody", "refused", "/tasks", "FORBIDDEN_ORIGIN"),
        ("ci", "refused", "GET /instances", "FORBIDDEN"),
        ("nobody", "refused", "GET /tasks", "UNAUTHORIZED"),
        ("anybody", "key.new", key[:12], "ok"),
    ]
    (submitted,) = older.json()["entries"]
    assert submitted["action"] == "task.submit"
    assert submitted["instanceId"] == browser.instance_id
    assert submitted["address"] == "127.0.0.1"
    assert key.rpartition("_")[2] not in trail.text


async def test_the_trail_forgets_in_time() -> None:
    async with open_door() as door:
        await key_for(door, "audit:read", "tasks:read")
        await door.state.audit.flush()
        door.yard.clock.advance(31 * 24 * 3600)
        await door.http.get("/tasks")
        await door.state.audit.flush()
        rows, _ = await door.state.audit.page(limit=9, offset=0)
        assert [row.action for row in rows] == ["refused"]


async def test_a_flood_of_refusals_becomes_one_line() -> None:
    async with open_door(keys=["right"]) as door:
        for _ in range(130):
            await door.http.get("/tasks")
        rows, total = await door.state.audit.page(limit=1, offset=0)
    assert total == 101
    assert rows[0].subject == "30 more"
