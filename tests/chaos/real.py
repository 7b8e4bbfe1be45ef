"""A real Chromium, a hub that is killed and a worker that is killed, in the middle of clicks.

Usage: python -m tests.chaos.real [--hubs N] [--workers N]
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
import orjson
from tests.bench.servers import free_port
from tests.browsers.conftest import extension_renderers
from tests.chaos.checker import check, read_books
from tests.chaos.history import History
from tests.chaos.hub_program import Order
from tests.chaos.hubs import Foundry, HubUnderTest, foundry

__all__ = ["Outcome", "run_real"]

COMMANDS: Final = 20
PAGE: Final = b"""<!doctype html><title>shop</title><body><script>
let presses = 0;
for (let at = 0; at < 20; at += 1) {
  const button = document.body.appendChild(document.createElement("button"));
  button.id = "b" + at;
  button.textContent = "buy " + at;
  // The number tells a second press from a request that Chromium itself sends again.
  button.onclick = () => fetch("/bought" + location.search + "/" + at + "/" + ++presses);
}
</script>"""


@dataclass(slots=True)
class Outcome:
    """How the tasks ended, how often each button was pressed, and what was wrong."""

    hub_kills: int = 0
    worker_kills: int = 0
    ended: Counter[str] = field(default_factory=Counter[str])
    pressed: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])


class Shop:
    """A page with twenty buttons; the server counts what was bought."""

    def __init__(self, outcome: Outcome) -> None:
        self.port = 0
        self._outcome = outcome
        self._changed = asyncio.Condition()
        self._seen: set[str] = set()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["Shop"]:
        """For the length of the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def sold(self, count: int) -> None:
        """So many things were bought, in all."""
        async with asyncio.timeout(40), self._changed:
            await self._changed.wait_for(lambda: self._outcome.pressed.total() >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            if path.startswith("/bought") and path not in self._seen:
                self._seen.add(path)
                async with self._changed:
                    self._outcome.pressed[path.rsplit("/", 1)[0]] += 1
                    self._changed.notify_all()
            body = PAGE if path.startswith("/shop") else b""
            kind = b"text/html" if body else b"text/plain"
            writer.write(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: %b\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (kind, len(body), body)
            )
            await writer.drain()
        writer.close()


class Scene:
    """One hub on fixed ports, so that its browser finds the next one."""

    def __init__(self, made: Foundry, folder: Path, outcome: Outcome) -> None:
        self.order = Order(
            folder=str(folder),
            log=str(folder / "hub.log"),
            http_port=free_port(),
            link_port=free_port(),
            grace_s=30.0,
            pace=10.0,
            browsers=1,
        )
        self.folder = folder
        self.outcome = outcome
        self.shop = Shop(outcome)
        self.hub: HubUnderTest
        self.instance = ""
        self._made = made
        self._tasks = 0
        self._http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.order.http_port}", timeout=40, trust_env=False
        )

    async def begin(self) -> None:
        """A hub with its Chromium."""
        self.hub = await self._made.start(self.order)
        body = {"action": "new", "headless": True}
        answer = (await self._http.post("/api/tools/browser_instance", json=body)).json()
        self.instance = answer["result"]["structuredContent"]["instanceId"]

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request, until somebody answers."""
        while True:
            with suppress(httpx2.HTTPError):
                return (await self._http.request(method, path, json=body)).json()
            await asyncio.sleep(0.05)

    async def submit(self) -> str:
        """Open the shop, and press every button once."""
        self._tasks += 1
        url = f"http://127.0.0.1:{self.shop.port}/shop?{self._tasks}"
        commands: list[Any] = [
            {
                "tool_name": "browser_navigate",
                "intention": "open the shop",
                "args": {"action": "goto", "url": url},
            }
        ]
        commands += [
            {
                "tool_name": "browser_interact",
                "intention": "buy",
                "args": {"action": "click", "selector": f"#b{at}"},
            }
            for at in range(COMMANDS)
        ]
        body = {
            "task_name": f"buy {self._tasks}",
            "task_intention": "buy everything once",
            "instanceId": self.instance,
            "commands": commands,
        }
        return str((await self.ask("POST", "/tasks", body))["taskId"])

    async def end(self, task: str) -> Any:
        """A task that has ended."""
        async with asyncio.timeout(90):
            while True:
                view = (await self.ask("GET", f"/tasks/{task}"))["task"]
                if view["status"] in ("completed", "failed", "cancelled"):
                    self.outcome.ended[view["status"]] += 1
                    return view
                await asyncio.sleep(0.1)

    async def kill_hubs(self, times: int, dice: random.Random) -> None:
        """One task, and so many hubs."""
        task = await self.submit()
        per_kill = max(1, (COMMANDS - 2) // max(1, times))
        for kill in range(times):
            await self.shop.sold(1 + kill * per_kill)
            await asyncio.sleep(dice.random() * 0.04)
            await self.hub.kill()
            self.outcome.hub_kills += 1
            self.hub = await self._made.start(self.order)
        view = await self.end(task)
        if view["status"] != "completed":
            self.outcome.violations.append(f"the browser was there all along: {view.get('error')}")
        if self.outcome.pressed.total() != COMMANDS:
            self.outcome.violations.append(f"not every button: {self.outcome.pressed}")

    async def kill_workers(self, times: int, dice: random.Random) -> None:
        """So many tasks, each with a worker that dies in the middle of it."""
        browser = self.folder / "browsers" / self.instance
        for _ in range(times):
            before = self.outcome.pressed.total()
            task = await self.submit()
            await self.shop.sold(before + dice.randint(1, COMMANDS - 4))
            await asyncio.sleep(dice.random() * 0.04)
            for pid in extension_renderers(browser):
                os.kill(pid, signal.SIGKILL)
            self.outcome.worker_kills += 1
            view = await self.end(task)
            if view["status"] == "failed" and view["error"]["code"] != "INSTANCE_DISCONNECTED":
                self.outcome.violations.append(f"{task} failed with {view['error']}")

    async def kill_browser(self, within_s: float = 10.0) -> None:
        """All of Chromium dies: the hub says so, and takes nothing more for it."""
        log = await asyncio.to_thread(Path(self.order.log).read_bytes)
        told = [orjson.loads(line) for line in log.splitlines() if b'"browser launched"' in line]
        os.kill(int(told[0]["pid"]), signal.SIGKILL)
        path = f"/instances/{self.instance}"
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while (await self.ask("GET", path))["instance"]["status"] != "gone":  # noqa: ASYNC110 -- another process decides
                    await asyncio.sleep(0.05)
                return
        self.outcome.violations.append("Chromium is dead, and the hub does not say so")

    async def finish(self) -> None:
        """Everything ends, the browser too."""
        with suppress(httpx2.HTTPError):
            body = {"action": "close", "instanceId": self.instance}
            await self._http.post("/api/tools/browser_instance", json=body)
        self.hub.signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await self.hub.dead(15)
        await self._http.aclose()

    def judge(self) -> None:
        """Nothing was bought twice, and each task ended once."""
        twice = {path: times for path, times in self.outcome.pressed.items() if times > 1}
        if twice:
            self.outcome.violations.append(f"bought twice: {twice}")
        books = read_books(self.folder / "tabyard.sqlite")
        self.outcome.violations += check(History(), books, executions=False)


async def run_real(folder: Path, *, hubs: int, workers: int, seed: int = 1) -> Outcome:
    """Kill so many hubs in one task, and so many workers in as many."""
    outcome, dice = Outcome(), random.Random(seed)
    async with foundry() as made:
        scene = Scene(made, folder, outcome)
        async with scene.shop.open():
            try:
                await scene.begin()
                if hubs:
                    await scene.kill_hubs(hubs, dice)
                await scene.kill_workers(workers, dice)
                await scene.kill_browser()
            finally:
                await scene.finish()
        await asyncio.to_thread(scene.judge)
    return outcome


def main() -> int:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hubs", type=int, default=10)
    parser.add_argument("--workers", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tabyard-chaos-") as folder:
        outcome = asyncio.run(run_real(Path(folder), hubs=options.hubs, workers=options.workers))
    print(  # noqa: T201 -- this is a program
        f"real Chromium: hub kills {outcome.hub_kills}, worker kills {outcome.worker_kills}; "
        f"tasks {dict(outcome.ended)}; clicks {outcome.pressed.total()}, "
        f"most per button {max(outcome.pressed.values(), default=0)}; "
        f"violations {outcome.violations}"
    )
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
