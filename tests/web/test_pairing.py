"""Paired browsers over REST: listed also when they are gone, renamed, revoked."""

import asyncio

import orjson
from tests.web.door import NAVIGATE, open_door, serve_door, task_body

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
