"""Who is compared: the hub, and others who drive the same Chromium, all by the same steps."""

import asyncio
import importlib
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import orjson
from playwright.async_api import Page, async_playwright
from tests.bench.peers import Http
from tests.bench.servers import Server
from tests.bench.stdio_mcp import McpServer, mcp_server

__all__ = [
    "Contestant", "Kind", "OverMcp", "OverRest", "Step", "WithPlaywright", "WithSelenium",
    "browser_path", "tool_call", "with_mcp", "with_playwright", "with_selenium",
]  # fmt: skip

Kind = Literal["goto", "click", "type", "fill", "choose", "evaluate", "snapshot", "screenshot"]
FLAGS: Final = ("--no-sandbox", "--disable-quic", "--disable-background-networking")
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NODE: Final = Path(__file__).with_name("node") / "node_modules" / "@playwright" / "mcp" / "cli.js"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `what` is a URL, a selector or an expression."""

    kind: Kind
    what: str = ""
    text: str = ""


class Contestant(Protocol):
    """Does one step after the other; returns what a caller gets to see."""

    async def do(self, step: Step) -> str:
        """Do it, and come back when it is done."""
        ...


def browser_path() -> str:
    """The Chromium that all of them drive."""
    return next(filter(None, map(shutil.which, BROWSERS)))


def tool_call(step: Step) -> tuple[str, dict[str, object]]:
    """The hub's tool and arguments for a step."""
    interact, content = "browser_interact", "browser_content"
    at: dict[str, object] = {"selector": step.what}
    calls: dict[Kind, tuple[str, dict[str, object]]] = {
        "goto": ("browser_navigate", {"action": "goto", "url": step.what}),
        "click": (interact, {"action": "click", **at}),
        "type": (interact, {"action": "type", **at, "text": step.text, "delay": 0}),
        "fill": (interact, {"action": "fill_form", "fields": [{**at, "value": step.text}]}),
        "choose": (interact, {"action": "select", **at, "label": step.text}),
        "evaluate": ("browser_execute", {"expression": step.what}),
        "snapshot": (content, {"action": "snapshot"}),
        "screenshot": (content, {"action": "screenshot", "format": "jpeg"}),
    }
    return calls[step.kind]


class OverRest:
    """Ours, one REST call per step."""

    def __init__(self, server: Server, instance: str) -> None:
        self._server = server
        self._instance = instance
        self._http: Http | None = None

    async def do(self, step: Step) -> str:
        if self._http is None or self._http.closed:
            self._http = await self._server.http()
        tool, args = tool_call(step)
        body = orjson.dumps({**args, "instanceId": self._instance})
        status, answer = await self._http.request("POST", f"/api/tools/{tool}", body)
        if status != 200:
            raise RuntimeError(f"{status} {answer[:500]!r}")
        if step.kind != "snapshot":
            return ""
        facts = orjson.loads(answer)["result"]["structuredContent"]
        return str(facts["snapshot"])


class WithPlaywright:
    """Playwright for Python, over CDP."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def do(self, step: Step) -> str:
        page = self._page
        acts: dict[Kind, Callable[[], Awaitable[object]]] = {
            "goto": lambda: page.goto(step.what),
            "click": lambda: page.click(step.what),
            "type": lambda: page.type(step.what, step.text),
            "fill": lambda: page.fill(step.what, step.text),
            "choose": lambda: page.select_option(step.what, label=step.text),
            "evaluate": lambda: page.evaluate(step.what),
            "snapshot": lambda: page.locator("body").aria_snapshot(mode="ai"),
            "screenshot": lambda: page.screenshot(type="jpeg"),
        }
        return str(await acts[step.kind]())


class WithSelenium:
    """Selenium with chromedriver; the raw accessibility tree stands for the snapshot it has not."""

    def __init__(self, driver: Any) -> None:
        # The library is installed for the bench only, so its types are not known here.
        self._driver = driver
        self._select = importlib.import_module("selenium.webdriver.support.select").Select

    async def do(self, step: Step) -> str:
        return await asyncio.to_thread(self._do, step)

    def _do(self, step: Step) -> str:
        driver = self._driver
        acts: dict[Kind, Callable[[], object]] = {
            "goto": lambda: driver.get(step.what),
            "click": lambda: self._find(step).click(),
            "type": lambda: self._find(step).send_keys(step.text),
            "fill": lambda: self._find(step).send_keys(step.text),
            "choose": lambda: self._select(self._find(step)).select_by_visible_text(step.text),
            "evaluate": lambda: driver.execute_script(f"return {step.what}"),
            "snapshot": lambda: driver.execute_cdp_cmd("Accessibility.getFullAXTree", {}),
            "screenshot": lambda: driver.execute_cdp_cmd(
                "Page.captureScreenshot", {"format": "jpeg", "quality": 80}
            ),
        }
        seen = acts[step.kind]()
        return orjson.dumps(seen).decode() if step.kind == "snapshot" else ""

    def _find(self, step: Step) -> Any:
        return self._driver.find_element("css selector", step.what)


class OverMcp:
    """@playwright/mcp over stdio."""

    def __init__(self, server: McpServer) -> None:
        self._server = server

    async def do(self, step: Step) -> str:
        what, text = step.what, step.text
        calls: dict[Kind, tuple[str, dict[str, object]]] = {
            "goto": ("browser_navigate", {"url": what}),
            "click": ("browser_click", {"target": what}),
            "type": ("browser_type", {"target": what, "text": text, "slowly": True}),
            "fill": ("browser_type", {"target": what, "text": text}),
            "choose": ("browser_select_option", {"target": what, "values": [text]}),
            "evaluate": ("browser_evaluate", {"function": f"() => {what}"}),
            "snapshot": ("browser_snapshot", {}),
            "screenshot": ("browser_take_screenshot", {"type": "jpeg", "scale": "css"}),
        }
        tool, args = calls[step.kind]
        content = await self._server.call(tool, **args)
        return "\n".join(part["text"] for part in content if part["type"] == "text")


@asynccontextmanager
async def with_playwright() -> AsyncGenerator[WithPlaywright]:
    """A Chromium that Playwright launched."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield WithPlaywright(await browser.new_page(viewport={"width": 1280, "height": 720}))
        await browser.close()


@asynccontextmanager
async def with_selenium() -> AsyncGenerator[WithSelenium]:
    """A Chromium that chromedriver launched."""
    webdriver = importlib.import_module("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser_path()
    for flag in (*FLAGS, "--headless=new", "--window-size=1280,720"):
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = await asyncio.to_thread(webdriver.Chrome, options=options, service=service)
    try:
        yield WithSelenium(driver)
    finally:
        await asyncio.to_thread(driver.quit)


@asynccontextmanager
async def with_mcp(*more: str) -> AsyncGenerator[OverMcp]:
    """A Chromium that @playwright/mcp launched, with `more` flags of its own."""
    flags: Sequence[str] = (
        "--headless", "--isolated", "--no-sandbox", "--viewport-size", "1280x720",
        "--executable-path", browser_path(),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="tabyard-bench-mcp-") as folder:
        async with mcp_server(["node", str(NODE), *flags, *more], folder=folder) as server:
            yield OverMcp(server)
