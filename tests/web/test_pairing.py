"""Paired browsers over REST: listed also when they are gone, renamed, revoked."""

import asyncio

import orjson
import pytest
from tests.web.door import EXTENSION, NAVIGATE, open_door, serve_door, task_body

from tabyard.core.proof import browser_proof
from tabyard_protocol.errors import CloseCode

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
PAIR = {"userAgent": AGENT, "pair": True, "label": "laptop", "profile": "Work"}
NONCE = "client-nonce-1"


async def test_a_paired_browser_is_listed_although_it_is_gone() -> None:
    async with open_door() as door:
        paired = (await door.http.post("/register", json=PAIR)).json()
        answer = await door.http.get("/instances")
        assert paired["credential"] not in answer.text
        [row] = answer.json()["instances"]
        shown = {
            name: row[name] for name in ("id", "kind", "label", "profile", "machine", "status")
        }
        assert shown == {
            "id": paired["instanceId"],
            "kind": "paired",
            "label": "laptop",
            "profile": "Work",
            "machine": "Linux x86_64",
            "status": "gone",
        }
        assert "lastSeen" not in row


async def test_a_browser_is_renamed_by_id_or_label() -> None:
    async with open_door() as door:
        paired = (await door.http.post("/register", json=PAIR)).json()
        path = f"/instances/{paired['instanceId']}"
        answer = await door.http.patch(path, json={"label": "kitchen window"})
        assert answer.json()["instance"]["label"] == "kitchen window"
        answer = await door.http.patch("/instances/kitchen%20window", json={"label": "desk"})
        assert answer.json()["instance"]["id"] == paired["instanceId"]
        for wrong in ("", "  ", "two\nlines", "x" * 201, 7):
            answer = await door.http.patch(path, json={"label": wrong})
            assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
        for extra in ({}, {"credential": "0" * 64}):
            answer = await door.http.patch(path, json=extra)
            assert answer.status_code == 400
        assert (await door.http.get(path)).json()["instance"]["label"] == "desk"


async def test_what_a_browser_is_called_can_be_shown_on_a_terminal() -> None:
    async with open_door() as door:
        for name in ("label", "browser", "profile"):
            for text in ("\x1b]0;hello\x07", "two\nlines", "\x9b31m", "x" * 201):
                answer = await door.http.post("/register", json={**PAIR, name: text})
                assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
        assert not door.state.hub.registry.views()


async def test_who_is_not_there_can_be_neither_renamed_nor_revoked() -> None:
    async with open_door() as door:
        for answer in (
            await door.http.patch("/instances/inst_0", json={"label": "x"}),
            await door.http.delete("/instances/inst_0"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "INSTANCE_NOT_FOUND")


async def test_an_ambiguous_label_is_refused_with_its_candidates() -> None:
    async with open_door() as door:
        ones = [(await door.http.post("/register", json=PAIR)).json() for _ in range(2)]
        ids = sorted(one["instanceId"] for one in ones)
        answer = await door.http.delete("/instances/laptop")
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INSTANCE")
        assert sorted(answer.json()["details"]["candidates"]) == ids
        assert len((await door.http.get("/instances")).json()["instances"]) == 2


async def test_a_task_may_name_its_browser_by_label() -> None:
    async with open_door() as door:
        browser = await door.yard.browser(label="kitchen")
        await door.yard.browser(label="desk")
        body = task_body(NAVIGATE, instanceId={"label": "kitchen"})
        answer = await door.http.post("/tasks", json=body)
        assert answer.json()["instanceId"] == browser.instance_id
        await door.yard.browser(label="kitchen")
        answer = await door.http.post("/tasks", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INSTANCE")
        assert browser.instance_id in answer.json()["error"]
        tool = {"args": NAVIGATE["args"], "instanceId": {"label": "nobody"}}
        answer = await door.http.post("/api/tools/browser_navigate", json=tool)
        assert answer.json()["error"]["code"] == "INVALID_INSTANCE"


async def test_a_revoked_browser_is_cut_off_and_cannot_return() -> None:
    async with asyncio.timeout(10), serve_door() as door:
        paired = (await door.http.post("/register", json=PAIR)).json()
        instance, credential = paired["instanceId"], paired["credential"]
        back = {"userAgent": AGENT, "instanceId": instance, "nonce": NONCE}
        way = (await door.http.post("/register", json=back)).json()
        proof = browser_proof(credential, instance, client_nonce=NONCE, hub_nonce=way["nonce"])
        hello = {"type": "hello", "protocol": 1, "instanceId": instance, "proof": proof}
        async with door.link(f"/instances/{instance}?ticket={way['ticket']}") as socket:
            await socket.send(orjson.dumps(hello).decode())
            assert orjson.loads(await socket.recv())["type"] == "welcome"

            answer = await door.http.delete(f"/instances/{instance}")

            assert answer.json()["instance"]["status"] == "gone"
            await socket.wait_closed()
            assert socket.close_code == CloseCode.REVOKED
        answer = await door.http.post("/register", json=back)
        assert (answer.status_code, answer.json()["code"]) == (404, "INSTANCE_NOT_FOUND")
        assert (await door.http.get("/instances")).json()["instances"] == []


KEY = {"x-api-key": "right"}
EXTENSION_ORIGIN = {"origin": f"chrome-extension://{EXTENSION}"}


@pytest.mark.proves("security:joining_needs_a_key")
async def test_where_keys_are_needed_nobody_joins_without_one() -> None:
    """An origin is no proof: any program can claim to be the extension."""
    async with open_door(keys=["right"]) as door:
        for body in (PAIR, {"userAgent": AGENT}, {"userAgent": AGENT, "instanceId": "inst_1"}, {}):
            for headers in ({}, EXTENSION_ORIGIN, {**EXTENSION_ORIGIN, "x-api-key": "wrong"}):
                answer = await door.http.post("/register", json=body, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
        assert not door.state.hub.registry.views()
        paired = await door.http.post("/register", json=PAIR, headers=KEY)
        assert "credential" in paired.json()


@pytest.mark.proves("security:joining_needs_a_key")
async def test_a_key_may_be_good_for_joining_alone() -> None:
    async with open_door(keys=["right"]) as door:
        draft = {"name": "laptop", "scopes": ["instances:register"]}
        made = (await door.http.post("/api/keys", json=draft, headers=KEY)).json()
        headers = {"authorization": f"Bearer {made['key']}"}
        assert (await door.http.post("/register", json=PAIR, headers=headers)).status_code == 200
        for path in ("/instances", "/tasks", "/info"):
            assert (await door.http.get(path, headers=headers)).status_code == 403
        other = {**draft, "scopes": ["instances:write"]}
        made = (await door.http.post("/api/keys", json=other, headers=KEY)).json()
        answer = await door.http.post("/register", json=PAIR, headers={"x-api-key": made["key"]})
        assert answer.status_code == 403


@pytest.mark.proves("security:joining_needs_a_key")
async def test_a_paired_browser_comes_back_by_its_credential_alone() -> None:
    async with asyncio.timeout(10), serve_door(keys=["right"]) as door:
        paired = (await door.http.post("/register", json=PAIR, headers=KEY)).json()
        instance, credential = paired["instanceId"], paired["credential"]
        back = {"userAgent": AGENT, "instanceId": instance, "nonce": NONCE}
        for guess, welcomed in ((credential, True), ("0" * 64, False)):
            way = (await door.http.post("/register", json=back)).json()
            assert way["proof"]
            assert "credential" not in way
            proof = browser_proof(guess, instance, client_nonce=NONCE, hub_nonce=way["nonce"])
            hello = {"type": "hello", "protocol": 1, "instanceId": instance, "proof": proof}
            async with door.link(f"/instances/{instance}?ticket={way['ticket']}") as socket:
                await socket.send(orjson.dumps(hello).decode())
                if welcomed:
                    assert orjson.loads(await socket.recv())["type"] == "welcome"
                else:
                    await socket.wait_closed()
                    assert socket.close_code == CloseCode.UNAUTHORIZED
        unknown = await door.http.post("/register", json={**back, "instanceId": "inst_0"})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "INSTANCE_NOT_FOUND")
        rows, _ = await door.state.audit.page(limit=10, offset=0)
        assert ("refused", "instance.register") in {(row.action, row.subject) for row in rows}


async def test_a_browser_elsewhere_is_sent_where_it_can_get() -> None:
    for web, address in (
        ({}, "ws://yard.example:3400"),
        ({"tls": True}, "wss://yard.example:3400"),
        ({"public_link_url": "wss://link.example/deep"}, "wss://link.example/deep"),
    ):
        async with open_door(web={"host_names": frozenset({"yard.example"}), **web}) as door:
            far = await door.http.post("/register", json=PAIR, headers={"host": "Yard.example:443"})
            near = await door.http.post("/register", json=PAIR)
        way = far.json()
        path = f"/instances/{way['instanceId']}?ticket={way['ticket']}"
        assert way["websocketUrl"] == f"{address}{path}"
        assert near.json()["websocketUrl"].startswith("ws://localhost:3400/instances/")
