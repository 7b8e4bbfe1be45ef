"""A person pairs a browser of their own in the extension's popup, in a real Chromium."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect
from tests.browsers.fake_hub import FakeHub

from tabyard.browsers import EXTENSION_ID

pytestmark = pytest.mark.browser


@pytest.fixture
async def context(
    chromium: Path, extension_dist: Path, tmp_path: Path
) -> AsyncIterator[BrowserContext]:
    """A browser that no hub has launched."""
    extension = tmp_path / "extension"
    await asyncio.to_thread(shutil.copytree, extension_dist, extension)
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            args=[
                "--no-sandbox",
                f"--disable-extensions-except={extension}",
                f"--load-extension={extension}",
            ],
        )
        yield context
        await context.close()


@pytest.fixture
async def popup(context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.set_viewport_size({"width": 360, "height": 500})
    await page.goto(f"chrome-extension://{EXTENSION_ID}/popup.html")
    return page


async def test_one_click_pairs_and_one_click_stops(popup: Page, hub: FakeHub) -> None:
    async with hub.served(), asyncio.timeout(40):
        await expect(popup.locator("#pill-text")).to_have_text("Not connected")
        await popup.fill("#address", f"localhost:{hub.port}")
        await expect(popup.locator("#seen")).to_have_text("The hub “Fake hub” answers there.")
        await popup.click("#pair")
        link = await hub.links.get()
        await expect(popup.locator("#pill-text")).to_have_text("Connected")
        await expect(popup.locator("#instance")).to_have_text("inst_1_paired")
        assert [bool(body.get("pair")) for body in hub.registrations] == [True, False]
        assert link.hello["label"] == await popup.locator("#label").text_content()

        endless = {"expression": "new Promise(() => {})"}
        await link.call("c1#1", "browser_execute", endless, taskId="t1", taskName="Tea")
        await expect(popup.locator("#calls .what")).to_have_text("Tea")
        await popup.click("#stop")
        answer = await link.next()
        assert answer["error"] == {
            "code": "CANCELLED",
            "message": "stopped by the person at the browser",
        }
        await expect(popup.locator("#idle")).to_be_visible()


async def test_a_disconnected_browser_stays_away_until_it_is_connected_again(
    popup: Page, hub: FakeHub
) -> None:
    async with hub.served(), asyncio.timeout(40):
        await popup.fill("#address", f"localhost:{hub.port}")
        await popup.click("#pair")
        link = await hub.links.get()
        await popup.click("#disconnect")
        await link.gone.wait()
        await expect(popup.locator("#pill-text")).to_have_text("Disconnected")
        await popup.reload()
        await expect(popup.locator("#pill-text")).to_have_text("Disconnected")
        await popup.click("#reconnect")
        again = await hub.links.get()
        assert again.hello["instanceId"] == link.hello["instanceId"]
        await popup.click("#forget")
        await expect(popup.locator("#pill-text")).to_have_text("Not connected")
        await expect(popup.locator("#connect")).to_be_visible()


async def test_nothing_is_wider_than_the_popup(popup: Page) -> None:
    width = await popup.evaluate("document.documentElement.scrollWidth")
    assert width == 360
