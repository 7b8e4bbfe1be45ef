"""What the person at a browser decides holds against its hub, in a real Chromium."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import BrowserContext, Page, expect
from tests.browsers.fake_hub import CREDENTIAL, FakeHub, Link
from tests.browsers.test_border import Driver, Site, serving
from tests.browsers.test_popup import context, popup

from tabyard_protocol.errors import CloseCode

__all__ = ["context", "popup"]

pytestmark = pytest.mark.browser


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


async def paired(popup: Page, hub: FakeHub) -> Link:
    await popup.fill("#address", f"localhost:{hub.port}")
    await popup.click("#pair")
    return await hub.links.get()


async def save_sites(popup: Page, *, allow: str = "", deny: str = "") -> None:
    if not await popup.locator("#sites-save").is_visible():
        await popup.click("#sites summary")
    await popup.fill("#sites-allow", allow)
    await popup.fill("#sites-deny", deny)
    await popup.click("#sites-save")


async def test_a_denied_site_is_not_opened_whoever_tries(
    context: BrowserContext, popup: Page, hub: FakeHub, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(50):
        driver = Driver(await paired(popup, hub))
        denied = site.url("/denied").replace("127.0.0.1", "localhost")
        await save_sites(popup, deny="https://LOCALHOST/ not^a^site")
        await expect(popup.locator("#sites-problem")).to_contain_text("not^a^site")
        await driver.goto(denied)
        await save_sites(popup, deny=f"http://localhost:{site.port}/x")
        await expect(popup.locator("#sites-state")).to_have_text("all sites, never 1 site")
        # The page that stood open in the driven tab has gone, too.
        assert (await driver.refused())["url"] == denied
        site.asked.clear()

        assert await driver.code("browser_navigate", action="goto", url=denied) == "FORBIDDEN_URL"
        away = site.url("/redirect", to=denied)
        assert await driver.code("browser_navigate", action="goto", url=away) == "FORBIDDEN_URL"
        here = site.url("/page", to=denied)
        await driver.goto(here)
        clicked = await driver.code("browser_interact", action="click", selector="#script")
        assert clicked == "FORBIDDEN_URL"
        assert "/denied" not in site.asked
        await driver.goto(here)
        await driver.run("browser_interact", action="click", selector="#popup")
        assert (await driver.refused())["url"] == denied
        await driver.until_left(denied)

        # One that is opened empty, and taken there afterwards.
        script = f"void Object.assign(window.open(), {{}}).location.replace('{denied}')"
        await driver.run("browser_execute", expression=script)
        assert (await driver.refused())["url"] == denied
        await driver.until_left(denied)

        # The person's own tabs are theirs.
        own = await context.new_page()
        await own.goto(denied)
        assert await own.title() == "/denied"
        assert denied not in await driver.addresses(), "nor do tasks hear of them"


@pytest.mark.proves("security:own_tabs_are_meant")
async def test_a_tab_of_the_persons_own_is_closed_only_when_it_is_meant(
    context: BrowserContext, popup: Page, hub: FakeHub, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(50):
        driver = Driver(await paired(popup, hub))
        denied = site.url("/denied").replace("127.0.0.1", "localhost")
        own = await context.new_page()
        await own.goto(denied)
        await own.bring_to_front()
        tabs = (await driver.run("browser_tab", action="list"))["tabs"]
        (number,) = [tab["id"] for tab in tabs if tab["url"] == denied]
        close = {"action": "close", "tabId": "active"}
        assert await driver.code("browser_tab", **close) == "INVALID_ARGUMENTS"
        for name in ("/one", "/two"):
            await driver.run("browser_tab", action="new", url=site.url(name))
        closed = await driver.run("browser_tab", action="close_others")
        assert closed["closedCount"] == 1
        left = await driver.addresses()
        assert site.url("/two") in left
        assert site.url("/one") not in left
        assert denied in left

        # Of a tab that is kept from tasks, they can't even guess the number.
        await save_sites(popup, deny="localhost")
        await expect(popup.locator("#sites-state")).to_have_text("all sites, never 1 site")
        for wish in (
            {"action": "close", "tabId": number},
            {"action": "activate", "tabId": number},
            {"action": "close_others", "keepTabId": number},
        ):
            assert await driver.code("browser_tab", **wish) == "TAB_GONE"
        assert await own.title() == "/denied"

        await save_sites(popup, deny="")
        await expect(popup.locator("#sites-state")).to_have_text("all sites")
        await driver.run("browser_tab", action="close", tabId=number)
        assert denied not in await driver.addresses()


async def test_with_an_allow_list_nothing_else_is_opened(
    popup: Page, hub: FakeHub, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(50):
        driver = Driver(await paired(popup, hub))
        await save_sites(popup, allow="127.0.0.1")
        await expect(popup.locator("#sites-state")).to_have_text("1 site only")
        await driver.goto(site.url("/fine"))
        other = site.url("/other").replace("127.0.0.1", "localhost")
        assert await driver.code("browser_navigate", action="goto", url=other) == "FORBIDDEN_URL"
        away = site.url("/redirect", to=other)
        assert await driver.code("browser_navigate", action="goto", url=away) == "FORBIDDEN_URL"
        assert site.asked == ["/fine", "/redirect"]


async def test_a_paused_browser_runs_nothing_until_it_is_resumed(
    popup: Page, hub: FakeHub, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(50):
        link = await paired(popup, hub)
        driver = Driver(link)
        await driver.goto(site.url("/before"))
        endless = {"expression": "new Promise(() => {})"}
        await link.call("c9#1", "browser_execute", endless, taskId="t1", taskName="Tea")
        await expect(popup.locator("#calls .what")).to_have_text("Tea")

        await popup.click("#pause")

        await expect(popup.locator("#pill-text")).to_have_text("Paused")
        answer = await link.next()
        assert (answer["id"], answer["error"]["code"]) == ("c9#1", "CANCELLED")
        told = [await link.events.get()]
        while told[-1]["kind"] != "stopped":
            told.append(await link.events.get())
        assert told[-1]["data"] == {"paused": True}
        for tool, args in (
            ("browser_navigate", {"action": "goto", "url": site.url("/paused")}),
            ("browser_tab", {"action": "list"}),
        ):
            frame = await driver.answer(tool, **args)
            assert frame["error"] == {
                "code": "CANCELLED",
                "message": "the person at this browser has paused all tasks",
            }
        await link.socket.close(1012)
        again = await hub.links.get()
        assert again.hello["paused"] is True
        driver = Driver(again, calls=100)
        assert await driver.code("browser_tab", action="list") == "CANCELLED"
        assert "/paused" not in site.asked

        await popup.click("#resume")
        await driver.goto(site.url("/after"))
        assert site.asked[-1] == "/after"


async def test_a_revoked_browser_says_so_and_stays_away(popup: Page, hub: FakeHub) -> None:
    async with hub.served(), asyncio.timeout(40):
        link = await paired(popup, hub)
        await link.socket.close(CloseCode.REVOKED, "revoked")
        await expect(popup.locator("#pill-text")).to_have_text("Revoked")
        await expect(popup.locator("#connect")).to_be_visible()
        before = len(hub.registrations)
        await popup.reload()
        await expect(popup.locator("#pill-text")).to_have_text("Revoked")
        await asyncio.sleep(1)
        assert len(hub.registrations) == before


async def test_a_program_on_the_hubs_port_learns_no_secret_and_runs_nothing(
    popup: Page, hub: FakeHub, site: Site
) -> None:
    async with asyncio.timeout(50):
        async with hub.served():
            await paired(popup, hub)
            await expect(popup.locator("#pill-text")).to_have_text("Connected")
        squatter = FakeHub(hub.port, credential="f" * 64, eager=True)
        async with squatter.served():
            for _ in range(2):
                await squatter.arrivals.get()
            await expect(popup.locator("#pill-text")).to_have_text("Not trusted")
            assert squatter.links.empty(), "it was offered a link, and the browser took it"
        heard = str(squatter.registrations) + str(squatter.heard)
        assert squatter.heard == []
        assert CREDENTIAL not in heard
        assert "proof" not in heard
        nonces = [body["nonce"] for body in squatter.registrations]
        assert len(set(nonces)) == len(nonces)
        # The hub itself is known again at once.
        async with hub.served():
            driver = Driver(await hub.links.get())
            await driver.goto(site.url("/fine"))
        assert site.asked == ["/fine"]
