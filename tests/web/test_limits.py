"""Limits answer clearly, per key or per address, and this machine without keys has none."""

import asyncio

import pytest
from starlette.types import Scope
from tests.web.door import open_door, serve_door

from tabyard.core.errors import RateLimited
from tabyard.testing import VirtualClock
from tabyard.web.limits import Limits, LimitSettings
from tabyard.web.standing import Proxies

KEY = {"x-api-key": "right"}


@pytest.mark.proves("security:limits_answer")
async def test_a_key_has_so_many_requests_a_minute_and_is_told_what_is_left() -> None:
    limits = LimitSettings(requests_per_minute=2)
    async with open_door(keys=["right"], web={"limits": limits}) as door:
        first = await door.http.get("/tasks", headers=KEY)
        await door.http.get("/tasks", headers=KEY)
        over = await door.http.get("/tasks", headers=KEY)
        tool = await door.http.get("/api/tools", headers=KEY)
        door.yard.clock.advance(60)
        after = await door.http.get("/tasks", headers=KEY)
    assert first.headers["x-ratelimit-limit"] == "2"
    assert first.headers["x-ratelimit-remaining"] == "1"
    assert first.headers["x-ratelimit-reset"] == "60"
    assert over.status_code == 429
    assert over.json() == {"error": "Too many requests", "code": "RATE_LIMITED"}
    assert over.headers["retry-after"] == "60"
    assert tool.status_code == 429
    assert after.status_code == 200


async def test_this_machine_without_keys_has_no_limit() -> None:
    limits = LimitSettings(requests_per_minute=1, connections=1)
    async with open_door(web={"limits": limits}) as door:
        answers = [await door.http.get("/tasks") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "x-ratelimit-limit" not in answers[0].headers


async def test_wrong_keys_are_slowed_down_and_then_even_a_right_one_waits() -> None:
    limits = LimitSettings(attempts_per_minute=3)
    async with open_door(keys=["right"], web={"limits": limits}) as door:
        tries = [await door.http.get("/tasks", headers={"x-api-key": "no"}) for _ in range(4)]
        locked = await door.http.get("/tasks", headers=KEY)
        without = await door.http.get("/health")
        door.yard.clock.advance(60)
        after = await door.http.get("/tasks", headers=KEY)
    assert [answer.status_code for answer in tries] == [401, 401, 401, 429]
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) == 60
    assert without.status_code == 200
    assert after.status_code == 200


async def test_nobody_locks_out_a_key_that_the_hub_has_made() -> None:
    """Behind one address may be others; 256 random bits need no protection from guessing."""
    limits = LimitSettings(attempts_per_minute=3)
    async with open_door(keys=["right"], web={"limits": limits}) as door:
        draft = {"name": "ci", "scopes": ["tasks:read"]}
        key = (await door.http.post("/api/keys", json=draft, headers=KEY)).json()["key"]
        wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
        tries = [await door.http.get("/tasks", headers={"x-api-key": wrong}) for _ in range(5)]
        let_in = await door.http.get("/tasks", headers={"x-api-key": key})
    assert [answer.status_code for answer in tries] == [401, 401, 401, 429, 429]
    assert let_in.status_code == 200


async def test_wrong_keys_of_auth_frames_count_as_well() -> None:
    limits = LimitSettings(attempts_per_minute=2)
    async with (
        asyncio.timeout(5),
        serve_door(keys=["right"], web={"limits": limits}) as door,
        door.client() as client,
    ):
        codes = [(await client.ask("auth", token="no"))["code"] for _ in range(3)]
    assert codes == ["UNAUTHORIZED", "UNAUTHORIZED", "RATE_LIMITED"]


async def test_a_client_that_asks_too_fast_is_told_so_and_goes_on() -> None:
    limits = LimitSettings(frames_per_second=2)
    async with (
        asyncio.timeout(5),
        serve_door(keys=["right"], web={"limits": limits}) as door,
        door.client(additional_headers=KEY) as client,
    ):
        answers = [await client.ask("task_list") for _ in range(3)]
        assert [answer.get("code") for answer in answers] == [None, None, "RATE_LIMITED"]
        door.yard.clock.advance(1)
        assert (await client.ask("task_list"))["type"] == "task_list_response"


def test_connections_are_counted_while_they_last() -> None:
    limits = Limits(LimitSettings(connections=1), VirtualClock())
    with (
        limits.connected("key"),
        limits.connected(None),
        limits.connected("other"),
        pytest.raises(RateLimited),
        limits.connected("key"),
    ):
        pass
    with limits.connected("key"):
        pass


async def test_json_that_is_nested_too_deep_is_refused() -> None:
    deep = b'{"task_name":' + b"[" * 50 + b"]" * 50 + b"}"
    brackets_in_text = b'{"task_name":"' + b"[" * 50 + b'\\"["}'
    json = {"content-type": "application/json"}
    async with open_door(web={"json_depth": 20}) as door:
        refused = await door.http.post("/tasks", content=deep, headers=json)
        flat = await door.http.post("/tasks", content=brackets_in_text, headers=json)
        unclosed = await door.http.post(
            "/tasks", content=b'"\\"' * 300_000 + b"[" * 30, headers=json
        )
    assert refused.json()["error"] == "Request body is nested deeper than 20 levels"
    assert "nested" not in flat.text
    assert unclosed.status_code == 400


@pytest.mark.parametrize("port", ["http_port", "link_port"])
async def test_a_connection_without_a_request_is_closed(port: str) -> None:
    async with asyncio.timeout(5), serve_door(handshake_s=0.05) as door:
        for sent in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", getattr(door, port))
            writer.write(sent)
            assert await reader.read() == b""
            writer.close()


@pytest.mark.parametrize("port", ["http_port", "link_port"])
async def test_a_head_without_end_is_refused(port: str) -> None:
    async with asyncio.timeout(5), serve_door() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", getattr(door, port))
        writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
        for _ in range(9):
            writer.write(b"x-more: " + b"a" * 8_000 + b"\r\n")
        assert b" 431 " in await reader.readline()
        assert await reader.read()
        writer.close()


async def test_a_second_head_has_no_more_time_than_the_first() -> None:
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
    async with asyncio.timeout(5), serve_door(handshake_s=0.05) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.http_port)
        writer.write(head + b"\r\n" + head)
        assert (await reader.read()).count(b"HTTP/1.1 200") == 1
        writer.close()


def addressed(trusted: list[str], peer: str, forwarded: str) -> str:
    scope: Scope = {"client": (peer, 1)}
    return Proxies(trusted).address_of(scope, {b"x-forwarded-for": forwarded.encode()})


def test_only_a_trusted_proxy_may_say_for_whom_it_asks() -> None:
    assert addressed([], "10.0.0.9", "1.2.3.4") == "10.0.0.9"
    assert addressed(["10.0.0.1"], "10.0.0.9", "1.2.3.4") == "10.0.0.9"
    assert addressed(["10.0.0.0/24"], "10.0.0.9", "1.2.3.4") == "1.2.3.4"
    # What a caller has written before the proxy added to it counts for nothing.
    assert addressed(["10.0.0.9"], "10.0.0.9", "127.0.0.1, 1.2.3.4") == "1.2.3.4"
    assert addressed(["10.0.0.0/24"], "10.0.0.9", "127.0.0.1, 1.2.3.4, 10.0.0.8") == "1.2.3.4"
    assert addressed(["10.0.0.9"], "10.0.0.9", "nonsense") == "10.0.0.9"
    assert addressed(["10.0.0.9"], "10.0.0.9", "") == "10.0.0.9"
