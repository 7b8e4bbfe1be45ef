"""Browsers come and go: attach, loss, grace, goodbye; one link at a time speaks for each."""

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import Any, Final

from tabyard.core.errors import StoreUnavailable
from tabyard.core.frames import call_frame
from tabyard.core.proof import ticket_hash
from tabyard.core.records import InstanceRecord, TaskFault, TaskRecord
from tabyard.core.recovery import HubTrace, decide
from tabyard.hub.announce import Announcer
from tabyard.hub.arrival import Arrival, Refused
from tabyard.hub.catalogue import Preparer
from tabyard.hub.connection import Link, Spawn
from tabyard.hub.instance import Instance
from tabyard.hub.lane import Lane
from tabyard.hub.ports import Clock, Ids, LinkStore
from tabyard.hub.registry import Registry
from tabyard.hub.settings import HubSettings
from tabyard.hub.waiting import Patience, pause
from tabyard_protocol.errors import CloseCode, ToolErrorCode
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.version import CURRENT

__all__ = ["Presence"]

logger = logging.getLogger(__name__)

_GONE: Final = TaskFault(
    ToolErrorCode.INSTANCE_DISCONNECTED.value, "The browser went away and did not come back"
)


class Presence:
    """Attaches links and notices their loss."""

    def __init__(
        self,
        *,
        store: LinkStore,
        registry: Registry,
        announcer: Announcer,
        preparer: Preparer,
        clock: Clock,
        ids: Ids,
        settings: HubSettings,
        server_version: str,
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._registry = registry
        self._announcer = announcer
        self._preparer = preparer
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self._server_version = server_version
        self._spawn = spawn

    async def remember(self) -> None:
        """Know the browsers of a former hub. Those that were there have a fresh grace."""
        for record in await self._store.instances():
            gone = record.status is InstanceStatus.GONE
            if gone and record.credential is None:
                continue
            instance = self._registry.add(record)
            instance.epoch = record.epoch
            if gone:
                continue
            instance.lane.depth = await self._store.queued(record.id)
            self._registry.arrived(instance)
            instance.connected_at_ms = record.connected_at_ms
            self._become_reconnecting(instance, "the hub was restarted")

    async def attach(self, link: Link, arrival: Arrival) -> Instance:
        """`link` speaks for the instance from now on; a former link is closed.

        Raises:
            Refused: the pairing was revoked while it arrived.
            SocketClosed: it was gone before it was welcomed.
            StoreUnavailable: the attach could not be stored.
        """
        instance = self._registry.add(self._identity(arrival))
        async with instance.attaching:
            if instance.revoked:
                raise Refused(CloseCode.REVOKED, "this pairing was revoked")
            self._supplant(instance)
            try:
                await self._attach(instance, link, arrival)
            except BaseException:
                self._fall_back(instance)
                raise
        return instance

    def lost(self, instance: Instance, link: Link, reason: str) -> None:
        """`link` is gone. Nothing happens when a newer one has replaced it."""
        link.still()
        if instance.link is not link:
            return
        instance.link = None
        instance.last_activity_ms = link.last_activity_ms
        instance.lane.stop()
        self._become_reconnecting(instance, reason)

    async def dismiss(
        self, instance: Instance, *, reason: str, code: CloseCode = CloseCode.NORMAL
    ) -> None:
        """No grace: the instance is gone now, and its tasks fail."""
        async with instance.attaching:
            link = instance.link
            if link is not None:
                self.lost(instance, link, reason)
                self._spawn(link.close(code, reason))
            await self._retire(instance, reason)

    def _fall_back(self, instance: Instance) -> None:
        """A link was lost before it was welcomed: the instance is where it was without it."""
        match instance.status:
            case InstanceStatus.CONNECTED:
                self._become_reconnecting(instance, "the link was lost")
            case InstanceStatus.RECONNECTING:
                self._note_loss(instance)
            case InstanceStatus.GONE:
                retired = self._store.retire(
                    instance.id, epoch=instance.epoch, error=_GONE, at_ms=self._clock.now_ms()
                )
                retired.add_done_callback(_heed)
                self._registry.left(instance)

    async def rename(self, instance: Instance, label: str) -> None:
        """People know it as `label` from now on."""
        async with instance.attaching:
            instance.record = replace(instance.record, label=label)
            await asyncio.shield(self._store.add_instance(instance.record))

    async def revoke(self, instance: Instance) -> None:
        """Its credential is worth nothing from now on, and it is gone."""
        instance.revoked = True
        self._registry.tickets.forget(instance.id)
        async with instance.attaching:
            instance.record = replace(instance.record, credential=None, ticket_hash=None)
            await asyncio.shield(self._store.add_instance(instance.record))
        await self.dismiss(instance, reason="revoked", code=CloseCode.REVOKED)
        self._registry.left(instance)

    def _identity(self, arrival: Arrival) -> InstanceRecord:
        """The record as it is now; a script may say its label anew, a browser keeps the hub's."""
        hello, record = arrival.hello, arrival.record
        known = self._registry.get(record.id)
        if known is not None:
            record = replace(
                record, memory=known.record.memory, ticket_hash=known.record.ticket_hash
            )
            if record.credential is not None:
                record = replace(record, label=known.record.label)
        if record.credential is None and hello.label:
            record = replace(record, label=hello.label[:200])
        return replace(record, browser_type=(hello.browser or record.browser_type)[:200])

    def _supplant(self, instance: Instance) -> None:
        """The former link is over before the store hears of the new one."""
        former = instance.link
        instance.link = None
        instance.lane.stop()
        if former is not None:
            former.still()
            self._spawn(former.close(CloseCode.REPLACED, "replaced by a newer link"))

    async def _attach(self, instance: Instance, link: Link, arrival: Arrival) -> None:
        hello, record = arrival.hello, instance.record
        remembered = record.memory
        # A call that was sent under another memory is decided now. Should the hub die before that
        # is stored, the next hello must not seem to remember what this memory never knew.
        undecided = hello.memory != remembered and instance.lane.may_have_running
        memory = None if undecided else hello.memory
        ticket = self._ids.secret() if record.credential is None else None
        hashed = ticket_hash(ticket) if ticket else None
        added = self._store.add_instance(record)
        attached = self._store.attach(
            instance.id, memory=memory, ticket_hash=hashed, at_ms=self._clock.now_ms()
        )
        try:
            await asyncio.shield(added)
            found = await asyncio.shield(attached)
        except StoreUnavailable:
            instance.doubtful += 1
            raise
        instance.record = replace(record, memory=memory, ticket_hash=hashed)
        # It was linked to another hub meanwhile, of whose calls nothing is known here.
        strange = found.epoch > instance.epoch + 1 + instance.doubtful
        instance.doubtful = 0
        # As long as that is undecided, the next hello could not tell what waited from what began.
        link.ahead = link.ahead and memory is not None
        link.epoch = instance.epoch = found.epoch
        recovery = decide(
            found.running,
            hello,
            remembered=found.remembered,
            trace=_nothing_known if strange else partial(instance.lane.trace, found.running),
            retry_safe=self._preparer.is_retry_safe,
            on_hub=self._preparer.is_on_hub,
        )
        welcome = {
            "type": "welcome",
            "instanceId": instance.id,
            "serverVersion": self._server_version,
            "protocol": CURRENT,
            "epoch": found.epoch,
            "acks": list(recovery.useless),
            "ticket": ticket,
            "hubName": self._settings.hub_name,
            "privateAddresses": self._settings.private_addresses,
        }
        await link.send(call_frame(welcome))
        self._registry.arrived(instance)
        instance.link = link
        self._announcer.connected(instance.id, label=instance.record.label, epoch=found.epoch)
        instance.lane.start(link, recovery, found.running, remembered=found.remembered)
        verdict = type(recovery.verdict).__name__.lower()
        adopted = len(recovery.adopted)
        facts = {
            "instance": instance.id,
            "epoch": found.epoch,
            "verdict": verdict,
            "adopted": adopted,
        }
        logger.info("browser attached", extra=facts)
        link.beat(lambda: self._silent(instance, link))

    def _silent(self, instance: Instance, link: Link) -> None:
        self.lost(instance, link, "silent for too long")
        self._spawn(link.close(CloseCode.LINK_SILENT, "not a word for too long"))

    def _become_reconnecting(self, instance: Instance, reason: str) -> None:
        settings = self._settings
        if instance.status is InstanceStatus.CONNECTED:
            instance.become(InstanceStatus.RECONNECTING)
        self._note_loss(instance)
        self._announcer.reconnecting(
            instance.id, reason=reason, grace_ms=round(settings.grace_s * 1000)
        )
        instance.losses += 1
        loss = instance.losses
        instance.grace = Patience(
            self._clock, settings.grace_s, lambda: self._spawn(self._expire(instance, loss))
        )

    def _note_loss(self, instance: Instance) -> None:
        detached = self._store.detach(instance.id, epoch=instance.epoch, at_ms=self._clock.now_ms())
        detached.add_done_callback(_heed)

    async def _expire(self, instance: Instance, loss: int) -> None:
        async with instance.attaching:
            if instance.status is InstanceStatus.RECONNECTING and instance.losses == loss:
                await self._retire(instance, "not back within the grace")

    def _may_have_begun(self, lane: Lane, task: TaskRecord, index: int) -> bool:
        """Whether the browser may have begun that command, behind one that is lost with it."""
        command, preparer = task.commands[index], self._preparer
        if preparer.is_retry_safe(command) or preparer.is_on_hub(command):
            return False
        return lane.trace(task, index) is not HubTrace.NEVER_SENT

    async def _retire(self, instance: Instance, reason: str) -> None:
        """Its tasks fail in one commit, then each end is told."""
        if instance.status is InstanceStatus.GONE:
            return
        while True:
            retired = self._store.retire(
                instance.id,
                epoch=instance.epoch,
                error=_GONE,
                at_ms=self._clock.now_ms(),
                may_have_begun=partial(self._may_have_begun, instance.lane),
            )
            try:
                ended = await asyncio.shield(retired)
                break
            except StoreUnavailable:
                await pause(self._clock, self._settings.store_retry_s)
        lane = instance.lane
        for record in ended or ():
            run = lane.run
            lane.concluded(run if run is not None and run.task_id == record.id else None, record)
        lane.clear()
        instance.become(InstanceStatus.GONE)
        self._announcer.disconnected(instance.id, reason=reason)
        self._registry.left(instance)


def _nothing_known(_: int) -> HubTrace:
    return HubTrace.NONE


def _heed(detached: "asyncio.Future[Any]") -> None:
    """A loss that can't be stored is a loss all the same: a restart finds it reconnecting."""
    if not detached.cancelled() and detached.exception() is not None:
        logger.warning("loss of a link not stored", extra={"reason": str(detached.exception())})
