"""`browser_debug` in a person's own browser: only downloads that tasks began are told."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, async_playwright, expect
from tests.browser.driver import Hub, Page
from tests.browser.origins import Site

from tabyard.browsers import EXTENSION_ID


@pytest.fixture
async def context(
    chromium: Path, extension_dist: Path, tmp_path: Path
) -> AsyncIterator[BrowserContext]:
    """A browser that no hub has launched."""
    extension = tmp_path / "extension"
    await asyncio.to_thread(shutil.copytree, extension_dist, extension)
    (extension / "pairing.json").unlink(missing_ok=True)
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-quic",
                f"--disable-extensions-except={extension}",
                f"--load-extension={extension}",
            ],
        )
        yield context
        await context.close()


async def paired(context: BrowserContext, hub: Hub) -> str:
    """The id under which the hub knows the browser, after a click in its popup."""
    popup = await context.new_page()
    await popup.goto(f"chrome-extension://{EXTENSION_ID}/popup.html")
    await popup.fill("#address", hub.url.removeprefix("http://"))
    await popup.click("#pair")
    await expect(popup.locator("#pill-text")).to_have_text("Connected")
    return str(await popup.locator("#instance").text_content())


async def test_the_bytes_of_a_download_come_over_the_link(
    hub: Hub, site: Site, context: BrowserContext
) -> None:
    instance = await asyncio.wait_for(paired(context, hub), 30)
    private = await context.new_page()
    await private.goto(site.add("<a href='/download?private'>Statement</a>"))
    async with private.expect_download():
        await private.click("a")

    page = Page(Hub(hub.client, hub.url, hub.link_url, instance), "paired")
    url = site.add("<a href='/download?task'>Prices</a><input type=file>")
    commands = [
        ("browser_navigate", {"action": "goto", "url": url}),
        ("browser_interact", {"action": "click", "selector": "a"}),
        ("browser_debug", {"action": "download_wait", "timeout": 10_000}),
        ("browser_debug", {"action": "downloads"}),
    ]
    *_, ended, listed = await asyncio.to_thread(page.run, commands)

    assert ended["sha256"] == hashlib.sha256(b"mug;42\n").hexdigest()
    stored = await asyncio.to_thread(hub.client.get, ended["url"])
    assert stored.content == b"mug;42\n"
    assert [row["id"] for row in listed["downloads"]] == [ended["id"]]
    assert len(site.seen("/download")) >= 2

    again = [
        (
            "browser_interact",
            {"action": "upload", "selector": "input", "files": [ended["artifactId"]]},
        ),
        ("browser_execute", {"expression": "document.querySelector('input').files[0].text()"}),
    ]
    *_, read = await asyncio.to_thread(page.run, again)
    assert read["value"] == "mug;42\n"
