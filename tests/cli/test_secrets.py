"""A whole run of the hub leaves no secret in its log, its answers or its events."""

import json
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from tests.cli.processes import Terminal
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

JSON = {"content-type": "application/json"}


@pytest.mark.proves("security:no_secret_logged")
@pytest.mark.parametrize("log_format", ["json", "pretty"])
async def test_the_log_of_a_whole_run_has_no_secret(terminal: Terminal, log_format: str) -> None:
    given = "sesame-opens-the-yard"
    async with terminal.serving(
        API_KEYS=given, TABYARD_LOG_LEVEL="debug", TABYARD_LOG_FORMAT=log_format
    ) as hub:
        secrets = [given]
        headers = {"authorization": f"Bearer {given}"}
        async with httpx2.AsyncClient(base_url=hub.url, headers=headers) as http:
            made = await http.post(
                "/api/keys", json={"name": "ci", "scopes": ["tasks:read", "audit:read"]}
            )
            key: str = made.json()["key"]
            registered: dict[str, Any] = (
                await http.post("/register", json={"userAgent": "test"})
            ).json()
            secrets += [key, key.rpartition("_")[2], registered["ticket"]]
            await talk(hub.link_url, registered, key)
            answers = [
                await http.get("/tasks", headers={"authorization": f"Bearer {key}x"}),
                await http.get("/tasks", params={"api_key": key}),
                await http.get("/tasks", headers={"x-api-key": key}),
                await http.get("/api/audit"),
                await http.get("/api/keys"),
                await http.get("/instances"),
                await http.get("/metrics"),
                await http.post("/tasks", content=key, headers=JSON),
            ]
        outcome = await hub.stop()

    told = outcome.out + outcome.err + "".join(answer.text for answer in answers)
    assert "hub started" in outcome.err
    assert [secret for secret in secrets if secret in told] == []


async def talk(link_url: str, registered: dict[str, Any], key: str) -> None:
    """A hello with a wrong ticket, one with the right one, and auth frames."""
    port = link_url.rsplit(":", 1)[1]
    url = f"ws://127.0.0.1:{port}"
    instance = registered["instanceId"]
    for ticket in ("wrong-ticket", registered["ticket"]):
        async with connect(f"{url}/instances/{instance}?ticket={ticket}") as link:
            hello = {"type": "hello", "instanceId": instance, "ticket": ticket}
            with suppress(ConnectionClosed):
                await link.send(json.dumps(hello))
                await link.recv()
                await link.send("no json " + key)
    async with connect(url) as client:
        await client.send(json.dumps({"type": "auth", "token": key + "x"}))
        await client.send(json.dumps({"type": "auth", "token": key}))
        await client.recv()
