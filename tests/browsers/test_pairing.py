"""A person's browser and a real hub: paired in the popup, named, driven, paused, revoked."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect
from tests.browsers.test_popup import context, popup

from tabyard.app.listeners import listening

__all__ = ["context", "popup"]

pytestmark = pytest.mark.browser


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """Of a hub in a process of its own."""
    with listening("127.0.0.1", http_port=0, link_port=0) as free:
        ports = free.http_port, free.link_port
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # noqa: TID251
        "HOME": str(tmp_path),
        "TABYARD_DATA_DIR": str(tmp_path / "data"),
        "TABYARD_HTTP_PORT": str(ports[0]),
        "TABYARD_LINK_PORT": str(ports[1]),
    }
    serving = await asyncio.create_subprocess_exec(
        "tabyard", "serve", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{ports[0]}", timeout=30) as web:
            for _ in range(300):
                try:
                    await web.get("/health")
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
            yield web
    finally:
        serving.terminate()
        await serving.wait()


async def instances(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await client.get("/instances")).json()["instances"]
    return rows


async def submitted(client: httpx2.AsyncClient, *expressions: str, instance: object) -> str:
    commands = [
        {"tool_name": "browser_execute", "intention": "x", "args": {"expression": one}}
        for one in expressions
    ]
    body = {"task_name": "Tea", "task_intention": "x", "commands": commands, "instanceId": instance}
    answer = await client.post("/tasks", json=body)
    assert answer.status_code == 200, answer.text
    task: str = answer.json()["taskId"]
    return task


async def ended(client: httpx2.AsyncClient, task: str) -> dict[str, Any]:
    for _ in range(300):
        view: dict[str, Any] = (await client.get(f"/tasks/{task}")).json()["task"]
        if view["status"] in {"completed", "failed", "cancelled"}:
            return view
        await asyncio.sleep(0.05)
    raise AssertionError("it does not end")


async def test_a_browser_is_paired_named_paused_and_revoked(
    client: httpx2.AsyncClient, popup: Page
) -> None:
    async with asyncio.timeout(55):
        await popup.fill("#address", str(client.base_url))
        await popup.click("#pair")
        await expect(popup.locator("#pill-text")).to_have_text("Connected")
        [row] = await instances(client)
        path = f"/instances/{row['id']}"
        assert (row["kind"], row["status"], row["paused"]) == ("paired", "connected", False)
        assert row["machine"].startswith("Linux")
        await client.patch(path, json={"label": "desk"})
        task = await submitted(client, "6 * 7", instance={"label": "desk"})
        assert (await ended(client, task))["status"] == "completed"

        await popup.click("#pause")
        await expect(popup.locator("#pill-text")).to_have_text("Paused")
        failed = await ended(client, await submitted(client, "6 * 7", instance="desk"))
        assert (failed["status"], failed["error"]["code"]) == ("failed", "CANCELLED")
        assert [one["paused"] for one in await instances(client)] == [True]
        await popup.click("#resume")

        endless = await submitted(client, "new Promise(() => {})", instance="desk")
        await expect(popup.locator("#calls .what")).to_have_text("Tea")
        gone = (await client.delete(path)).json()["instance"]

        assert (gone["status"], gone["label"]) == ("gone", "desk")
        await expect(popup.locator("#pill-text")).to_have_text("Revoked")
        failed = await ended(client, endless)
        assert (failed["status"], failed["error"]["code"]) == ("failed", "INSTANCE_DISCONNECTED")
        await expect(popup.locator("#reconnect")).to_be_hidden()
        assert await instances(client) == []

        await popup.click("#pair")
        await expect(popup.locator("#pill-text")).to_have_text("Connected")
        [again] = await instances(client)
        assert again["id"] != row["id"]
