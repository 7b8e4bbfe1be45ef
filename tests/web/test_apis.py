"""The smaller APIs: browsers, tools, the hub itself, artifacts, the description of them all."""

import asyncio
import base64
from typing import Any

import orjson
import pytest
from starlette.routing import Route
from tests.web.door import EXTENSION, Door, open_door, succeed

from tabyard.core.records import ArtifactRecord
from tabyard.web.errors import STATUS, TOOL_STATUS
from tabyard_protocol.errors import ErrorCode, ToolErrorCode
from tabyard_protocol.ids import ArtifactId
from tabyard_protocol.tools.catalogue import TOOLS

GOTO = {"action": "goto", "url": "https://example.com"}


async def test_browsers_are_listed_in_order_of_connection() -> None:
    async with open_door() as door:
        assert (await door.http.get("/instances")).json() == {"instances": []}
        first = await door.yard.browser(label="first")
        second = await door.yard.browser(label="second")
        listed = (await door.http.get("/instances")).json()["instances"]
        one = (await door.http.get(f"/instances/{second.instance_id}")).json()["instance"]
        unknown = await door.http.get("/instances/inst_0_x")
    assert [view["id"] for view in listed] == [first.instance_id, second.instance_id]
    assert one == listed[1]
    assert one["label"] == "second"
    assert one["status"] == "connected"
    assert one["queueLength"] == 0
    assert {"browserType", "userAgent", "connectedAt", "lastActivity", "kind"} <= set(one)
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "INSTANCE_NOT_FOUND"


async def test_registration_hands_out_a_way_in() -> None:
    async with open_door() as door:
        answer = await door.http.post("/register", json={"userAgent": "test", "windowId": 7})
        pairing = await door.http.post(
            "/register",
            json={"userAgent": "test", "windowId": 7, "pair": True},
            headers={"origin": f"chrome-extension://{EXTENSION}"},
        )
        wrong = await door.http.post("/register", json={"windowId": 7})
    way = answer.json()
    assert way["instanceId"].startswith("inst_")
    assert way["port"] == 3400
    assert way["websocketUrl"].startswith(f"ws://localhost:3400/instances/{way['instanceId']}?")
    assert way["ticket"] in way["websocketUrl"]
    assert "credential" not in way
    assert len(pairing.json()["credential"]) == 64
    assert wrong.status_code == 400
    assert wrong.json()["details"] == {"userAgent": "is required"}


async def test_the_catalogue_lists_every_tool_with_its_schema() -> None:
    async with open_door() as door:
        tools = (await door.http.get("/api/tools")).json()["tools"]
    assert [tool["name"] for tool in tools] == list(TOOLS)
    assert all(tool["inputSchema"]["type"] == "object" for tool in tools)
    assert all(tool["description"] for tool in tools)


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_tool_is_run_in_the_named_browser(wrapped: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    async with asyncio.timeout(5), open_door() as door:
        await door.yard.browser(handler=succeed)
        wanted = await door.yard.browser(handler=succeed)
        own = {"args": GOTO} if wrapped else GOTO
        answer = await door.http.post(
            "/api/tools/browser_navigate",
            json={**own, "instanceId": wanted.instance_id, "timeout": 5_000},
        )
        call = await wanted.next_call()
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert answer.json()["result"]["content"] == [{"type": "text", "text": '{"success": true}'}]
    assert call.args["url"] == "https://example.com"
    assert call.deadline_ms == 5_000


async def test_a_list_called_args_belongs_to_the_tool() -> None:
    async with asyncio.timeout(5), open_door() as door:
        browser = await door.yard.browser(handler=succeed)
        body = {"expression": "(a) => a", "args": [1]}
        answer = await door.http.post("/api/tools/browser_execute", json=body)
        assert answer.status_code == 200, answer.text
        assert (await browser.next_call()).args["args"] == [1]


async def test_a_tool_of_the_hub_needs_no_browser() -> None:
    async with open_door() as door:
        answer = await door.http.post("/api/tools/browser_instance", json={"action": "list"})
    assert answer.status_code == 200
    assert answer.json()["result"]["structuredContent"] == {"instances": []}


@pytest.mark.parametrize(
    ("tool", "body", "status", "code"),
    [
        ("fly", {}, 404, "UNKNOWN_TOOL"),
        ("browser_navigate", {"action": "fly"}, 400, "UNKNOWN_ACTION"),
        ("browser_navigate", {"action": "goto"}, 400, "INVALID_INPUT"),
        ("browser_navigate", {**GOTO, "timeout": 0}, 400, "INVALID_INPUT"),
        ("browser_navigate", GOTO, 503, "NO_INSTANCE"),
        ("browser_navigate", {**GOTO, "instanceId": "nobody"}, 400, "INVALID_INSTANCE"),
        ("browser_navigate", [], 400, "INVALID_INPUT"),
    ],
)
async def test_a_tool_that_can_not_be_run_says_why_in_its_own_shape(
    tool: str, body: Any, status: int, code: str
) -> None:
    async with open_door() as door:
        answer = await door.http.post(f"/api/tools/{tool}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]
    assert ("retry-after" in answer.headers) == (code == "NO_INSTANCE")


@pytest.mark.parametrize(
    ("code", "status"),
    [("ELEMENT_NOT_FOUND", 404), ("DIALOG_OPEN", 409), ("WAIT_TIMEOUT", 504), ("OWN_CODE", 409)],
)
async def test_a_tool_that_failed_answers_with_its_codes_status(code: str, status: int) -> None:
    async with asyncio.timeout(5), open_door() as door:
        browser = await door.yard.browser()
        asking = door.yard.group.create_task(
            door.http.post("/api/tools/browser_navigate", json=GOTO)
        )
        await browser.fail(await browser.next_call(), code, "because")
        answer = await asking
    assert answer.status_code == status
    assert answer.json()["error"] == {"code": code, "message": "because"}
    assert answer.json()["taskId"].startswith("task_")


def test_every_code_has_its_status() -> None:
    assert set(STATUS) == set(ErrorCode)
    assert set(TOOL_STATUS) == set(ToolErrorCode)


async def test_health_tells_what_the_store_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_door() as door:
        await door.yard.browser()
        well = await door.http.get("/health")
        monkeypatch.setattr(door.yard.store, "health", lambda: (False, "disk full"))
        ill = await door.http.get("/health")
    assert well.status_code == 200
    assert well.json() == {
        "name": "Tabyard",
        "keyRequired": False,
        "status": "ok",
        "store": "ok",
        "instances": 1,
        "uptimeMs": 0,
    }
    assert ill.status_code == 503
    assert ill.json()["status"] == "degraded"
    assert ill.json()["detail"] == "disk full"


async def test_info_names_the_ports_and_the_extension() -> None:
    async with open_door() as door:
        info = (await door.http.get("/info")).json()
    assert (info["httpPort"], info["linkPort"]) == (3300, 3400)
    assert info["wsEndpoint"] == "ws://localhost:3400"
    assert info["extensionId"] == EXTENSION
    assert info["store"] == "memory"
    assert {"name", "version", "protocol", "instances"} <= set(info)


async def test_metrics_count_requests_by_route_and_tell_the_hubs_state() -> None:
    async with open_door() as door:
        await door.yard.browser()
        await door.http.get("/tasks/task_1_1")
        await door.http.get("/tasks", headers={"origin": "null"})
        answer = await door.http.get("/metrics")
    text = answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    assert (
        'tabyard_http_requests_total{method="GET",route="/tasks/{task_id}",status="404"} 1.0'
        in text
    )
    assert 'tabyard_refused_total{code="FORBIDDEN_ORIGIN"} 1.0' in text
    assert 'tabyard_instances{status="connected"} 1.0' in text
    assert "tabyard_store_up 1.0" in text
    assert "_created" not in text


async def put_artifact(
    door: Door, data: bytes, *, name: str = "shot.png", mime_type: str = "image/png"
) -> str:
    """A stored artifact; its path."""
    record = ArtifactRecord(
        id=ArtifactId("art_1"),
        task_id=None,
        instance_id=None,
        name=name,
        mime_type=mime_type,
        size_bytes=len(data),
        sha256="abc",
        created_at_ms=0,
    )
    await door.yard.blobs.put(record.id, data)
    await door.yard.store.add_artifact(record)
    return f"/artifacts/{record.id}"


async def test_a_picture_is_shown_in_place_and_kept_by_its_reader() -> None:
    async with open_door() as door:
        path = await put_artifact(door, b"\x89PNG")
        answer = await door.http.get(path)
        again = await door.http.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert answer.content == b"\x89PNG"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "inline; filename*=utf-8''shot.png"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize(
    ("mime_type", "sent"),
    [
        ("text/html", "text/html"),
        ("image/svg+xml", "image/svg+xml"),
        ("image/png\r\nset-cookie: a=b", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
async def test_anything_else_is_only_saved(mime_type: str, sent: str) -> None:
    async with open_door() as door:
        path = await put_artifact(door, b"<script>", mime_type=mime_type, name='a"b\r\n/ü.html')
        answer = await door.http.get(path)
    assert answer.headers["content-type"] == sent
    disposition = answer.headers["content-disposition"]
    assert disposition == "attachment; filename*=utf-8''a%22b%0D%0A%2F%C3%BC.html"
    assert "set-cookie" not in answer.headers


async def test_an_unknown_artifact_is_not_found() -> None:
    async with open_door() as door:
        answer = await door.http.get("/artifacts/art_nope")
    assert answer.status_code == 404
    assert answer.json()["code"] == "ARTIFACT_NOT_FOUND"


async def test_a_screenshots_url_leads_to_its_bytes() -> None:
    data = base64.b64encode(b"\x89PNG").decode()

    async def shoot(_call: object) -> object:
        image = {"type": "image", "data": data, "mimeType": "image/png"}
        return {"content": [{"type": "text", "text": "{}"}, image], "structuredContent": {}}

    async with asyncio.timeout(5), open_door() as door:
        await door.yard.browser(handler=shoot)
        events = door.yard.listen()
        await door.http.post("/api/tools/browser_content", json={"action": "screenshot"})
        shot = await events.until(lambda event: event["type"] == "screenshot")
        answer = await door.http.get(shot["url"])
    assert answer.content == b"\x89PNG"


async def test_the_apis_describe_themselves() -> None:
    async with open_door() as door:
        document = (await door.http.get("/api/openapi.json")).json()
        routes = {route.path for route in door.app.routes if isinstance(route, Route)}
    assert document["openapi"] == "3.1.0"
    pages = {"/", "/api/docs", "/demo/form", "/ui/{name}", "/api/openapi.json"}
    assert set(document["paths"]) == routes - pages
    submit = document["paths"]["/tasks"]["post"]
    schema = submit["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/TaskDraft"}
    assert {"200", "400", "409", "413", "415", "503"} <= set(submit["responses"])


async def test_the_description_refers_to_nothing_that_is_missing() -> None:
    async with open_door() as door:
        document = (await door.http.get("/api/openapi.json")).json()
    text = orjson.dumps(document).decode()
    references = {part.split('"')[0] for part in text.split('"#/')[1:]}
    assert references
    for reference in references:
        at: Any = document
        for step in reference.split("/"):
            at = at[step]
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
