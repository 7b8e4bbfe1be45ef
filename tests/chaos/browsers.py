"""Scripted browsers that come back, crash, forget, and write down whatever they execute."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any

import httpx2
import websockets
from tests.chaos.history import Execution, History, What, now_ms
from websockets.asyncio.client import ClientConnection, connect

from tabyard.core.proof import browser_proof
from tabyard.hub.ports import SocketClosed
from tabyard.testing import Call, RemoteSocket, ScriptedInstance, ToolFault
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.model import JsonObject

__all__ = ["ACT", "READ", "ChaosBrowser", "Doors"]

READ = "browser_content"
ACT = "browser_interact"
SLOW_SHARE = 0.06
VAGUE_SHARE = 0.5
"""Of the workers that die while linked: those that had not yet written down their last answers."""
LATE_S = 0.9
"""A pong that takes longer is none: the browser gives the link up and comes anew."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where everybody reaches the hub: through proxies."""

    http_port: int
    link_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"


class ChaosBrowser:
    """One browser with a credential. It lives until it is crashed, and then lives again."""

    def __init__(self, name: str, doors: Doors, history: History, *, seed: int) -> None:
        self.name = name
        self.instance = ""
        self.connections = 0
        self._doors = doors
        self._history = history
        self.dice = random.Random(seed)
        self._credential = ""
        self._http = httpx2.AsyncClient(base_url=doors.url, timeout=1.0, trust_env=False)
        self._script = ScriptedInstance("", handler=self._execute)
        self._life: asyncio.Task[None] | None = None
        self.takes_s: Callable[[], float] = self._by_chance
        """How long the next command takes."""

    @asynccontextmanager
    async def living(self) -> AsyncGenerator["ChaosBrowser"]:
        """Pair, and live for the length of the block."""
        body = {"userAgent": "chaos", "windowId": 1, "pair": True, "label": self.name}
        paired = (await self._http.post("/register", json=body)).raise_for_status().json()
        self.instance, self._credential = paired["instanceId"], paired["credential"]
        self._script.instance_id = self.instance
        self._script.memory = token_hex(4)
        async with asyncio.TaskGroup() as group:
            self._life = group.create_task(self._live())
            self._group = group
            yield self
            self._life.cancel()
        await self._http.aclose()

    async def crash(self, *, remembers: bool) -> None:
        """The worker dies, or all of the browser does, and starts again at once."""
        script = self._script
        was_linked = script.close_code is None
        await self.leave()
        cut = tuple(script.held.values())
        for call in cut:
            self._note(What.STOPPED, call)
            del script.held[call.id]
        # As the extension does. While it is linked, a task is noted as a whole, and answers are
        # only when they are not acknowledged at once. Without a link each call with effects is on
        # record, and reads are not.
        if was_linked:
            script.memory = token_hex(4)
            vague = script.started[-2:] if self.dice.random() < VAGUE_SHARE else []
            for call in vague:
                script.outbox.pop(call.id, None)
        else:
            script.outbox |= {call.id: _interrupted(call) for call in cut if call.name == ACT}
        if not remembers:
            self._script.forget(memory=token_hex(4))
        self.come_back()

    async def leave(self) -> None:
        """Stop working and talking in the middle of it all."""
        assert self._life is not None
        self._life.cancel()
        with suppress(asyncio.CancelledError):
            await self._life

    def come_back(self) -> None:
        """After `leave`."""
        self._life = self._group.create_task(self._live())

    def hurry(self) -> None:
        """The run comes to its end: no more slow commands."""
        self.takes_s = lambda: self.dice.random() * 0.05

    async def _live(self) -> None:
        """Come again whenever the link is lost. Calls at work go on meanwhile."""
        async with asyncio.TaskGroup() as group:
            while True:
                with suppress(
                    httpx2.HTTPError,
                    OSError,
                    TimeoutError,
                    SocketClosed,
                    websockets.WebSocketException,
                ):
                    async with asyncio.timeout(3):
                        connection = await self._join(group)
                    try:
                        await self._attend()
                    finally:
                        connection.transport.abort()
                await asyncio.sleep(self.dice.random() * 0.15)

    async def _join(self, group: asyncio.TaskGroup) -> ClientConnection:
        nonce = token_hex(16)
        body = {"userAgent": "chaos", "windowId": 1, "instanceId": self.instance, "nonce": nonce}
        way = (await self._http.post("/register", json=body)).raise_for_status().json()
        proof = browser_proof(
            self._credential,
            InstanceId(self.instance),
            client_nonce=nonce,
            hub_nonce=way["nonce"],
        )
        path = str(way["websocketUrl"]).split("/", 3)[3]
        connection = await connect(
            f"ws://127.0.0.1:{self._doors.link_port}/{path}",
            compression=None,
            ping_interval=None,
            close_timeout=0.2,
            proxy=None,
        )
        socket = RemoteSocket(connection)
        try:
            await self._script.join(socket, group=group, ticket=way["ticket"], proof=proof)
        except BaseException:
            connection.transport.abort()
            raise
        self.connections += 1
        return connection

    async def _attend(self) -> None:
        """Ask whether the hub is still there, until it is not."""
        script = self._script
        while script.close_code is None:
            heard = partial(_answered, script.pongs)
            await script.send_raw('{"type":"ping"}')
            async with asyncio.timeout(LATE_S):
                await script.until(heard)
            await asyncio.sleep(0.2)

    async def _execute(self, call: Call) -> dict[str, Any]:
        self._note(What.BEGIN, call)
        try:
            async with asyncio.timeout(self.takes_s()):
                await self._script.until(lambda one: call.id in one.cancelled)
        except TimeoutError:
            self._note(What.END, call)
            return {
                "content": [],
                "structuredContent": {"call": call.id, "command": call.command_id},
            }
        self._note(What.STOPPED, call)
        raise ToolFault("CANCELLED")

    def _by_chance(self) -> float:
        slow = self.dice.random() < SLOW_SHARE
        return self.dice.uniform(0.3, 2.0) if slow else self.dice.random() * 0.05

    def _note(self, what: What, call: Call) -> None:
        self._history.executions.append(
            Execution(
                now_ms(),
                self.instance,
                what,
                call.id,
                call.command_id or "",
                call.task_id or "",
                call.name,
            )
        )


def _interrupted(call: Call) -> JsonObject:
    return {
        "id": call.id,
        "taskId": call.task_id,
        "commandId": call.command_id,
        "error": {"code": "INSTANCE_DISCONNECTED", "message": "the worker stopped"},
    }


def _answered(pongs: int, script: ScriptedInstance) -> bool:
    """Whether there was one more pong, or there will be none."""
    return script.pongs > pongs or script.close_code is not None
