"""Whatever is sent, the hub answers in kind: a status below 500, a frame, or a refusal."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.door import Door, open_door, serve_door, succeed
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tabyard_protocol.errors import CloseCode

LEAVES: Final = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.floats()
    | st.text(max_size=20)
)
VALUES: Final = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these fields, each mostly of the right kind, sometimes of any."""
    return st.fixed_dictionaries(
        {}, optional={name: value | VALUES for name, value in fields.items()}
    )


COMMANDS: Final = st.fixed_dictionaries(
    {
        "tool_name": st.sampled_from(["browser_navigate", "browser_content", "own", "sleep"]),
        "intention": st.text(min_size=1, max_size=5),
        "args": objects(
            action=st.sampled_from(["goto", "get", "wait"]), url=st.text(), duration=st.just(0)
        ),
    }
)
TASKS: Final = objects(
    task_name=st.text(min_size=1, max_size=5),
    task_intention=st.text(min_size=1, max_size=5),
    commands=st.lists(COMMANDS | VALUES, max_size=3),
    metadata=st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
    instanceId=st.sampled_from(["inst_1_1", "nobody", ""]),
    session=st.text(max_size=5),
    dialogs=st.sampled_from(["ask", "never"]),
)
WHOLE_TASKS: Final = st.fixed_dictionaries(
    {
        "task_name": st.text(min_size=1, max_size=5),
        "task_intention": st.text(min_size=1, max_size=5),
        "commands": st.lists(
            st.fixed_dictionaries(
                {
                    "tool_name": st.just("own"),
                    "intention": st.text(min_size=1, max_size=5),
                    "args": st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
                }
            ),
            min_size=1,
            max_size=2,
        ),
        "metadata": st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
    }
)
"""Tasks that are accepted, with arguments of any kind."""


def text_of(value: object) -> bytes:
    """JSON, also of what strict JSON has no words for (NaN, numbers of any length)."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


def run_in_door(check: Callable[[Door], Any]) -> None:
    """Run `check` with a browser that answers everything."""

    async def run() -> None:
        async with asyncio.timeout(10), open_door() as door:
            await door.yard.browser(handler=succeed, tools=("own",))
            await check(door)

    asyncio.run(run())


FEW: Final = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(bodies=st.lists(TASKS | WHOLE_TASKS | VALUES, min_size=1, max_size=8))
def test_no_submission_is_a_defect(bodies: list[Any]) -> None:
    async def check(door: Door) -> None:
        for body in bodies:
            answer = await door.http.post(
                "/tasks", content=text_of(body), headers={"content-type": "application/json"}
            )
            assert answer.status_code in {200, 400}, (answer.text, body)
            orjson.loads(answer.content)
            if answer.status_code == 200:
                await door.ended(answer.json()["taskId"])

    run_in_door(check)


@FEW
@given(bodies=st.lists(st.binary(max_size=200), min_size=1, max_size=20))
@pytest.mark.parametrize("path", ["/tasks", "/register", "/api/tools/browser_navigate"])
def test_no_bytes_are_a_defect(path: str, bodies: list[bytes]) -> None:
    async def check(door: Door) -> None:
        for body in bodies:
            answer = await door.http.post(
                path, content=body, headers={"content-type": "application/json"}
            )
            assert answer.status_code == 400, answer.text

    run_in_door(check)


@FEW
@given(bodies=st.lists(objects(args=VALUES, instanceId=st.text(), timeout=st.integers(0, 9))))
def test_no_tool_call_is_a_defect(bodies: list[Any]) -> None:
    async def check(door: Door) -> None:
        for body in bodies:
            answer = await door.http.post(
                "/api/tools/own",
                content=text_of(body),
                headers={"content-type": "application/json"},
            )
            assert answer.status_code < 500, (answer.text, body)
            orjson.loads(answer.content)

    run_in_door(check)


@FEW
@given(
    paths=st.lists(st.text(max_size=30), min_size=1, max_size=10),
    query=st.dictionaries(st.sampled_from(["status", "limit", "offset", "instanceId"]), st.text()),
)
def test_no_path_and_no_query_is_a_defect(paths: list[str], query: dict[str, str]) -> None:
    async def check(door: Door) -> None:
        for path in paths:
            for start in ("/tasks", "/tasks/", "/instances/", "/artifacts/", "/ui/", "/"):
                safe = path.encode("utf-8", "replace").decode()
                answer = await door.http.get(start + quote(safe), params=query)
                assert answer.status_code < 500, answer.text

    run_in_door(check)


@settings(FEW, max_examples=15)
@given(frames=st.lists(st.text(max_size=50) | st.binary(max_size=50) | VALUES | TASKS, max_size=10))
def test_no_frame_is_a_defect(frames: list[Any]) -> None:
    async def run() -> None:
        async with asyncio.timeout(10), serve_door() as door, door.client() as client:
            for frame in frames:
                raw = frame if isinstance(frame, bytes) else text_of(frame).decode()
                await client.socket.send(raw)
                answer = await client.receive()
                assert answer["type"] == "error", answer
                assert answer["code"] != "INTERNAL_ERROR", answer
            assert (await client.ask("ping"))["type"] == "pong"

    asyncio.run(run())


REQUESTS: Final = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                "task_list",
                "task_status",
                "task_cancel",
                "subscribe_task",
                "subscribe_instance",
                "unsubscribe",
                "auth",
                "ping",
                "hello",
                "pong",
                "welcome",
            ]
        )
    },
    optional={
        name: value | VALUES
        for name, value in {
            "taskId": st.sampled_from(["task_1_1", "nobody", ""]),
            "instanceId": st.sampled_from(["inst_1_1", "nobody", "*", ""]),
            "after": st.integers(-1, 10),
            "epoch": st.text(max_size=5),
            "status": st.sampled_from(["all", "queued", "no such"]),
            "limit": st.integers(-1, 2000),
            "offset": st.integers(-1, 2**70),
            "token": st.text(max_size=5),
            "requestId": st.integers() | st.text(max_size=5),
        }.items()
    },
)
"""Requests of every type, with fields of their own and of others."""


@settings(FEW, max_examples=12)
@given(
    requests=st.lists(
        REQUESTS | WHOLE_TASKS.map(lambda task: {"type": "task_submit", **task}),
        min_size=4,
        max_size=12,
    )
)
def test_no_request_on_a_socket_is_a_defect(requests: list[dict[str, Any]]) -> None:
    """Each is answered, in order, whatever its fields; events may come between."""

    async def run() -> None:
        async with asyncio.timeout(10), serve_door() as door, door.client() as client:
            await door.yard.browser(handler=succeed, tools=("own",))
            await client.ask("ping")  # a hello would have to come first
            for request in requests:
                await client.socket.send(text_of(request).decode())
                await client.send("ping", requestId="the next")
                frames = await client.until(lambda frame: frame.get("requestId") == "the next")
                answers = [frame for frame in frames[:-1] if "offset" not in frame]
                answers += [frame for frame in frames if frame["type"] == "subscribe_ack"]
                assert answers, (request, frames)
                assert all(frame.get("code") != "INTERNAL_ERROR" for frame in frames), frames

    asyncio.run(run())


@FEW
@given(
    bodies=st.lists(
        objects(
            userAgent=st.text(max_size=10),
            windowId=st.integers() | st.text(max_size=5),
            label=st.text(max_size=10),
            instanceId=st.sampled_from(["inst_1_1", "nobody"]),
            nonce=st.text(max_size=20),
            pair=st.booleans(),
            memory=st.text(max_size=5),
        ),
        min_size=1,
        max_size=8,
    )
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/register"), ("PATCH", "/instances/inst_1_1"), ("POST", "/api/keys")],
)
def test_no_other_body_is_a_defect(method: str, path: str, bodies: list[Any]) -> None:
    async def check(door: Door) -> None:
        for body in bodies:
            answer = await door.http.request(
                method, path, content=text_of(body), headers={"content-type": "application/json"}
            )
            assert answer.status_code < 500, (answer.text, body)
            orjson.loads(answer.content)

    run_in_door(check)


LINK_FRAMES: Final = objects(
    type=st.sampled_from(
        ["hello", "tool_result", "tool_error", "tool_progress", "event", "ping", "pong", "no such"]
    ),
    id=st.text(max_size=10),
    instanceId=st.sampled_from(["inst_1_1", "nobody", ""]),
    result=VALUES,
    error=objects(code=st.text(max_size=5), message=st.text(max_size=5)),
    note=st.text(max_size=5),
    kind=st.sampled_from(["tab", "dialog", "download", "console", "detached", "no such"]),
    data=VALUES,
    ticket=st.text(max_size=5),
    running=VALUES,
    outbox=VALUES,
    epoch=st.integers(),
)
CLOSINGS: Final = {*CloseCode, 1000, 1006, 1011}


@settings(FEW, max_examples=20)
@given(
    frames=st.lists(
        st.text(max_size=30) | st.binary(max_size=30) | VALUES | LINK_FRAMES, max_size=12
    ),
    greets=st.booleans(),
)
def test_no_frame_on_the_link_is_a_defect(*, frames: list[Any], greets: bool) -> None:
    """The link may be closed for it, with a code that the protocol names; the hub goes on."""

    async def run() -> None:
        async with asyncio.timeout(10), serve_door() as door:
            body = {"userAgent": "test"}
            way = (await door.http.post("/register", json=body)).json()
            path = f"/instances/{way['instanceId']}?ticket={way['ticket']}"
            async with door.link(path) as link:
                code = await talk(link, frames, way if greets else None)
            assert code in CLOSINGS - {1011}, code
            listed = await door.http.get("/instances")
            assert listed.status_code == 200
            async with door.client() as client:
                assert (await client.ask("ping"))["type"] == "pong"

    asyncio.run(run())


async def talk(link: ClientConnection, frames: list[Any], way: dict[str, Any] | None) -> int:
    """Say all of it, and close; the code that the connection ended with."""
    with suppress(ConnectionClosed):
        if way is not None:
            hello = {"type": "hello", "instanceId": way["instanceId"], "ticket": way["ticket"]}
            await link.send(json.dumps(hello))
            await link.recv()
        for frame in frames:
            await link.send(frame if isinstance(frame, bytes) else text_of(frame).decode())
        await link.close()
    await link.wait_closed()
    return link.close_code or 1006
