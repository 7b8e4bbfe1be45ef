"""The door itself: what is refused before any route, and what every answer carries."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.web.door import (
    DASHBOARD,
    EXTENSION,
    link_http,
    open_door,
    raw_http,
    serve_door,
    task_body,
)
from typing_extensions import override
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tabyard.core.errors import HubError
from tabyard.web.errors import STATUS, render
from tabyard_protocol.errors import ErrorCode

OWN_EXTENSION = f"chrome-extension://{EXTENSION}"


async def test_every_answer_is_dressed() -> None:
    async with open_door() as door:
        for answer in [await door.http.get("/health"), await door.http.get("/nope")]:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "access-control-allow-origin" not in answer.headers


async def test_a_foreign_host_is_misdirected() -> None:
    async with open_door() as door:
        answer = await door.http.get("/tasks", headers={"host": "evil.example:3300"})
    assert answer.status_code == 421
    assert answer.json()["code"] == "UNKNOWN_HOST"


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://localhost:8080"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_a_foreign_origin_is_refused_whatever_it_asks(origin: str, method: str) -> None:
    async with open_door() as door:
        answer = await door.http.request(method, "/tasks", headers={"origin": origin})
    assert answer.status_code == 403
    assert answer.json()["code"] == "FORBIDDEN_ORIGIN"


@pytest.mark.parametrize("origin", [OWN_EXTENSION, "http://127.0.0.1:3300"])
async def test_the_own_ui_and_the_own_extension_are_served(origin: str) -> None:
    async with open_door() as door:
        answer = await door.http.get("/tasks", headers={"origin": origin})
    assert answer.status_code == 200


async def test_plain_http_on_the_link_port_is_told_to_upgrade() -> None:
    async with open_door() as door, link_http(door.app) as link:
        answer = await link.get("/tasks")
        refused = await link.get("/tasks", headers={"host": "evil.example"})
    assert answer.status_code == 426
    assert answer.headers["upgrade"] == "websocket"
    assert "WebSockets only" in answer.json()["error"]
    assert refused.status_code == 421


async def test_a_body_over_the_limit_is_refused() -> None:
    async with open_door(web={"body_limit_bytes": 1_000}) as door:
        await door.yard.browser()
        long = await door.http.post("/tasks", json=task_body(task_name="x" * 1_000))
    assert long.status_code == 413
    assert long.json() == {
        "error": "Request body is over the limit of 1000 bytes",
        "code": "BODY_TOO_LARGE",
    }
    assert long.headers["connection"] == "close"


async def test_a_body_without_a_length_is_counted_while_it_arrives() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b'{"task_name":"' + b"x" * 500

    async with open_door(web={"body_limit_bytes": 1_000}) as door:
        answer = await door.http.post(
            "/tasks", content=endless(), headers={"content-type": "application/json"}
        )
    assert answer.status_code == 413


async def test_a_body_that_never_arrives_is_given_up() -> None:
    async with serve_door(web={"body_timeout_s": 0.05}) as door, asyncio.timeout(5):
        request = [
            "POST /tasks HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            "Content-Length: 100",
        ]
        async with raw_http(door.http_port, *request) as reader:
            assert b" 400 " in await reader.readline()


async def test_a_defect_is_answered_in_json_and_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_door() as door:

        async def broken(_wanted: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(door.state.tasks, "list", broken)
        answer = await door.http.get("/tasks")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "Internal error; the hub's log has the details",
        "code": "INTERNAL_ERROR",
    }
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.message for record in errors] == ["request failed"]
    assert errors[0].exc_info is not None


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_can_be_rendered(code: ErrorCode) -> None:
    class Raised(HubError):
        @override
        def __str__(self) -> str:
            return "a sentence"

    Raised.code = code
    answer = render(Raised())
    assert answer.status_code == STATUS[code]
    assert answer.body == f'{{"error":"a sentence","code":"{code}"}}'.encode()


async def test_cors_is_off_unless_configured() -> None:
    async with open_door() as door:
        answer = await door.http.get("/tasks", headers={"origin": DASHBOARD})
    assert answer.status_code == 403


async def test_a_configured_origin_may_call_and_read() -> None:
    async with open_door(web={"cors_origins": frozenset({DASHBOARD})}) as door:
        preflight = await door.http.options(
            "/tasks", headers={"origin": DASHBOARD, "access-control-request-method": "POST"}
        )
        answer = await door.http.get("/tasks", headers={"origin": DASHBOARD})
        other = await door.http.get("/tasks", headers={"origin": "https://other.example"})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    for one in (preflight, answer):
        assert one.headers["access-control-allow-origin"] == DASHBOARD
        assert one.headers["vary"] == "Origin"
    assert other.status_code == 403
    assert "access-control-allow-origin" not in other.headers


class Tries:
    """What a path answers without a key, with a wrong one, and with the right one."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str, **headers: str) -> int:
        return (await self._http.get(path, headers=headers)).status_code


async def test_with_keys_configured_only_pages_and_health_do_without() -> None:
    async with open_door(keys=["right"]) as door:
        tries = Tries(door.http)
        for path in ("/", "/health", "/api/docs", "/ui/status.js", "/demo/form"):
            assert await tries.get(path) == 200
        for path in ("/tasks", "/instances", "/info", "/metrics", "/api/tools", "/nope"):
            assert await tries.get(path) == 401
        assert await tries.get("/tasks", authorization="Bearer right") == 200
        assert await tries.get("/tasks", **{"x-api-key": "right"}) == 200
        assert await tries.get("/tasks", authorization="Bearer wrong") == 401
        refused = await door.http.get("/tasks")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["code"] == "UNAUTHORIZED"


async def test_while_no_key_exists_nothing_comes_through_a_proxy() -> None:
    for header in ("x-forwarded-for", "forwarded"):
        async with open_door() as door:
            passed_on = await door.http.get("/tasks", headers={header: "for=1.2.3.4"})
            page = await door.http.get("/", headers={header: "for=1.2.3.4"})
        assert passed_on.status_code == 401
        assert "make an API key first" in passed_on.json()["error"]
        assert page.status_code == 200
    async with open_door(keys=["right"]) as door:
        keyed = await door.http.get(
            "/tasks", headers={"x-forwarded-for": "1.2.3.4", "x-api-key": "right"}
        )
    assert keyed.status_code == 200


@pytest.mark.proves("security:key_before_all")
async def test_which_methods_there_are_is_told_to_callers_with_a_key() -> None:
    async with open_door(keys=["right"]) as door:
        for path in ("/tasks", "/register", "/metrics", "/api/keys"):
            stranger = await door.http.put(path)
            known = await door.http.put(path, headers={"x-api-key": "right"})
            assert (stranger.status_code, "allow" in stranger.headers) == (401, False)
            assert (known.status_code, "allow" in known.headers) == (405, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "evil.example"}, 421),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_an_upgrade_is_refused_before_it_is_accepted(
    headers: dict[str, str], status: int
) -> None:
    async with asyncio.timeout(5), serve_door() as door:
        for port, path in ((door.link_port, "/"), (door.http_port, "/ws")):
            request = [
                f"GET {path} HTTP/1.1",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
            given = {"host": "localhost", **headers}
            request += [f"{name}: {value}" for name, value in given.items()]
            async with raw_http(port, *request) as reader:
                assert f" {status} ".encode() in await reader.readline()


@pytest.mark.parametrize("path", ["/", "/tasks", "/instances/inst_1_a", "/nope"])
async def test_a_socket_at_the_wrong_port_or_path_is_not_found(path: str) -> None:
    async with asyncio.timeout(5), serve_door() as door:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{door.http_port}{path}"):
                pass
    assert refused.value.response.status_code == 404
    assert b'"error":"Not found"' in (refused.value.response.body or b"")
