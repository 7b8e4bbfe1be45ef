"""Browsers on the link port: real sockets, and what ends them."""

import asyncio
from typing import Any

import orjson
import pytest
from tests.web.door import ServedDoor, serve_door, succeed, task_body
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tabyard_protocol.errors import CloseCode


async def register(door: ServedDoor) -> dict[str, Any]:
    answer = await door.http.post("/register", json={"userAgent": "test", "windowId": 1})
    way: dict[str, Any] = answer.json()
    return way


async def hello(socket: ClientConnection, way: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Say hello; the hub's welcome."""
    frame = {"type": "hello", "instanceId": way["instanceId"], **fields}
    await socket.send(orjson.dumps(frame).decode())
    welcome: dict[str, Any] = orjson.loads(await socket.recv())
    return welcome


async def closed_with(socket: ClientConnection) -> int | None:
    """How the hub ends the socket, whatever it still says before."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed:
        return socket.close_code


async def test_a_browser_joins_by_the_address_that_it_was_given() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        way = await register(door)
        path = way["websocketUrl"].partition("3400")[2]
        async with door.link(path) as socket:
            welcome = await hello(socket, way)
            submitted = await door.http.post("/tasks", json=task_body())
            call = orjson.loads(await socket.recv())
            result = {"type": "tool_result", "id": call["id"], "result": await succeed(None)}
            await socket.send(orjson.dumps(result).decode())
            task = await door.ended(submitted.json()["taskId"])
    assert welcome["type"] == "welcome"
    assert welcome["instanceId"] == way["instanceId"]
    assert welcome["epoch"] == 1
    assert call["type"] == "tool_call"
    assert call["args"] == {"action": "goto", "url": "https://example.com"}
    assert task["status"] == "completed"


@pytest.mark.parametrize("path", ["/", "/tasks"])
async def test_at_the_root_the_first_frame_tells_a_browser_from_a_client(path: str) -> None:
    async with asyncio.timeout(5), serve_door() as door:
        way = await register(door)
        async with door.link(path) as socket:
            for_clients = orjson.loads(await socket.recv())
            for_browsers = await hello(socket, way, ticket=way["ticket"])
            listed = (await door.http.get("/instances")).json()["instances"]
    assert "sessionId" in for_clients
    assert for_browsers["instanceId"] == way["instanceId"]
    assert [one["status"] for one in listed] == ["connected"]


async def test_with_keys_configured_a_browser_needs_its_ticket_only() -> None:
    async with asyncio.timeout(5), serve_door(keys=["right"]) as door:
        way = (
            await door.http.post(
                "/register",
                json={"userAgent": "test", "windowId": 1},
                headers={"x-api-key": "right"},
            )
        ).json()
        async with door.link(f"/instances/{way['instanceId']}?ticket={way['ticket']}") as socket:
            assert (await hello(socket, way))["epoch"] == 1


async def test_an_unknown_browser_is_sent_away() -> None:
    path = "/instances/inst_0_0"
    async with asyncio.timeout(5), serve_door() as door, door.link(path) as socket:
        frame = {"type": "hello", "instanceId": "inst_0_0"}
        await socket.send(orjson.dumps(frame).decode())
        assert await closed_with(socket) == CloseCode.UNKNOWN_INSTANCE


@pytest.mark.proves("security:audited")
async def test_who_may_not_speak_for_a_browser_leaves_a_line() -> None:
    paired = {"userAgent": "test", "pair": True}
    async with asyncio.timeout(5), serve_door() as door:
        way = (await door.http.post("/register", json=paired)).json()
        back = {"userAgent": "test", "instanceId": way["instanceId"], "nonce": "a fresh nonce"}
        claimed = (await door.http.post("/register", json=back)).json()
        for ticket, path in (
            ("wrong", f"/instances/{way['instanceId']}?ticket=wrong"),
            (claimed["ticket"], "/"),
            ("none", "/instances/inst_0"),
        ):
            async with door.link(path) as socket:
                frame = {"type": "hello", "instanceId": way["instanceId"], "ticket": ticket}
                await socket.send(orjson.dumps({**frame, "proof": "0" * 64}).decode())
                assert (await closed_with(socket) or 0) >= 4000
        rows, _ = await door.state.audit.page(limit=10, offset=0)
        told = [(row.subject, row.outcome) for row in rows if row.action == "refused"]
    assert sorted(told) == [
        ("link inst_0", "UNKNOWN_INSTANCE"),
        (f"link {way['instanceId']}", "UNAUTHORIZED"),
        (f"link {way['instanceId']}", "UNAUTHORIZED"),
    ]
    assert claimed["ticket"] not in str(rows)


@pytest.mark.proves("security:audited")
async def test_what_a_client_may_not_ask_leaves_a_line() -> None:
    async with asyncio.timeout(5), serve_door(keys=["right"]) as door:
        async with door.client() as client:
            await client.ask("auth", token="wrong")
            await client.ask("task_list")
        draft = {"name": "reader", "scopes": ["tasks:read"]}
        headers = {"x-api-key": "right"}
        made = (await door.http.post("/api/keys", json=draft, headers=headers)).json()
        async with door.client(additional_headers={"x-api-key": made["key"]}) as client:
            assert (await client.ask("task_cancel", taskId="task_0"))["code"] == "FORBIDDEN"
        rows, _ = await door.state.audit.page(limit=10, offset=0)
        told = [(row.who, row.subject, row.outcome) for row in rows if row.action == "refused"]
    assert sorted(told) == [
        ("nobody", "auth frame", "UNAUTHORIZED"),
        ("nobody", "task_list frame", "UNAUTHORIZED"),
        ("reader", "task_cancel frame", "FORBIDDEN"),
    ]


@pytest.mark.proves("security:audited")
@pytest.mark.parametrize("said", [None, '{"type":"ping"}'])
async def test_a_client_that_presents_no_key_in_time_leaves_a_line(said: str | None) -> None:
    web = {"auth_timeout_s": 0.05}
    async with asyncio.timeout(5), serve_door(keys=["right"], web=web) as door:
        async with door.link() as socket:
            if said is not None:
                await socket.send(said)
            assert await closed_with(socket) == CloseCode.UNAUTHORIZED
        rows, _ = await door.state.audit.page(limit=10, offset=0)
    assert [(row.subject, row.outcome) for row in rows] == [("socket", "UNAUTHORIZED")]


async def test_a_frame_over_the_limit_ends_the_link_and_leaves_the_queue() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        way = await register(door)
        async with door.link(f"/instances/{way['instanceId']}?ticket={way['ticket']}") as socket:
            await hello(socket, way)
            await door.submit()
            await socket.send("x" * (1024 * 1024 + 1))
            assert await closed_with(socket) == CloseCode.TOO_LARGE
        views = (await door.http.get("/instances")).json()["instances"]
    assert [(view["status"], view["queueLength"]) for view in views] == [("reconnecting", 1)]


async def test_a_frame_over_the_limit_ends_a_clients_connection_too() -> None:
    async with asyncio.timeout(5), serve_door() as door, door.client() as client:
        await client.socket.send("x" * (1024 * 1024 + 1))
        assert await closed_with(client.socket) == CloseCode.TOO_LARGE


async def test_a_browser_that_vanishes_is_reconnecting() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        events = door.yard.listen()
        way = await register(door)
        async with door.link(f"/instances/{way['instanceId']}?ticket={way['ticket']}") as socket:
            await hello(socket, way)
            socket.transport.abort()
            lost = await events.until(lambda event: event["type"] == "instance_reconnecting")
    assert lost["instanceId"] == way["instanceId"]


async def test_a_client_that_vanishes_leaves_nothing_behind() -> None:
    async with asyncio.timeout(5), serve_door() as door:
        async with door.client() as client:
            await client.ask("subscribe_instance", instanceId="*")
            client.socket.transport.abort()
        while "tabyard_client_sockets 0.0" not in (await door.http.get("/metrics")).text:
            pass
