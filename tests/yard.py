"""A whole hub in memory: the real store, lanes and bus, virtual time, scripted browsers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from tabyard.hub.hub import Hub
from tabyard.hub.link import serve_instance
from tabyard.hub.settings import HubSettings
from tabyard.hub.subscription import Subscription
from tabyard.storage import SqliteStore, memory_blobs, open_store
from tabyard.storage.blobs import ObjectBlobs
from tabyard.testing import (
    Behaviour,
    MemorySocket,
    ScriptedInstance,
    SequentialIds,
    VirtualClock,
    socket_pair,
)
from tabyard.testing.scripted import Handler
from tabyard.work.tasks import Tasks
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import Registered, Registration
from tabyard_protocol.resources.task import TaskDraft, TaskView

TICK = "browser_tab"
PATIENT: dict[str, Any] = {"silent_after_s": 1e9}
"""Time jumps in tests; a browser has no chance to answer the pings of the hour it skips."""


def command(name: str = TICK, /, **args: Any) -> dict[str, Any]:
    """A command: by default one that is not retry-safe and takes any title."""
    return {
        "tool_name": name,
        "intention": "test",
        "args": args or {"action": "new", "url": "http://a.test/"},
    }


def draft(*commands: dict[str, Any], **fields: Any) -> TaskDraft:
    """A task of these commands; of one harmless command when there are none."""
    body = {
        "task_name": "t",
        "task_intention": "test",
        "commands": list(commands) or [command()],
        **fields,
    }
    return TaskDraft.model_validate(body)


READ = command("browser_content", action="get")
"""A retry-safe command."""
ACT = command("browser_interact", action="click", selector="#buy")
"""A command that must not run twice."""


class Listener:
    """Collects events of the bus."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.events: list[dict[str, Any]] = []

    async def until(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event for which `condition` holds; earlier ones are collected."""
        for event in self.events:
            if condition(event):
                return event
        async for batch in self.subscription:
            found = None
            for encoded in batch:
                event = orjson.loads(encoded.text)
                self.events.append(event)
                if found is None and condition(event):
                    found = event
            if found is not None:
                return found
        raise AssertionError("the bus was closed")

    async def complete(self, task: str) -> dict[str, Any]:
        """The `task_complete` of `task`."""
        return await self.until(
            lambda event: event["type"] == "task_complete" and event["taskId"] == task
        )

    async def drain(self) -> None:
        """Collect what a closed bus still hands over."""
        async for batch in self.subscription:
            self.events.extend(orjson.loads(encoded.text) for encoded in batch)

    def of(self, task: str) -> list[str]:
        """What was told about `task`, in order: types, with the status of progress events."""
        return [
            f"{event['type']}:{event['status']}"
            if event["type"] == "task_progress"
            else event["type"]
            for event in self.events
            if event.get("taskId") == task
        ]


class Yard:
    """One hub process over a store that may outlive it."""

    def __init__(
        self,
        *,
        hub: Hub,
        store: SqliteStore,
        blobs: ObjectBlobs,
        clock: VirtualClock,
        group: asyncio.TaskGroup,
    ) -> None:
        self.hub = hub
        self.store = store
        self.blobs = blobs
        self.clock = clock
        self.group = group
        self.tasks = Tasks(hub=hub, store=store, blobs=blobs)
        self._hub_ends: list[MemorySocket] = []

    async def register(self, **fields: Any) -> Registered:
        """A way in."""
        wanted = Registration.model_validate({"userAgent": "test", "windowId": 1, **fields})
        return await self.hub.registry.register(wanted, origin_extension=False)

    async def browser(
        self,
        *,
        handler: Handler | None = None,
        behaviour: Behaviour = Behaviour.FULL,
        label: str | None = None,
        tools: tuple[str, ...] | None = None,
        **fields: Any,
    ) -> ScriptedInstance:
        """A new scripted browser, connected."""
        way = await self.register(**fields)
        browser = ScriptedInstance(
            way.instance_id, behaviour=behaviour, handler=handler, label=label, tools=tools
        )
        await self.connect(browser, ticket=way.ticket)
        return browser

    async def connect(
        self,
        browser: ScriptedInstance,
        *,
        ticket: str | None,
        proof: str | None = None,
        **extra: object,
    ) -> MemorySocket:
        """Link `browser`; its end of the socket."""
        socket = self.socket(ticket=None)
        await browser.join(socket, group=self.group, ticket=ticket, proof=proof, extra=extra)
        return socket

    async def reconnect(self, browser: ScriptedInstance, **extra: object) -> MemorySocket:
        """Link `browser` again with the ticket of its last welcome."""
        ticket = str(browser.welcome["ticket"])
        return await self.connect(browser, ticket=ticket, proof=None, **extra)

    def socket(self, *, instance: str | None = None, ticket: str | None = None) -> MemorySocket:
        """The browser's end of a socket that the hub serves."""
        hub_end, browser_end = socket_pair()
        self._hub_ends.append(hub_end)
        self.group.create_task(
            serve_instance(
                hub_end,
                first_frame=None,
                instance_id=InstanceId(instance) if instance else None,
                ticket=ticket,
                hub=self.hub,
            )
        )
        return browser_end

    async def submit(self, *commands: dict[str, Any], **fields: Any) -> TaskId:
        """A stored task."""
        accepted = await self.tasks.submit(draft(*commands, **fields))
        return TaskId(accepted.task_id)

    async def view(self, task: TaskId) -> TaskView:
        """A task as REST shows it."""
        return await self.tasks.view(task)

    def listen(self, instance: str = "*") -> Listener:
        """All events from now on."""
        subscription = self.hub.bus.subscribe()
        subscription.add_instance(instance)
        return Listener(subscription)

    def cut_all(self) -> None:
        """Every wire breaks."""
        for end in self._hub_ends:
            end.cut()


@asynccontextmanager
async def open_yard(
    *,
    store: SqliteStore | None = None,
    blobs: ObjectBlobs | None = None,
    clock: VirtualClock | None = None,
    ids: SequentialIds | None = None,
    **settings: Any,
) -> AsyncGenerator[Yard]:
    """A running hub; on the given store when it is the next one of several."""
    if store is None:
        async with (
            open_store(":memory:") as fresh,
            open_yard(store=fresh, blobs=blobs, clock=clock, ids=ids, **settings) as yard,
        ):
            yield yard
        return
    time = clock or VirtualClock()
    bytes_store = blobs or memory_blobs()
    async with asyncio.TaskGroup() as group:
        hub = Hub(
            store=store,
            blobs=bytes_store,
            clock=time,
            ids=ids or SequentialIds(),
            settings=HubSettings(**(PATIENT | settings)),
        )
        async with hub:
            yard = Yard(hub=hub, store=store, blobs=bytes_store, clock=time, group=group)
            yield yard
            yard.cut_all()
