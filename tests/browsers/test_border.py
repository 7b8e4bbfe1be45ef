"""Where a driven browser goes and where it does not, in a real Chromium: servers say who came."""

import asyncio
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.browsers.fake_hub import FakeHub, Link
from typing_extensions import override

from tabyard.browsers import Launcher, LaunchSettings, LaunchSpec

pytestmark = pytest.mark.browser

SECRET = "http://169.254.169.254/latest/meta-data/"
SERVICE_WORKER = b"""
    addEventListener("message", ({ data, ports: [port] }) => {
        const told = (word) => () => port.postMessage(word);
        fetch(data, { mode: "no-cors" }).then(told("sent"), told("stopped"));
    });
"""


@dataclass
class Site:
    """A web server that notes every path that anybody asks for."""

    port: int = 0
    asked: list[str] = field(default_factory=list[str])

    def url(self, path: str, **query: str) -> str:
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return f"http://127.0.0.1:{self.port}{path}" + (f"?{words}" if words else "")


@contextmanager
def serving() -> Generator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/favicon.ico":
                self.send_error(404)
                return
            site.asked.append(url.path)
            to = parse_qs(url.query).get("to", [""])[0]
            if url.path == "/redirect":
                self.send_response(302)
                self.send_header("location", to)
                self.end_headers()
                return
            page = f"""<title>{url.path}</title><a id=go href='{to}'>go</a>
                <button id=script onclick="location='{to}'">script</button>
                <button id=later onclick="setTimeout(() => location='{to}', 50)">later</button>
                <button id=popup onclick="window.open('{to}')">popup</button>
                <button id=frame onclick="document.body.append(Object.assign(
                    document.createElement('iframe'), {{src: '{to}'}}))">frame</button>"""
            is_script = url.path.endswith(".js")
            body = SERVICE_WORKER if is_script else page.encode()
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if is_script else "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


class Driver:
    """Calls tools over one link."""

    def __init__(self, link: Link, *, calls: int = 0) -> None:
        self.link = link
        self.calls = calls
        """No id is given twice: the browser would say its first answer again."""

    async def answer(self, tool: str, **args: Any) -> dict[str, Any]:
        self.calls += 1
        call = f"c{self.calls}#1"
        await self.link.call(call, tool, args, taskId="t1", taskName="Tea")
        while True:
            frame = await self.link.next()
            if frame.get("id") == call and frame["type"] in {"tool_result", "tool_error"}:
                return frame

    async def run(self, tool: str, **args: Any) -> dict[str, Any]:
        frame = await self.answer(tool, **args)
        assert "result" in frame, frame
        facts: dict[str, Any] = frame["result"]["structuredContent"]
        return facts

    async def code(self, tool: str, **args: Any) -> str:
        """How the call fails."""
        frame = await self.answer(tool, **args)
        assert "error" in frame, frame
        code: str = frame["error"]["code"]
        return code

    async def goto(self, url: str) -> None:
        await self.run("browser_navigate", action="goto", url=url)

    async def addresses(self) -> list[str]:
        tabs = await self.run("browser_tab", action="list")
        return sorted(tab["url"] for tab in tabs["tabs"])

    async def refused(self) -> dict[str, Any]:
        """The next page that was stopped."""
        while True:
            event = await self.link.events.get()
            if event["data"].get("event") == "refused":
                data: dict[str, Any] = event["data"]
                return data

    async def until_addresses(self, wanted: list[str]) -> None:
        for _ in range(200):
            if await self.addresses() == wanted:
                return
            await asyncio.sleep(0.05)
        assert await self.addresses() == wanted

    async def until_left(self, url: str) -> None:
        for _ in range(200):
            if url not in await self.addresses():
                return
            await asyncio.sleep(0.05)
        assert url not in await self.addresses()


async def joined(launcher: Launcher, hub: FakeHub, spec: LaunchSpec) -> Driver:
    await launcher.launch(spec)
    return Driver(await hub.links.get())


async def test_a_redirect_to_a_forbidden_page_never_reaches_its_server(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(40):
        driver = await joined(launcher, hub, spec)
        page = f"http://127.0.0.1:{hub.port}/size?is=reached"

        assert await driver.code("browser_navigate", action="goto", url=page) == "FORBIDDEN_URL"
        for to in (page, page.replace("127.0.0.1", "localhost"), SECRET):
            away = site.url("/redirect", to=to)
            code = await driver.code("browser_navigate", action="goto", url=away)
            assert code == "FORBIDDEN_URL"
            assert (await driver.refused())["url"] == to
        twice = site.url("/redirect", to=site.url("/redirect", to=page).replace("=", "%3D"))
        assert await driver.code("browser_navigate", action="goto", url=twice) == "FORBIDDEN_URL"

        assert hub.sizes.empty()
        assert site.asked.count("/redirect") == 5
        await driver.goto(site.url("/fine"))
        assert await driver.addresses() == [site.url("/fine")]


async def test_a_page_cannot_take_its_tab_to_a_forbidden_page(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(40):
        driver = await joined(launcher, hub, spec)
        page = f"http://127.0.0.1:{hub.port}/size?is=reached"
        for to in (page, SECRET):
            for button in ("#go", "#script"):
                await driver.goto(site.url("/page", to=to))
                frame = await driver.answer("browser_interact", action="click", selector=button)
                assert frame["error"]["code"] == "FORBIDDEN_URL", (button, to, frame)
                await driver.until_addresses(["about:blank"])
        later = f"{page}-later"
        await driver.goto(site.url("/page", to=later))
        await driver.run("browser_interact", action="click", selector="#later")
        while (await driver.refused())["url"] != later:
            pass
        await driver.until_addresses(["about:blank"])
        await driver.goto(site.url("/page", to=page))
        await driver.run("browser_interact", action="click", selector="#frame")
        read = await driver.run("browser_execute", expression="frames.length")
        assert read["value"] == 1
        await asyncio.sleep(0.3)
        assert hub.sizes.empty()


async def test_a_popup_of_a_forbidden_page_is_emptied(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(40):
        driver = await joined(launcher, hub, spec)
        page = f"http://127.0.0.1:{hub.port}/size?is=reached"
        here = site.url("/page", to=page)
        await driver.goto(here)
        await driver.run("browser_interact", action="click", selector="#popup")
        refused = await driver.refused()
        assert refused["url"] == page
        await driver.until_addresses(["about:blank", here])
        assert hub.sizes.empty()


async def test_a_page_cannot_even_fetch_where_a_cloud_keeps_its_secrets(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(40):
        driver = await joined(launcher, hub, spec)
        await driver.goto(site.url("/page"))
        script = f"""(async () => {{
            const started = performance.now();
            const said = await fetch('{SECRET}', {{mode: 'no-cors'}}).then(() => 'sent', String);
            return [said, performance.now() - started < 2000];
        }})()"""
        answer = await driver.run("browser_execute", expression=script)
        assert answer["value"] == ["TypeError: Failed to fetch", True]
        fine = await driver.run(
            "browser_execute", expression="fetch('/fine').then((it) => it.status)"
        )
        assert fine["value"] == 200


async def test_private_addresses_are_closed_when_the_hub_says_so(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, site: Site
) -> None:
    hub.welcoming = {"privateAddresses": "deny"}
    async with hub.served(), asyncio.timeout(40):
        driver = await joined(launcher, hub, spec)
        for url in (
            site.url("/x"),
            site.url("/x").replace("127.0.0.1", "localhost"),
            site.url("/x").replace("127.0.0.1", "2130706433"),
            site.url("/x").replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        ):
            assert await driver.code("browser_navigate", action="goto", url=url) == "FORBIDDEN_URL"
        assert await driver.code("browser_tab", action="new", url=site.url("/x")) == "FORBIDDEN_URL"
        assert site.asked == []


@pytest.fixture
def settings(settings: LaunchSettings, chromium: Path, tmp_path: Path) -> LaunchSettings:
    """With a Chromium for which some names stand for this machine."""
    program = tmp_path / "chromium"
    rules = "MAP *.test 127.0.0.1, MAP metadata.google.internal 127.0.0.1"
    program.write_text(f'#!/bin/sh\nexec {chromium} "--host-resolver-rules={rules}" "$@"\n')
    program.chmod(0o755)
    return replace(settings, executable=program)


@pytest.mark.proves("security:names_are_judged_by_their_addresses")
async def test_a_name_that_stands_for_a_private_address_is_left_as_soon_as_that_shows(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, site: Site
) -> None:
    url = site.url("/x").replace("127.0.0.1", "nice.test")
    async with hub.served(), asyncio.timeout(40):
        driver = await joined(launcher, hub, spec)
        await driver.goto(url)
        assert await driver.addresses() == [url]
    hub.welcoming = {"privateAddresses": "deny"}
    async with hub.served(), asyncio.timeout(40):
        driver = Driver(await hub.links.get(), calls=100)
        assert await driver.code("browser_navigate", action="goto", url=url) == "FORBIDDEN_URL"
        refused = await driver.refused()
        assert "its name stands for 127.0.0.1" in refused["reason"]
        await driver.until_addresses(["about:blank"])


WORK = """(async ([...urls]) => {
    await navigator.serviceWorker.register('/worker.js');
    const { active } = await navigator.serviceWorker.ready;
    return Promise.all(urls.map((url) => new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => done(data);
        active.postMessage(url, [port2]);
    })));
})"""


@pytest.mark.proves("security:names_are_judged_by_their_addresses")
async def test_a_service_worker_of_a_launched_browser_is_stopped_like_its_pages(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, site: Site
) -> None:
    async with hub.served(), asyncio.timeout(40):
        driver = await joined(launcher, hub, spec)
        await driver.goto(site.url("/page"))
        secret = site.url("/secret").replace("127.0.0.1", "metadata.google.internal")
        fine = site.url("/fine").replace("127.0.0.1", "nice.test")
        answer = await driver.run("browser_execute", expression=f"{WORK}(['{secret}', '{fine}'])")
        assert answer["value"] == ["stopped", "sent"]
        assert "/secret" not in site.asked
        assert "/fine" in site.asked
