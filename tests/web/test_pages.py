"""The pages: their files, what their scripts may do, and what a person sees in a browser."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright
from tests.web.door import NAVIGATE, open_door, serve_door

from tabyard.web.ui.assets import ASSETS

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
PRESS = {"action": "click", "selector": "#brake"}


@pytest.mark.parametrize("path", ["/", "/api/docs", "/demo/form"])
async def test_pages_come_with_a_policy_of_their_own(path: str) -> None:
    async with open_door() as door:
        answer = await door.http.get(path)
        again = await door.http.get(path, headers={"if-none-match": answer.headers["etag"]})
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert again.status_code == 304


async def test_pages_use_nothing_from_elsewhere() -> None:
    for name, asset in ASSETS.items():
        addresses = re.findall(r"(?:src|href)=\"([^\"]+)\"|url\(([^)]+)\)", asset.data.decode())
        for address in ("".join(pair) for pair in addresses):
            assert address.startswith(("/", "data:")), f"{name} uses {address}"


async def test_every_file_that_a_page_uses_is_served() -> None:
    async with open_door() as door:
        for page in ("status.html", "docs.html"):
            for path in re.findall(r'(?:src|href)="(/ui/[^"]+)"', ASSETS[page].data.decode()):
                assert (await door.http.get(path)).status_code == 200
        assert (await door.http.get("/ui/assets.py")).status_code == 404
        assert (await door.http.get("/ui/..%2f..%2fapp.py")).status_code == 404


async def test_the_demonstration_is_nobodys_origin() -> None:
    async with open_door() as door:
        policy = (await door.http.get("/demo/form")).headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy


@asynccontextmanager
async def open_page(chromium: Path) -> AsyncGenerator[Page]:
    """A page in a headless Chromium; what goes wrong in it fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-quic"]
        )
        page = await browser.new_page(viewport={"width": 1180, "height": 760})
        defects: list[str] = []
        page.on("pageerror", lambda error: defects.append(str(error)))
        page.on("console", lambda line: defects.append(line.text) if line.type == "error" else None)
        yield page
        await browser.close()
        assert defects == []


@pytest.mark.browser
async def test_the_status_page_follows_what_happens(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door() as door, open_page(chromium) as page:
        await page.goto(f"http://127.0.0.1:{door.http_port}/")
        await page.get_by_text("No browser is connected.").wait_for()

        browser = await door.yard.browser(label="Workshop")
        track = page.locator(f'[data-instance="{browser.instance_id}"]')
        await track.get_by_text("connected").wait_for()
        await track.get_by_text("idle").wait_for()

        task = await door.submit(NAVIGATE, task_name="Check the timetable")
        await door.submit(task_name="The one after it")
        await track.get_by_text("Check the timetable").wait_for()
        await track.get_by_text("1/1 Go to example").wait_for()
        await track.get_by_text("1 waiting").wait_for()

        await browser.fail(await browser.next_call(), "NAVIGATION_FAILED", "no such host")
        row = page.locator(f'[data-task="{task}"]')
        await row.get_by_text("failed", exact=True).wait_for()
        await row.get_by_text("NAVIGATION_FAILED: no such host").wait_for()

        door.yard.cut_all()
        await track.get_by_text("reconnecting").wait_for()


@pytest.mark.browser
async def test_a_task_unfolds_by_key_to_commands_that_follow_it_live(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door() as door, open_page(chromium) as page:
        browser = await door.yard.browser(label="Workshop")
        press = {"tool_name": "browser_interact", "intention": "Press it", "args": PRESS}
        task = await door.submit(NAVIGATE, press, NAVIGATE, task_intention="Go and press")
        await page.goto(f"http://127.0.0.1:{door.http_port}/")
        row = page.locator(f'[data-task="{task}"]')
        stations = row.locator(".station")

        await row.get_by_role("button").press("Enter")
        await stations.nth(0).get_by_text("running").wait_for()
        await stations.nth(1).locator("summary").press("Enter")
        await stations.nth(1).get_by_text('"selector": "#brake"').wait_for()

        await browser.answer(await browser.next_call(), {"title": "Timetable"})
        await stations.nth(0).get_by_text("Timetable", exact=True).wait_for()
        await browser.fail(await browser.next_call(2), "ELEMENT_NOT_FOUND", "no brake here")
        await stations.nth(1).get_by_text("ELEMENT_NOT_FOUND: no brake here").wait_for()
        await stations.nth(2).get_by_text("skipped").wait_for()
        assert await stations.nth(1).locator("details").get_attribute("open") is not None
        assert (
            await stations.nth(1).locator("summary").evaluate("e => e === document.activeElement")
        )

        await row.get_by_role("button").first.press("Enter")
        await stations.first.wait_for(state="hidden")


@pytest.mark.browser
async def test_an_address_names_a_task_and_its_pictures_can_be_enlarged(chromium: Path) -> None:
    """With keys, which an image element can't send."""
    image = {"type": "image", "data": PIXEL, "mimeType": "image/png"}
    async with (
        asyncio.timeout(50),
        serve_door(keys=["right"]) as door,
        open_page(chromium) as page,
    ):
        door.http.headers["authorization"] = "Bearer right"
        browser = await door.yard.browser(label="Workshop")
        task = await door.submit()
        await browser.answer(await browser.next_call(), {"content": [image]})
        await door.ended(task)

        await page.add_init_script("sessionStorage.setItem('tabyard-key', 'right')")
        await page.goto(f"http://127.0.0.1:{door.http_port}/#{task}")
        thumbnail = page.locator(f'[data-task="{task}"]').get_by_role(
            "button", name="Go to example"
        )
        await thumbnail.press("Enter")
        await page.wait_for_function("document.querySelector('dialog img').naturalWidth === 1")
        await page.keyboard.press("Escape")
        await page.locator("dialog").wait_for(state="detached")
        assert await thumbnail.evaluate("element => element === document.activeElement")


@pytest.mark.browser
async def test_a_running_task_can_be_cancelled_on_the_status_page(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door() as door, open_page(chromium) as page:
        browser = await door.yard.browser(label="Workshop")
        task = await door.submit()
        call = await browser.next_call()
        await page.goto(f"http://127.0.0.1:{door.http_port}/#{task}")
        await page.get_by_role("button", name="Cancel this task").click()
        await browser.until(lambda one: call.id in one.cancelled)
        await browser.fail(call, "CANCELLED")
        row = page.locator(f'[data-task="{task}"]')
        await row.get_by_text("cancelled", exact=True).wait_for()


@pytest.mark.browser
async def test_a_browser_unfolds_to_its_facts_and_its_latest_tasks(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door() as door, open_page(chromium) as page:
        browser = await door.yard.browser(label="Workshop")
        task = await door.submit(task_name="Check the timetable")
        await page.goto(f"http://127.0.0.1:{door.http_port}/")
        track = page.locator(f'[data-instance="{browser.instance_id}"]')
        await track.get_by_text("Check the timetable").wait_for()
        await track.get_by_role("button").press("Enter")
        await track.get_by_text(browser.instance_id).wait_for()
        await track.locator(".brief").get_by_text("Check the timetable").click()
        await page.locator(f'[data-task="{task}"] .station').wait_for()


@pytest.mark.browser
async def test_the_status_page_never_reads_a_name_as_markup(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door() as door, open_page(chromium) as page:
        await door.yard.browser(label="<img src=x onerror=alert(1)>")
        await page.goto(f"http://127.0.0.1:{door.http_port}/")
        await page.get_by_text("<img src=x").wait_for()


@pytest.mark.browser
async def test_where_keys_are_required_the_status_page_asks_for_one(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door(keys=["right"]) as door:
        await door.yard.browser(label="Workshop")
        async with open_page_with_refusals(chromium) as page:
            await page.goto(f"http://127.0.0.1:{door.http_port}/")
            await page.get_by_label("This hub asks for an API key.").fill("right")
            await page.get_by_role("button", name="Use it").click()
            await page.get_by_text("Workshop").wait_for()
            await page.get_by_text("live", exact=True).wait_for()


@pytest.mark.browser
async def test_a_key_for_something_else_is_told_so(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door(keys=["right"]) as door:
        root = {"x-api-key": "right"}
        body = {"name": "pictures", "scopes": ["artifacts:read"]}
        made = await door.http.post("/api/keys", json=body, headers=root)
        async with open_page_with_refusals(chromium) as page:
            await page.goto(f"http://127.0.0.1:{door.http_port}/")
            await page.get_by_label("This hub asks for an API key.").fill(made.json()["key"])
            await page.get_by_role("button", name="Use it").click()
            await page.get_by_text("That key may not read browsers and tasks.").wait_for()


@asynccontextmanager
async def open_page_with_refusals(chromium: Path) -> AsyncGenerator[Page]:
    """Without the check for errors: a refused request is one."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-quic"]
        )
        yield await browser.new_page()
        await browser.close()


@pytest.mark.browser
async def test_the_reference_page_draws_every_endpoint(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door() as door, open_page(chromium) as page:
        await page.goto(f"http://127.0.0.1:{door.http_port}/api/docs")
        await page.locator("#post_tasks summary").click()
        await page.locator("#post_tasks").get_by_text("task_intention: string").wait_for()
        document = (await door.http.get("/api/openapi.json")).json()
        operations = sum(len(methods) for methods in document["paths"].values())
        assert await page.locator("details").count() == operations


@pytest.mark.browser
async def test_the_demonstration_answers_and_can_not_speak_to_the_hub(chromium: Path) -> None:
    async with asyncio.timeout(50), serve_door() as door, open_page(chromium) as page:
        await page.goto(f"http://127.0.0.1:{door.http_port}/demo/form")
        await page.get_by_label("Your name").fill("Ada")
        await page.get_by_label("Favourite train").select_option("coast")
        await page.get_by_role("button").click()
        await page.locator("#answer").wait_for()
        assert await page.locator("#answer").text_content() == (
            "All aboard, Ada! Your train follows the sea the whole way."
        )
        assert await page.evaluate("origin") == "null"
