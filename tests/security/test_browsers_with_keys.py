"""Browsers need no key of their own: a launched one connects, works and comes back."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest
from tests.cli.processes import Terminal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.blocking_allowed]


@pytest.fixture
def terminal(tmp_path: Path, extension_dist: Path) -> Terminal:
    """An empty home, and a built extension."""
    assert extension_dist.is_dir()
    return Terminal(tmp_path)


async def test_a_launched_browser_works_while_keys_are_needed(
    terminal: Terminal, chromium: Path
) -> None:
    made = await terminal.run("key", "new", "--name", "me", "--json")
    headers = {"x-api-key": json.loads(made.out)["key"]}
    settings = {"TABYARD_CHROMIUM": str(chromium), "API_KEYS": "sesame"}
    async with (
        terminal.serving("--browsers", "1", **settings) as hub,
        httpx2.AsyncClient(base_url=hub.url, headers=headers, timeout=40) as http,
    ):
        assert hub.process.stdout is not None
        async with asyncio.timeout(40):
            async for line in hub.process.stdout:
                if b"connected" in line:
                    break
        rows = (await http.get("/instances")).json()["instances"]
        answer = await http.post(
            "/api/tools/browser_tab",
            json={"args": {"action": "list"}, "instanceId": rows[0]["id"]},
        )
        assert answer.status_code == 200, answer.text
        stranger = await http.get("/instances", headers={"x-api-key": "wrong"})
        assert stranger.status_code == 401
        stopped = await hub.stop()
    assert stopped.code == 0
