"""What the lines share: drafts, closed loops, and a reader that knows when a task is complete."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

import orjson
from tests.bench.peers import Http, Link, Ws, connect_instance
from tests.bench.servers import Server

__all__ = ["Bench", "draft"]


def draft(instance: str, commands: int = 1) -> bytes:
    """The body of a task of so many no-op commands."""
    command = {
        "tool_name": "browser_navigate",
        "intention": "measure",
        "args": {"action": "goto", "url": "http://example.com/"},
    }
    return orjson.dumps(
        {
            "task_name": "bench",
            "task_intention": "measure",
            "instanceId": instance,
            "commands": [command] * commands,
        }
    )


def _noting(times: list[float]) -> Callable[[], None]:
    """Notes the time in `times` whenever it is called."""
    return lambda: times.append(time.perf_counter())


class Bench:
    """A server with scripted browsers, a connection per submitter, one reader of all events."""

    def __init__(self, server: Server, *, able: bool = False) -> None:
        """`able`: browsers speak all of the link, as the extension does, and not its bare part."""
        self.server = server
        self._able = able
        self.links: list[Link] = []
        self.https: list[Http] = []
        self.reader: Ws | None = None
        self.completed: dict[bytes, float] = {}
        self._waiting: dict[bytes, asyncio.Future[float]] = {}
        self.events = 0
        self.arrivals: dict[str, list[float]] = defaultdict(list)
        self.answers: dict[str, list[float]] = defaultdict(list)

    async def start(self, instances: int) -> None:
        """Connect the browsers and the reader."""
        registrar = await self.server.http()
        for number in range(instances):
            link = await connect_instance(registrar, f"bench-{number}", able=self._able)
            link.arrived = _noting(self.arrivals[link.instance])
            link.answering = _noting(self.answers[link.instance])
            self.links.append(link)
            self.https.append(await self.server.http())
        self.reader = await Ws.connect(self.server.client_url, self._event)
        self.reader.send(b'{"type":"subscribe_instance","instanceId":"*"}')
        await asyncio.sleep(0.2)

    def stop(self) -> None:
        """Cut everything."""
        for connection in [*self.https, *[link.ws for link in self.links if link.ws], self.reader]:
            if connection is not None:
                connection.close()

    def _event(self, payload: bytes) -> None:
        self.events += 1
        if b'"type":"task_complete"' not in payload:
            return
        now = time.perf_counter()
        start = payload.index(b'"taskId":"') + 10
        task = payload[start : payload.index(b'"', start)]
        waiting = self._waiting.pop(task, None)
        if waiting is None:
            self.completed[task] = now
        elif not waiting.done():
            waiting.set_result(now)

    async def complete(self, task: bytes) -> float:
        """When the task's `task_complete` arrived at the reader."""
        if task in self.completed:
            return self.completed.pop(task)
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[task] = waiting
        async with asyncio.timeout(60):
            return await waiting

    async def submit(self, number: int, body: bytes) -> bytes:
        """Submit on connection `number`; the task's id."""
        if self.https[number].closed:
            self.https[number] = await self.server.http()
        status, answer = await self.https[number].request("POST", "/tasks", body)
        if status != 200:
            raise RuntimeError(f"{status} {answer[:300]!r}")
        start = answer.index(b'"taskId":"') + 10
        return answer[start : answer.index(b'"', start)]

    async def loop(
        self, number: int, tasks: int, commands: int = 1
    ) -> list[tuple[float, float, float]]:
        """One task in flight at a time: (accepted, frame at browser, complete) in seconds."""
        link = self.links[number]
        body = draft(link.instance, commands)
        arrivals = self.arrivals[link.instance]
        times: list[tuple[float, float, float]] = []
        for _ in range(tasks):
            arrivals.clear()
            began = time.perf_counter()
            task = await self.submit(number, body)
            accepted = time.perf_counter()
            done = await self.complete(task)
            at_browser = arrivals[0] if arrivals else began
            times.append((accepted - began, at_browser - began, done - began))
        return times

    async def flood(self, tasks: int, commands: int, depth: int) -> float:
        """All instances at once, `depth` tasks waiting on each: tasks per second."""
        began = time.perf_counter()
        await asyncio.gather(
            *[self._burst(n, tasks, commands, depth) for n in range(len(self.links))]
        )
        return tasks * len(self.links) / (time.perf_counter() - began)

    async def _burst(self, number: int, tasks: int, commands: int, depth: int) -> None:
        body = draft(self.links[number].instance, commands)
        open_tasks: list[bytes] = []
        for _ in range(tasks):
            open_tasks.append(await self.submit(number, body))
            if len(open_tasks) >= depth:
                await self.complete(open_tasks.pop(0))
        for task in open_tasks:
            await self.complete(task)
