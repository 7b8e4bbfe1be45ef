"""Every route and socket against every kind of caller: the rows come from the router itself."""

import re
from collections.abc import Iterable
from typing import Any, Final

import orjson
import pytest
from starlette.routing import Route
from starlette.types import Message
from tests.web.door import EXTENSION, Door, open_door, raw_http, serve_door

from tabyard.core.keys import ALL_SCOPES, mint
from tabyard.web.app import ENDPOINTS
from tabyard.web.endpoint import GuardedRoute, OpenRoute
from tabyard.web.limits import LimitSettings
from tabyard.web.streams.sockets import SocketRoute

OURS: Final = f"chrome-extension://{EXTENSION}"
HOST: Final = "127.0.0.1:3300"
PATIENT: Final = LimitSettings(attempts_per_minute=0)

ADMITTED: Final[dict[str, dict[str, str]]] = {
    "no origin": {},
    "own UI": {"origin": "http://127.0.0.1:3300", "sec-fetch-site": "same-origin"},
    "own UI by name": {"origin": "http://localhost:3300", "host": "localhost:3300"},
    "our extension": {"origin": OURS, "sec-fetch-site": "cross-site"},
}
REFUSED: Final[dict[str, dict[str, str]]] = {
    "other extension": {"origin": "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba"},
    "null": {"origin": "null"},
    "evil site": {"origin": "https://evil.example"},
    "empty origin": {"origin": ""},
    "other loopback port": {"origin": "http://127.0.0.1:8080"},
    "other loopback port by name": {"origin": "http://localhost:8080"},
    "link port": {"origin": "http://127.0.0.1:3400"},
    "lookalike suffix": {"origin": "http://127.0.0.1:3300.evil.example"},
    "lookalike port": {"origin": "http://127.0.0.1:33000"},
    "lookalike extension": {"origin": f"{OURS}x"},
    "lookalike prefix": {"origin": f"x{OURS}"},
    "lookalike user": {"origin": "http://127.0.0.1:3300@evil.example"},
    "other scheme": {"origin": f"moz-extension://{EXTENSION}"},
    "rebinding": {"host": "evil.example:3300"},
    "rebinding with its origin": {
        "host": "evil.example:3300",
        "origin": "http://evil.example:3300",
    },
    "rebinding lookalike": {"host": "127.0.0.1.evil.example"},
    "image": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    "sibling site": {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    "frame": {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "iframe",
    },
}
DOOR_CODES: Final = {"FORBIDDEN_ORIGIN", "UNKNOWN_HOST"}


def filled(path: str) -> str:
    return re.sub(r"{[^}]*}", "x", path)


def requests(door: Door) -> Iterable[tuple[str, str, Route]]:
    """Each method of each HTTP route."""
    for route in door.app.routes:
        if isinstance(route, Route):
            for method in sorted(route.methods or ()):
                yield method, filled(route.path), route


async def ask(door: Door, method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    body = b"{}" if method in {"POST", "PATCH"} else None
    kind = {} if body is None else {"content-type": "application/json"}
    answer = await door.http.request(
        method, path, headers={"host": HOST, **kind, **headers}, content=body
    )
    parsed: Any = orjson.loads(answer.content) if answer.content[:1] == b"{" else {}
    return answer.status_code, parsed


def test_every_route_says_what_kind_it_is() -> None:
    listed = {endpoint.path for endpoint in ENDPOINTS}
    assert all(isinstance(endpoint.says, str) for endpoint in ENDPOINTS)
    assert "/api/keys" in listed


async def test_the_router_has_no_routes_of_other_kinds() -> None:
    async with open_door() as door:
        kinds = {type(route) for route in door.app.routes}
        sockets = [route for route in door.app.routes if isinstance(route, SocketRoute)]
        assert kinds == {GuardedRoute, OpenRoute, SocketRoute}
        assert len(sockets) >= 4
        assert len(list(requests(door))) > 25


@pytest.mark.parametrize("kind", ADMITTED)
async def test_every_route_admits(kind: str) -> None:
    async with open_door() as door:
        for method, path, _route in requests(door):
            status, body = await ask(door, method, path, ADMITTED[kind])
            assert body.get("code") not in DOOR_CODES, (method, path, body)
            assert status < 500, (method, path, body)


@pytest.mark.parametrize("kind", REFUSED)
async def test_every_route_refuses_before_anything_happens(kind: str) -> None:
    async with open_door() as door:
        for method, path, _route in requests(door):
            status, body = await ask(door, method, path, REFUSED[kind])
            assert status in {403, 421}, (method, path)
            assert method == "HEAD" or body["code"] in DOOR_CODES, (method, path)
        assert not list(door.state.hub.registry.views())
        assert not door.state.keys.records


async def upgrade(door: Door, path: str, port: int, headers: dict[str, str]) -> Message:
    """The first thing that a socket is told."""
    told: list[Message] = []
    given = {"host": f"127.0.0.1:{port}", **headers}
    incoming = iter([{"type": "websocket.connect"}])

    async def receive() -> Message:
        return next(incoming, {"type": "websocket.disconnect", "code": 1005})

    async def send(message: Message) -> None:
        told.append(message)

    scope: dict[str, Any] = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", port),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    await door.app(scope, receive, send)
    return told[0]


def sockets(door: Door) -> Iterable[tuple[str, int]]:
    for route in door.app.routes:
        if isinstance(route, SocketRoute):
            for port in (3300, 3400):
                yield filled(route.path), port


@pytest.mark.parametrize("kind", ADMITTED)
async def test_every_socket_admits(kind: str) -> None:
    async with open_door() as door:
        accepted = 0
        for path, port in sockets(door):
            first = await upgrade(door, path, port, ADMITTED[kind])
            assert first.get("status", 404) == 404, (path, port, first)
            accepted += first["type"] == "websocket.accept"
        assert accepted == 5


@pytest.mark.parametrize("kind", REFUSED)
async def test_every_socket_refuses_before_it_accepts(kind: str) -> None:
    async with open_door() as door:
        for path, port in sockets(door):
            first = await upgrade(door, path, port, REFUSED[kind])
            assert first["type"] == "websocket.http.response.start", (path, port)
            assert first["status"] in {403, 421}, (path, port)
        assert not list(door.state.hub.registry.views())


OPEN: Final = {"/", "/api/docs", "/api/openapi.json", "/demo/form", "/health", "/ui/x"}
"""What needs no key: pages and files without data, and whether the hub is well."""


def code_in(body: dict[str, Any]) -> str:
    """In the shape of a tool's answer, or of any other."""
    error: Any = body["error"]
    code: str = body["code"] if isinstance(error, str) else error["code"]
    return code


@pytest.mark.parametrize("wrong", [None, "wrong", "tyk_00000001_00"])
async def test_with_keys_every_route_but_the_open_ones_asks_for_one(wrong: str | None) -> None:
    headers = {} if wrong is None else {"authorization": f"Bearer {wrong}"}
    async with open_door(keys=["right"], web={"limits": PATIENT}) as door:
        for method, path, _route in requests(door):
            status, body = await ask(door, method, path, headers)
            if path in OPEN:
                assert status in {200, 404}, (method, path)
            else:
                assert status == 401, (method, path, body)
                assert method == "HEAD" or code_in(body) == "UNAUTHORIZED"


async def test_every_endpoint_refuses_a_key_that_allows_everything_else() -> None:
    async with open_door() as door:
        for endpoint in ENDPOINTS:
            if endpoint.needs is None:
                continue
            key, record = mint(
                "almost",
                secrets=(door.state.ids.secret(), door.state.ids.secret()),
                scopes=sorted(ALL_SCOPES - {endpoint.needs.value}),
                instances=(),
                at_ms=1,
            )
            door.state.keys.add(record)
            headers = {"x-api-key": key}
            status, body = await ask(door, endpoint.method, filled(endpoint.path), headers)
            assert status == 403, (endpoint.method, endpoint.path)
            assert code_in(body) == "FORBIDDEN", (endpoint.path, body)
            assert ("success" in body) is endpoint.path.startswith("/api/tools/")


async def test_every_endpoint_keeps_a_key_to_its_browsers() -> None:
    """A new endpoint about the whole hub is closed to such a key until it says that it narrows."""
    async with open_door() as door:
        await door.yard.browser(label="not mine")
        theirs = door.state.hub.registry.views()[0].id
        key, record = mint(
            "bound",
            secrets=(door.state.ids.secret(), door.state.ids.secret()),
            scopes=sorted(ALL_SCOPES),
            instances=["inst_mine"],
            at_ms=1,
        )
        door.state.keys.add(record)
        for endpoint in ENDPOINTS:
            if endpoint.needs is None or endpoint.narrows:
                continue
            path = endpoint.path.replace("{instance_id}", theirs)
            status, body = await ask(door, endpoint.method, filled(path), {"x-api-key": key})
            assert status in {403, 404}, (endpoint.method, endpoint.path, body)


ODD: Final = (
    "/tasks/", "//tasks", "/tasks//", "/./tasks", "/tasks/.", "/health/../tasks", "/ui/../tasks",
    "/ui/..%2ftasks", "/%2ftasks", "/tasks%2f", "/%74asks", "/TASKS", "/Tasks", "/tasks;x=1",
    "/tasks%00", "/tasks%20", "/tasks.", "/tasks%2e", "/tasks#", "/tasks?",
    "/instances/%2e%2e/tasks",
    "/api//tools", "/api/tools/..%2f..%2fhealth", "/ui%2f..%2ftasks", "/demo/form/../../tasks",
    "/register/../tasks", "\\tasks", "/tasks\\", "/health%2f..%2ftasks", "/health/tasks",
)  # fmt: skip


@pytest.mark.proves("security:routed_authority")
async def test_no_spelling_of_a_path_gets_past_the_key() -> None:
    async with serve_door(keys=["right"]) as door:
        for path in ODD:
            request = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
            async with raw_http(door.http_port, *request) as reader:
                status = (await reader.readline()).split(b" ")[1]
            # 400: not even the parser takes it; 404: a missing file of the pages.
            assert status in {b"401", b"400"} or (path.startswith("/ui/") and status == b"404"), (
                path
            )
