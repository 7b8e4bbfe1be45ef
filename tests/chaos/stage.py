"""One hub on disk, one scripted browser and one caller, for stories that are told step by step."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from tests.chaos.browsers import ACT, READ, ChaosBrowser, Doors
from tests.chaos.checker import Books, check, read_books
from tests.chaos.history import History, Submission, What
from tests.chaos.hub_program import Order
from tests.chaos.hubs import Foundry, HubUnderTest
from tests.chaos.proxy import FaultProxy
from tests.chaos.submitters import task_body

__all__ = ["Stage", "on_stage"]


class Stage:
    """Hubs come and go; the doors and the browser stay."""

    def __init__(self, folder: Path, made: Foundry, **order: Any) -> None:
        self.folder = folder
        self.history = History(retry_safe={READ: True, ACT: False})
        self.hub: HubUnderTest | None = None
        # The port of a dead hub may be the next port of somebody else's.
        self.http = FaultProxy(lambda: None if self._alive is None else self._alive.http_port)
        self.link = FaultProxy(lambda: None if self._alive is None else self._alive.link_port)
        self.order = Order(folder=str(folder), log=str(folder / "hub.log"), **order)
        self.browser: ChaosBrowser
        self.client: httpx2.AsyncClient
        self._made = made
        self._keys = 0

    @property
    def _alive(self) -> HubUnderTest | None:
        return self.hub if self.hub is not None and self.hub.is_alive else None

    @property
    def doors(self) -> Doors:
        return Doors(self.http.port, self.link.port)

    async def start_hub(self, **wanted: Any) -> HubUnderTest:
        """A hub on the same database."""
        self.hub = await self._made.start(replace(self.order, **wanted))
        return self.hub

    async def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str
    ) -> httpx2.Response:
        """One request, again and again until somebody answers."""
        async with asyncio.timeout(20):
            while True:
                try:
                    return await self.client.request(method, path, json=body, headers=headers)
                except httpx2.HTTPError:
                    await asyncio.sleep(0.02)

    async def submit(self, *tools: str) -> str:
        """An accepted task."""
        self._keys += 1
        key = f"k{self._keys}"
        body = task_body(key, self.browser.instance, list(tools))
        answer = await self.ask("POST", "/tasks", body, **{"Idempotency-Key": key})
        assert answer.status_code == 200, answer.text
        task = str(answer.json()["taskId"])
        self.history.submissions.append(Submission(key, task, self.browser.instance))
        return task

    async def begun(self, count: int = 1) -> None:
        """So many commands have begun."""
        async with asyncio.timeout(20):
            while self._begun() < count:  # noqa: ASYNC110 -- a log has no waiting list
                await asyncio.sleep(0.005)

    def _begun(self) -> int:
        return sum(it.what is What.BEGIN for it in self.history.executions)

    async def status(self, task: str) -> str:
        """Of a task, now."""
        answer = await self.ask("GET", f"/tasks/{task}")
        while answer.status_code == 503:  # a hub that is just going down or coming up says so
            await asyncio.sleep(0.02)
            answer = await self.ask("GET", f"/tasks/{task}")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["task"]["status"])

    async def end(self, task: str) -> str:
        """How a task ends, once it has."""
        async with asyncio.timeout(25):
            while True:
                status = await self.status(task)
                if status not in ("queued", "running"):
                    return status
                await asyncio.sleep(0.02)

    async def presence(self) -> str:
        """What the hub says about the browser."""
        answer = await self.ask("GET", f"/instances/{self.browser.instance}")
        return str(answer.json()["instance"]["status"])

    async def until_presence(self, wanted: str, *, within_s: float = 20.0) -> None:
        """The hub says so."""
        async with asyncio.timeout(within_s):
            while await self.presence() != wanted:  # noqa: ASYNC110 -- another process decides
                await asyncio.sleep(0.01)

    async def met(self) -> bool:
        """The browser is connected; False: the hub died before that."""
        path = f"/instances/{self.browser.instance}"
        async with asyncio.timeout(25):
            while self._alive is not None:
                with suppress(httpx2.HTTPError, KeyError):
                    answer = await self.client.get(path)
                    if answer.json()["instance"]["status"] == "connected":
                        return True
                await asyncio.sleep(0.01)
        return False

    async def judge(self) -> tuple[list[str], Books]:
        """Broken promises, and the books; the hub ends for it."""
        assert self.hub is not None
        await self.hub.kill()
        books = await asyncio.to_thread(read_books, self.folder / "tabyard.sqlite")
        return check(self.history, books), books


@asynccontextmanager
async def on_stage(folder: Path, made: Foundry, **order: Any) -> AsyncGenerator[Stage]:
    """A first, calm hub with a connected browser."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    stage = Stage(folder, made, **order)
    async with stage.http.listening(), stage.link.listening():
        await stage.start_hub()
        url = stage.doors.url
        async with httpx2.AsyncClient(base_url=url, timeout=2.0, trust_env=False) as client:
            stage.client = client
            browser = ChaosBrowser("b", stage.doors, stage.history, seed=1)
            browser.takes_s = lambda: 0.02
            async with browser.living():
                stage.browser = browser
                await stage.until_presence("connected")
                yield stage
