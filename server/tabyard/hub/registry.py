"""Who is there: registration, identity and choice of browsers."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from tabyard.core.errors import InstanceNotFound, InvalidInstance, NoInstance
from tabyard.core.proof import hub_proof
from tabyard.core.records import InstanceRecord
from tabyard.hub.instance import Instance
from tabyard.hub.lane import Lane
from tabyard.hub.ports import Clock, Ids, LinkStore
from tabyard.hub.settings import HubSettings
from tabyard.hub.tickets import Admission, Tickets
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.instance import (
    InstanceKind,
    InstanceLabel,
    InstanceRef,
    InstanceStatus,
    InstanceView,
    Registered,
    Registration,
)

__all__ = ["Registry"]

_FORMER: Final = 200
"""Scripts that are gone and can still be looked up."""


class Registry:
    """All browsers that this hub knows, by id."""

    def __init__(
        self,
        *,
        store: LinkStore,
        clock: Clock,
        ids: Ids,
        settings: HubSettings,
        lane: Callable[[InstanceId], Lane],
    ) -> None:
        self.tickets = Tickets(clock=clock)
        self._store = store
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self._lane = lane
        self._instances: dict[InstanceId, Instance] = {}
        self._former: OrderedDict[InstanceId, InstanceView] = OrderedDict()
        self._arrivals: dict[InstanceId, list[asyncio.Future[None]]] = {}
        self._order = 0
        self._default: Instance | None = None

    async def register(
        self, wanted: Registration, *, origin_extension: bool, link_url: str | None = None
    ) -> Registered:
        """A way in for one link, at `link_url` unless it is where all links are.

        Raises:
            InstanceNotFound: a former id with a nonce, but nobody knows the id (any more).
            StoreUnavailable: a pairing could not be stored.
        """
        registered = await self._register(wanted, origin_extension=origin_extension)
        if link_url is None:
            return registered
        address = registered.websocket_url.removeprefix(self._settings.link_url)
        return registered.model_copy(update={"websocket_url": f"{link_url}{address}"})

    async def _register(self, wanted: Registration, *, origin_extension: bool) -> Registered:
        ticket = self._ids.secret()
        if wanted.instance_id is not None and wanted.nonce is not None and not wanted.pair:
            return self._welcome_back(wanted, InstanceId(wanted.instance_id), wanted.nonce, ticket)
        record = self._new_record(wanted)
        if wanted.pair:
            record = replace(record, kind=InstanceKind.PAIRED, credential=self._ids.secret())
            await asyncio.shield(self._store.add_instance(record))
            self.add(record)
        elif origin_extension:
            record = replace(record, kind=InstanceKind.PAIRED)
        self._issue(ticket, Admission(record=record), ticketless=not wanted.pair)
        return self._registered(record, ticket, credential=record.credential)

    async def reserve_launched(
        self, label: str, browser_type: str, profile: str | None
    ) -> tuple[InstanceId, str]:
        """Identity and credential for a browser that is about to be started."""
        credential = self._ids.secret()
        instance = self._ids.instance()
        record = InstanceRecord(
            id=instance,
            kind=InstanceKind.LAUNCHED,
            label=label or f"{browser_type}-{instance[-4:]}",
            browser_type=browser_type,
            profile=profile,
            credential=credential,
            created_at_ms=self._clock.now_ms(),
        )
        await asyncio.shield(self._store.add_instance(record))
        self.add(record)
        return record.id, credential

    async def wait_connected(self, instance: InstanceId, timeout_s: float) -> InstanceView:
        """`instance`, once it is connected. Raises `TimeoutError` when that takes too long."""
        known = self._instances.get(instance)
        if known is None or known.link is None:
            arrival: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting = self._arrivals.setdefault(instance, [])
            waiting.append(arrival)
            timer = self._clock.call_later(timeout_s, lambda: _too_late(arrival))
            try:
                await arrival
            finally:
                timer.cancel()
                waiting.remove(arrival)
                if not waiting:
                    self._arrivals.pop(instance, None)
        return self.view(instance)

    def views(self) -> list[InstanceView]:
        """All browsers in order of connection; those that never connected or are gone come last."""
        return [instance.view() for instance in sorted(self._instances.values(), key=_presence)]

    def view(self, instance: InstanceId) -> InstanceView:
        """One browser, also one that left lately. Raises `InstanceNotFound`."""
        known = self._instances.get(instance)
        if known is not None:
            return known.view()
        former = self._former.get(instance)
        if former is None:
            raise InstanceNotFound(instance)
        return former

    def find(self, wanted: str) -> InstanceId:
        """The browser of that id or unambiguous label, whether it is here or gone.

        Raises:
            InstanceNotFound: there is none.
            InvalidInstance: the label fits several.
        """
        if InstanceId(wanted) in self._instances:
            return InstanceId(wanted)
        named = _called(wanted, self._instances.values())
        if not named:
            raise InstanceNotFound(InstanceId(wanted))
        return _only(wanted, named)

    def pick(self, wanted: InstanceRef | None) -> InstanceId:
        """The browser meant by an id or an unambiguous label; by default the first to connect.

        One that is reconnecting is the default only when none is connected.

        Raises:
            NoInstance: nothing was named, and nobody is there.
            InvalidInstance: the named one is not there, or the label fits several.
        """
        if wanted is None:
            return self._first().id
        if isinstance(wanted, InstanceLabel):
            return _only(wanted.label, _called(wanted.label, self._present()))
        known = self._instances.get(InstanceId(wanted))
        if known is not None and known.status is not InstanceStatus.GONE:
            return known.id
        return _only(wanted, _called(wanted, self._present()))

    def _first(self) -> Instance:
        """The default, remembered for as long as it stays connected and nobody arrives."""
        if self._default is None or self._default.status is not InstanceStatus.CONNECTED:
            self._default = min(self._present(), key=_presence, default=None)
        if self._default is None:
            raise NoInstance
        return self._default

    def _present(self) -> Iterable[Instance]:
        return (one for one in self._instances.values() if one.status is not InstanceStatus.GONE)

    def tools_of(self, instance: InstanceId | None) -> frozenset[str]:
        """The tools that a connected browser has beyond the catalogue."""
        known = self._instances.get(instance) if instance is not None else None
        return known.link.tools if known is not None and known.link else frozenset()

    def get(self, instance: InstanceId) -> Instance | None:
        """The live state of a browser, if it is known."""
        return self._instances.get(instance)

    def all(self) -> Iterable[Instance]:
        """The live state of every browser."""
        return tuple(self._instances.values())

    def add(self, record: InstanceRecord) -> Instance:
        """Know a browser from now on."""
        instance = self._instances.get(record.id)
        if instance is None:
            instance = Instance(record, self._lane(record.id))
            self._instances[record.id] = instance
        instance.record = record
        return instance

    def arrived(self, instance: Instance) -> None:
        """A link of `instance` stands."""
        if instance.status is InstanceStatus.GONE:
            self._order += 1
            instance.order = self._order
            instance.connected_at_ms = self._clock.now_ms()
            self._former.pop(instance.id, None)
        instance.become(InstanceStatus.CONNECTED)
        self._default = None
        for arrival in self._arrivals.get(instance.id, ()):
            if not arrival.done():
                arrival.set_result(None)

    def left(self, instance: Instance) -> None:
        """`instance` is gone; one without a credential will never come back under this id."""
        if instance.record.credential is None or instance.revoked:
            self._instances.pop(instance.id, None)
            self._former[instance.id] = instance.view()
            while len(self._former) > _FORMER:
                self._former.popitem(last=False)

    def _welcome_back(
        self, wanted: Registration, instance: InstanceId, nonce: str, ticket: str
    ) -> Registered:
        """The hub proves itself first; whoever called proves itself in its hello."""
        known = self._instances.get(instance)
        if known is None or known.record.credential is None:
            raise InstanceNotFound(instance)
        record = replace(
            known.record,
            user_agent=wanted.user_agent,
            window_id=wanted.window_id,
            browser_type=wanted.browser or known.record.browser_type,
            profile=wanted.profile or known.record.profile,
        )
        hub_nonce = self._ids.secret()
        admission = Admission(
            record=record, client_nonce=nonce, hub_nonce=hub_nonce, needs_proof=True
        )
        self._issue(ticket, admission, ticketless=False)
        proof = hub_proof(
            known.record.credential, instance, client_nonce=nonce, hub_nonce=hub_nonce
        )
        return self._registered(record, ticket, nonce=hub_nonce, proof=proof)

    def _new_record(self, wanted: Registration) -> InstanceRecord:
        instance = self._ids.instance()
        browser_type = wanted.browser or "browser"
        return InstanceRecord(
            id=instance,
            kind=InstanceKind.SCRIPT,
            label=wanted.label or f"{browser_type}-{instance[-4:]}",
            browser_type=browser_type,
            profile=wanted.profile,
            user_agent=wanted.user_agent,
            window_id=wanted.window_id,
            created_at_ms=self._clock.now_ms(),
        )

    def _issue(self, ticket: str, admission: Admission, *, ticketless: bool) -> None:
        expires_s = self._clock.monotonic_s() + self._settings.ticket_s
        self.tickets.issue(ticket, replace(admission, expires_s=expires_s), ticketless=ticketless)

    def _registered(
        self,
        record: InstanceRecord,
        ticket: str,
        *,
        nonce: str | None = None,
        proof: str | None = None,
        credential: str | None = None,
    ) -> Registered:
        settings = self._settings
        return Registered(
            instance_id=record.id,
            port=settings.link_port,
            websocket_url=f"{settings.link_url}/instances/{record.id}?ticket={ticket}",
            ticket=ticket,
            hub_name=settings.hub_name,
            nonce=nonce,
            proof=proof,
            credential=credential,
        )


def _called(label: str, among: Iterable[Instance]) -> list[InstanceId]:
    """Who is known by that label, in order of presence."""
    return [one.id for one in sorted(among, key=_presence) if one.record.label == label]


def _only(label: str, named: list[InstanceId]) -> InstanceId:
    """The one that is named. Raises `InvalidInstance` when there is none, or more."""
    if len(named) != 1:
        raise InvalidInstance(label, named)
    return named[0]


def _presence(instance: Instance) -> tuple[int, int]:
    """Connected ones first, then those that may come back, each by connection time."""
    ranks = {InstanceStatus.CONNECTED: 0, InstanceStatus.RECONNECTING: 1, InstanceStatus.GONE: 2}
    return ranks[instance.status], instance.order


def _too_late(arrival: "asyncio.Future[None]") -> None:
    if not arrival.done():
        arrival.set_exception(TimeoutError())
