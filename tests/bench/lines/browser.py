"""A real Chromium: what one command costs from the hub through the extension to the page and back.

Beside it Playwright, over CDP without a hub, on the same pages in the same run.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable

import orjson
import websockets.asyncio.server as websockets
from playwright.async_api import Page, async_playwright
from tests.bench.figures import Line, percentile
from tests.bench.lines.pages import served
from tests.bench.peers import Http, Ws
from tests.bench.servers import Server, every_core, hub
from websockets.asyncio.server import ServerConnection

__all__ = ["Timer", "in_a_task", "launch", "measure"]

TEN = "0123456789"
FEW = 4
WARM = 3
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHORT = ("no-op (console lines)", "list tabs", "evaluate 1+1")
"""Steps so short that a commit to the disk is most of what they cost: measured without as well."""
Step = dict[str, object]


def _steps(pages: str) -> dict[str, tuple[str, str, Step]]:
    """Name of the figure: page, tool and arguments."""
    interact, content = "browser_interact", "browser_content"
    return {
        # Answered by the worker out of its own memory, without a call into the browser.
        "no-op (console lines)": ("/form", "browser_debug", {"action": "console"}),
        "list tabs": ("/form", "browser_tab", {"action": "list"}),
        "evaluate 1+1": ("/form", "browser_execute", {"expression": "1+1"}),
        "click, auto-wait": ("/form", interact, {"action": "click", "selector": "#send"}),
        "type 10 characters": (
            "/form",
            interact,
            {"action": "type", "selector": "#name", "text": TEN, "delay": 0},
        ),
        "snapshot, form": ("/form", content, {"action": "snapshot"}),
        "snapshot, 500 elements": ("/rows500", content, {"action": "snapshot"}),
        "snapshot, 5000 elements": ("/rows5000", content, {"action": "snapshot"}),
        "screenshot, jpeg": ("/form", content, {"action": "screenshot", "format": "jpeg"}),
        "goto": ("/form", "browser_navigate", {"action": "goto", "url": f"{pages}/form"}),
    }


class Timer:
    """Times commands by their answers: from one to the next lies all that a command costs."""

    def __init__(self) -> None:
        self._answered: list[float] = []
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def message(self, payload: bytes) -> None:
        """One event."""
        event = orjson.loads(payload)
        if event["type"] == "task_progress" and event["status"] != "running":
            self._answered.append(time.perf_counter() * 1_000)
        elif event["type"] == "task_complete":
            self.ended.set_result(event["status"])

    @property
    def times(self) -> list[float]:
        """Milliseconds per command, over a few at a time: events may come several at once."""
        ends = self._answered[WARM:]
        return [(end - begin) / FEW for begin, end in zip(ends, ends[FEW:], strict=False)]


async def measure(*, runs: int, scale: float) -> list[Line]:
    """Round trips of single commands, ours and Playwright's, interleaved."""
    line = Line("browser", "headless Chromium, 1280x720, median of each run")
    taken: dict[str, list[float]] = {}
    with every_core(), served() as pages:
        async with (
            hub(core=None) as durable,
            hub(core=None, store="memory") as fleeting,
            async_playwright() as playwright,
        ):
            executable = next(filter(None, map(shutil.which, BROWSERS)))
            theirs = await playwright.chromium.launch(
                executable_path=executable,
                args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
            )
            page = await theirs.new_page(viewport={"width": 1280, "height": 720})
            steps = _steps(pages)
            ways = (
                ("hub", durable, await launch(await durable.http()), tuple(steps)),
                ("hub in memory", fleeting, await launch(await fleeting.http()), SHORT),
            )
            for _ in range(runs):
                echoes = await _echo(page, pages, max(20, int(200 * scale)))
                taken.setdefault("floor: no-op (bare echo)", []).append(percentile(echoes, 0.5))
                for name, (path, tool, args) in steps.items():
                    count = max(5, int((60 if "5000" not in name else 15) * scale))
                    for way, server, instance, takes in ways:
                        if name not in takes:
                            continue
                        ours = await in_a_task(
                            server,
                            instance,
                            url=f"{pages}{path}",
                            tool=tool,
                            args=args,
                            count=count,
                        )
                        taken.setdefault(f"{way}: {name}", []).append(percentile(ours, 0.5))
                    act = _playwright(page, name, pages)
                    if act is not None:
                        await page.goto(f"{pages}{path}")
                        times = await _times(act, count)
                        taken.setdefault(f"playwright: {name}", []).append(percentile(times, 0.5))
            await theirs.close()
    for name, values in taken.items():
        line.add(name, values, "ms")
    line.notes.append(
        "The hub's times are those from one answer to the next within a task, at a reader. A "
        "command with effects, as an evaluation is, starts when the former outcome is on disk."
    )
    return [line]


async def launch(http: Http) -> str:
    """A headless Chromium of the hub's."""
    body = orjson.dumps(
        {"action": "new", "headless": True, "viewport": {"width": 1280, "height": 720}}
    )
    status, answer = await http.request("POST", "/api/tools/browser_instance", body)
    if status != 200:
        raise RuntimeError(f"{status} {answer[:500]!r}")
    return str(orjson.loads(answer)["result"]["structuredContent"]["instanceId"])


async def in_a_task(
    server: Server, instance: str, *, url: str, tool: str, args: Step, count: int
) -> list[float]:
    """`count` times the same command in one task, after three that warm up."""
    timer = Timer()
    reader = await Ws.connect(server.client_url, timer.message)
    commands = [{"tool_name": "browser_navigate", "args": {"action": "goto", "url": url}}]
    commands += [{"tool_name": tool, "args": args}] * (count + 3)
    draft = {
        "type": "task_submit",
        "task_name": "bench",
        "task_intention": "measure",
        "instanceId": instance,
        "session": "bench",
        "commands": [command | {"intention": "measure"} for command in commands],
    }
    reader.send(orjson.dumps(draft))
    async with asyncio.timeout(120):
        status = await timer.ended
    reader.close()
    if status != "completed":
        raise RuntimeError(f"{tool} {args}: the task {status}")
    return timer.times


ECHO = """(url) => new Promise((resolve) => {
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => socket.send(data);
  socket.onopen = () => resolve(true);
})"""


async def _echo(page: Page, pages: str, count: int) -> list[float]:
    """A frame of a command's size to a WebSocket in Chromium and back, `count` times."""
    times: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()

    async def serve(socket: ServerConnection) -> None:
        taken: list[float] = []
        for _ in range(count):
            began = time.perf_counter()
            await socket.send("x" * 300)
            await socket.recv()
            taken.append((time.perf_counter() - began) * 1_000)
        times.set_result(taken)

    async with websockets.serve(serve, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        await page.goto(f"{pages}/form")
        async with asyncio.timeout(60):
            await page.evaluate(ECHO, f"ws://127.0.0.1:{port}")
            return await times


def _playwright(page: Page, name: str, pages: str) -> Callable[[], Awaitable[object]] | None:
    """The same step in Playwright; None where it has no such thing."""
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "evaluate 1+1": lambda: page.evaluate("1+1"),
        "click, auto-wait": lambda: page.click("#send"),
        "type 10 characters": lambda: page.type("#name", TEN),
        "snapshot, form": lambda: page.locator("body").aria_snapshot(),
        "snapshot, 500 elements": lambda: page.locator("body").aria_snapshot(),
        "snapshot, 5000 elements": lambda: page.locator("body").aria_snapshot(),
        "screenshot, jpeg": lambda: page.screenshot(type="jpeg"),
        "goto": lambda: page.goto(f"{pages}/form"),
    }
    return acts.get(name)


async def _times(act: Callable[[], Awaitable[object]], count: int) -> list[float]:
    """How long each of `count` acts took, after three that warm up."""
    times: list[float] = []
    for _ in range(count + 3):
        began = time.perf_counter()
        await act()
        times.append((time.perf_counter() - began) * 1_000)
    return times[3:]
