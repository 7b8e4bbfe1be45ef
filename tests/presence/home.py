"""A person's own Chromium, its hub, and the doors between them."""

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, Final

import httpx2
from playwright.async_api import BrowserContext, Error, Page, Playwright, Worker, async_playwright
from playwright.async_api import expect as expected
from tests.browser.origins import Site
from tests.chaos.hub_program import Order
from tests.chaos.hubs import Foundry, HubUnderTest
from tests.chaos.proxy import Cut, FaultProxy

from tabyard.browsers import EXTENSION_ID

__all__ = ["SILENT_S", "Home", "at_home", "script"]

Command = tuple[str, dict[str, Any]]

PACE: Final = 3.0
SILENT_S: Final = 1.5 * PACE
"""What the hub has instead of 45 s."""
GRACE_S: Final = 20.0
"""Nothing is given up on a slow machine."""
PATIENCE_S: Final = 25.0
"""For what happens at once on a machine that has nothing else to do."""
HASTE: Final = 10
"""How much faster a hurried worker lives."""


WAIT: Final = "fetch('/begun').then(() => new Promise(done => window.goOn = done))"


def script(expression: str) -> Command:
    """It may have an effect, so it never runs twice."""
    return "browser_execute", {"expression": expression, "awaitPromise": True}


class Home:
    """Hubs and browsers come and go; the doors, the profile and the database stay."""

    def __init__(
        self,
        folder: Path,
        made: Foundry,
        chromium: Path,
        playwright: Playwright,
    ) -> None:
        self.folder = folder
        self.hub: HubUnderTest | None = None
        self.http = FaultProxy(lambda: self.hub.http_port if self._open and self.hub else None)
        self.link = FaultProxy(lambda: self.hub.link_port if self._open and self.hub else None)
        self.context: BrowserContext
        self.popup: Page
        self.instance = ""
        self._open = True
        self.page = ""
        self._made = made
        self._chromium = chromium
        self._playwright = playwright

    async def start_hub(self, *, grace_s: float = GRACE_S) -> None:
        """On the same database as the one before it."""
        order = Order(
            folder=str(self.folder / "data"),
            log=str(self.folder / "hub.log"),
            link_door=self.link.port,
            grace_s=grace_s,
            pace=PACE,
            browsers=2,
        )
        self.hub = await self._made.start(order)

    async def kill_hub(self) -> None:
        """kill -9."""
        assert self.hub is not None
        await self.hub.kill()
        self.hub = None

    async def start_browser(self) -> None:
        """With the profile that it had before."""
        extension = self.folder / "extension"
        self.context = await self._playwright.chromium.launch_persistent_context(
            self.folder / "profile",
            executable_path=self._chromium,
            args=[
                "--no-sandbox",
                f"--disable-extensions-except={extension}",
                f"--load-extension={extension}",
            ],
        )

    async def open_popup(self) -> Page:
        """What the button shows, in a tab."""
        self.popup = await self.context.new_page()
        await self.popup.goto(f"chrome-extension://{EXTENSION_ID}/popup.html")
        return self.popup

    async def says(self, pill: str) -> None:
        """Return when the popup says so."""
        shown = self.popup.locator("#pill-text")
        await expected(shown).to_have_text(pill, timeout=PATIENCE_S * 1000)

    async def pair(self) -> None:
        """As a person does."""
        await self.open_popup()
        await self.popup.fill("#address", f"127.0.0.1:{self.http.port}")
        await self.popup.click("#pair")
        await self.says("Connected")
        self.instance = str(await self.popup.locator("#instance").text_content())

    async def worker(self) -> Worker:
        """The extension's."""
        for worker in self.context.service_workers:
            with suppress(Error):
                await worker.evaluate("1")
                return worker
        return await self.context.wait_for_event("serviceworker")

    async def in_worker(self, expression: str, value: object = None) -> Any:
        """What `expression`, which may be a function of `value`, is in the extension's worker."""
        return await (await self.worker()).evaluate(expression, value)

    async def stop_worker(self) -> None:
        """As Chrome does when it finds the worker idle. No tab is touched: that would wake it."""
        session: Any = await self.context.new_cdp_session(self.context.pages[0])
        await session.send("ServiceWorker.enable")
        await session.send("ServiceWorker.stopAllWorkers")
        await session.detach()

    async def hurry_worker(self) -> None:
        """Let its clock run faster, until it is stopped; its next link is watched by that clock."""
        await self.in_worker(
            """haste => {
                if (self.hurried) return;
                self.hurried = true;
                const [wait, now, start] = [setTimeout, Date.now, Date.now()];
                const [tick, first] = [performance.now.bind(performance), performance.now()];
                performance.now = () => first + (tick() - first) * haste;
                self.setTimeout = (act, ms, ...more) => wait(act, ms / haste, ...more);
                Date.now = () => start + (now() - start) * haste;
            }""",
            HASTE,
        )
        before = await self.epoch()
        self.link.cut_some(Cut.RESET, 1.0, random.Random(1))
        await self.until_epoch(before + 1)

    def processes(self) -> list[int]:
        """Of this Chromium, the first one first."""
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                command = (entry / "cmdline").read_bytes()
                if str(self.folder / "profile").encode() in command:
                    found.append(int(entry.name))
        return sorted(found)

    def signal_browser(self, number: signal.Signals) -> None:
        """To all of its processes."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def shut(self, how: Cut = Cut.RESET) -> None:
        """The network is gone: that happens to the link, and what comes is refused."""
        self._open = False
        self.link.cut_some(how, 1.0, random.Random(1))
        # The hub itself closes what is idle after some seconds.
        self.http.cut_some(Cut.RESET, 1.0, random.Random(1))

    def reopen(self) -> None:
        """The network is back."""
        self._open = True

    async def settle(self) -> None:
        """Undo what a failed test has left, so that the next one fails for its own reasons only."""
        self.reopen()
        if self.hub is None:
            await self.start_hub()
        if not self.processes():
            await self.start_browser()
        self.signal_browser(signal.SIGCONT)
        if self.popup.is_closed() or self.popup.context is not self.context:
            await self.open_popup()
        await self.until("connected")
        for status in ("running", "queued"):
            for task in (await self.ask("GET", f"/tasks?status={status}"))["tasks"]:
                await self.ask("POST", f"/tasks/{task['id']}/cancel")

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The hub's answer, past the doors."""
        assert self.hub is not None
        async with httpx2.AsyncClient(base_url=self.hub.url, timeout=30, trust_env=False) as client:
            answer = await client.request(method, path, json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()

    async def status(self) -> str:
        """What the hub says of the browser."""
        rows = (await self.ask("GET", "/instances"))["instances"]
        (row,) = [row for row in rows if row["id"] == self.instance]
        return str(row["status"])

    async def until(self, status: str, *, within_s: float = PATIENCE_S) -> None:
        """Return when the hub says so."""
        async with asyncio.timeout(within_s):
            while await self.status() != status:  # noqa: ASYNC110 -- another process decides
                await asyncio.sleep(0.02)

    async def epoch(self) -> int:
        """How often the browser has said hello."""
        return await asyncio.to_thread(self._epoch)

    def _epoch(self) -> int:
        database = self.folder / "data" / "tabyard.sqlite"
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as books:
            ((epoch,),) = books.execute(
                "SELECT epoch FROM instances WHERE id = ?", (self.instance,)
            ).fetchall()
        return int(epoch)

    async def until_epoch(self, epoch: int) -> None:
        """It has said hello so often, at least."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.epoch() < epoch:  # noqa: ASYNC110 -- another process decides
                await asyncio.sleep(0.02)

    async def waiting(self, site: Site) -> str:
        """A task whose page waits for `go_on`."""
        self.page = site.add("<title>Waiting</title>")
        goto = {"action": "goto", "url": self.page}
        task = await self.submit(("browser_navigate", goto), script(WAIT))
        async with asyncio.timeout(PATIENCE_S):
            while not site.seen("/begun"):  # noqa: ASYNC110 -- another process decides
                await asyncio.sleep(0.02)
        return task

    async def go_on(self, value: str) -> None:
        """Let the page that waits go on with this value."""
        await (await self.task_page()).evaluate("value => goOn(value)", value)

    async def task_page(self) -> Page:
        """The page that waits."""

        async def waits(page: Page) -> bool:
            return page.url == self.page

        return await self._page(waits)

    async def titled(self, title: str) -> Page:
        """The newest page with this title."""

        async def has_title(page: Page) -> bool:
            return await page.title() == title

        return await self._page(has_title)

    async def _page(self, is_meant: Callable[[Page], Awaitable[bool]]) -> Page:
        """The newest one; the hub may know of a page before Playwright does."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for page in reversed(self.context.pages):
                    if await is_meant(page):
                        return page
                await asyncio.sleep(0.02)

    async def until_true(self, expression: str, value: object = None) -> None:
        """`expression`, a function of `value`, is true in the extension's worker."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.in_worker(expression, value):  # noqa: ASYNC110 -- its own clock
                await asyncio.sleep(0.02)

    async def until_command(self, task: str, index: int) -> None:
        """That command of the task is running."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.view(task))["commands"][index]["status"] != "running":  # noqa: ASYNC110 -- another process decides
                await asyncio.sleep(0.02)

    async def kept(self) -> None:
        """The extension has written an answer down that nobody has acknowledged."""
        await self._until_kept(1)

    async def forgotten(self) -> None:
        """It has no answer any more that nobody has acknowledged."""
        await self._until_kept(0)

    async def _until_kept(self, count: int) -> None:
        answers = """async () => Object.entries(await chrome.storage.session.get(null))
            .filter(([key, call]) => key.startsWith("call:") && "result" in call).length"""
        async with asyncio.timeout(PATIENCE_S):
            while await self.in_worker(answers) != count:  # noqa: ASYNC110 -- its own clock
                await asyncio.sleep(0.05)

    async def outcome(self, task: str) -> Any:
        """The value of the last command of a task that succeeds."""
        view = await self.ended(task)
        assert view["status"] == "completed", view
        return view["commands"][-1]["result"]["structuredContent"]["value"]

    async def submit(self, *commands: Command, **task: Any) -> str:
        """An accepted task."""
        body = {
            "task_name": "Tea",
            "task_intention": "test",
            "instanceId": self.instance,
            "commands": [
                {"tool_name": tool, "intention": "test", "args": args}
                for tool, args in commands or (script("1"),)
            ],
        }
        return str((await self.ask("POST", "/tasks", body | task))["taskId"])

    async def view(self, task: str) -> Any:
        """A task as it is now."""
        return (await self.ask("GET", f"/tasks/{task}"))["task"]

    async def ended(self, task: str) -> Any:
        """A task that has ended."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                view = await self.view(task)
                if view["status"] not in ("queued", "running"):
                    return view
                await asyncio.sleep(0.02)

    async def launch(self, profile: str) -> str:
        """A further browser, started by the hub."""
        wish = {"action": "new", "headless": True, "profile": profile}
        answer = await self.ask("POST", "/api/tools/browser_instance", wish)
        return str(answer["result"]["structuredContent"]["instanceId"])

    async def close(self, instance: str) -> None:
        """End one that the hub has started."""
        wish = {"action": "close", "instanceId": instance}
        await self.ask("POST", "/api/tools/browser_instance", wish)

    async def results(self, *commands: Command, **task: Any) -> list[Any]:
        """The typed results of a task that succeeds."""
        view = await self.ended(await self.submit(*commands, **task))
        assert view["status"] == "completed", view
        return [command["result"]["structuredContent"] for command in view["commands"]]

    async def value(self, expression: str, **task: Any) -> Any:
        """What `expression` is in the task's page."""
        return (await self.results(script(expression), **task))[-1]["value"]

    async def failure(self, task: str) -> tuple[str, str]:
        """Code and message of a task that fails."""
        view = await self.ended(task)
        assert view["status"] == "failed", view
        return str(view["error"]["code"]), str(view["error"]["message"])

    async def tabs(self) -> Sequence[Any]:
        """All tabs, as the browser knows them."""
        return await self.in_worker("() => chrome.tabs.query({})")

    async def leave(self) -> None:
        """Nothing of it goes on."""
        self.signal_browser(signal.SIGCONT)
        with suppress(Error):
            await self.context.close()
        self.signal_browser(signal.SIGKILL)


@asynccontextmanager
async def at_home(
    folder: Path, made: Foundry, chromium: Path, extension_dist: Path
) -> AsyncGenerator[Home]:
    """A browser that is paired and connected."""
    (folder / "data").mkdir()
    await asyncio.to_thread(shutil.copytree, extension_dist, folder / "extension")
    # Whoever loads an extension from a folder has switched this on.
    preferences = folder / "profile" / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"extensions": {"ui": {"developer_mode": True}}}))
    async with async_playwright() as playwright:
        home = Home(folder, made, chromium, playwright)
        async with home.http.listening(), home.link.listening():
            await home.start_hub()
            await home.start_browser()
            try:
                await home.pair()
                yield home
            finally:
                await home.leave()
