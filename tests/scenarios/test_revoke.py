"""A pairing ends: the browser is cut off, and nothing that it still holds lets it back in."""

import asyncio

import orjson
import pytest
from tests.scenarios.test_link import NONCE, prove
from tests.yard import ACT, READ, Yard, open_yard
from typing_extensions import override

from tabyard.core.errors import InstanceNotFound, InvalidInstance
from tabyard.core.proof import browser_proof
from tabyard.hub.hubtools import NoBrowsers
from tabyard.hub.ports import SocketClosed
from tabyard.testing import ScriptedInstance
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceLabel, InstanceStatus, Registered
from tabyard_protocol.resources.task import TaskStatus


async def paired_browser(yard: Yard, **fields: object) -> tuple[Registered, ScriptedInstance]:
    """A browser that was paired and is connected."""
    paired = await yard.register(pair=True, **fields)
    way, proof = await prove(yard, paired)
    browser = ScriptedInstance(paired.instance_id)
    await yard.connect(browser, ticket=way.ticket, proof=proof)
    return paired, browser


async def refused(
    yard: Yard, instance: str, *, ticket: str | None, proof: str | None
) -> int | None:
    """The code with which a hello is turned away."""
    thief = ScriptedInstance(instance)
    with pytest.raises(SocketClosed):
        await yard.connect(thief, ticket=ticket, proof=proof)
    return thief.close_code


async def test_the_tasks_of_a_revoked_browser_fail_and_it_is_cut_off() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired, browser = await paired_browser(yard)
        running = await yard.submit(ACT)
        queued = await yard.submit(READ)
        await browser.next_call()
        events = yard.listen()

        await yard.hub.revoke(InstanceId(paired.instance_id))

        await events.complete(running)
        await events.complete(queued)
        await browser.until(lambda one: one.close_code is not None)
        assert browser.close_code == CloseCode.REVOKED
        for task in (running, queued):
            assert (await yard.view(task)).status is TaskStatus.FAILED
        view = yard.hub.registry.view(InstanceId(paired.instance_id))
        assert view.status is InstanceStatus.GONE


async def test_the_first_ticket_of_a_pairing_is_worth_nothing_once_it_is_revoked() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired = await yard.register(pair=True)
        await yard.hub.revoke(InstanceId(paired.instance_id))
        code = await refused(yard, paired.instance_id, ticket=paired.ticket, proof=None)
        assert code == CloseCode.UNKNOWN_INSTANCE
        [stored] = await yard.store.instances()
        assert stored.credential is None


async def test_a_hello_that_waits_while_its_pairing_is_revoked_is_turned_away() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired, browser = await paired_browser(yard)
        way, proof = await prove(yard, paired)
        instance = yard.hub.registry.get(InstanceId(paired.instance_id))
        assert instance is not None
        async with asyncio.TaskGroup() as group:
            await instance.attaching.acquire()
            late = group.create_task(
                refused(yard, paired.instance_id, ticket=way.ticket, proof=proof)
            )
            await asyncio.sleep(0.01)
            ending = group.create_task(yard.hub.revoke(instance.id))
            await asyncio.sleep(0.01)
            instance.attaching.release()
        assert late.result() == CloseCode.REVOKED
        await ending
        await browser.until(lambda one: one.close_code is not None)
        assert yard.hub.registry.get(InstanceId(paired.instance_id)) is None
        [stored] = await yard.store.instances()
        assert stored.credential is None


async def test_a_revoked_browser_is_unknown_after_a_restart() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired, _ = await paired_browser(yard)
        await yard.hub.revoke(InstanceId(paired.instance_id))
        async with open_yard(store=yard.store) as again:
            assert again.hub.registry.views() == []
            with pytest.raises(InstanceNotFound):
                await again.register(instance_id=paired.instance_id, nonce=NONCE)


async def test_no_second_connection_takes_a_paired_browsers_place_without_its_credential() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired, browser = await paired_browser(yard)
        instance = InstanceId(paired.instance_id)
        assert paired.credential is not None
        first, proof = await prove(yard, paired)
        await yard.connect(browser, ticket=first.ticket, proof=proof)

        # The bare id; its used ticket; used ticket and used proof together.
        for ticket, shown in ((None, None), (first.ticket, None), (first.ticket, proof)):
            code = await refused(yard, instance, ticket=ticket, proof=shown)
            assert code == CloseCode.UNAUTHORIZED
        # A fresh ticket with no proof, a made-up one, and one over the nonces of another time.
        for shown in (None, "0" * 64, proof):
            way = await yard.register(instance_id=instance, nonce=NONCE)
            assert await refused(yard, instance, ticket=way.ticket, proof=shown) == (
                CloseCode.UNAUTHORIZED
            )
        # The hub's own proof, reflected.
        way = await yard.register(instance_id=instance, nonce=NONCE)
        code = await refused(yard, instance, ticket=way.ticket, proof=way.proof)
        assert code == CloseCode.UNAUTHORIZED
        # A right proof, but of another pairing.
        other = await yard.register(pair=True)
        assert other.credential is not None
        way = await yard.register(instance_id=instance, nonce=NONCE)
        foreign = browser_proof(
            other.credential, instance, client_nonce=NONCE, hub_nonce=way.nonce or ""
        )
        code = await refused(yard, instance, ticket=way.ticket, proof=foreign)
        assert code == CloseCode.UNAUTHORIZED

        assert browser.close_code is None
        await yard.submit(READ)
        await browser.next_call()


async def test_a_browser_is_named_by_its_label_unless_several_have_it() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        registry = yard.hub.registry
        one = await yard.browser(label="kitchen")
        assert registry.pick("kitchen") == one.instance_id
        assert registry.pick(InstanceLabel(label="kitchen")) == one.instance_id
        with pytest.raises(InvalidInstance):
            registry.pick(InstanceLabel(label=one.instance_id))
        two = await yard.browser(label="kitchen")
        with pytest.raises(InvalidInstance) as error:
            registry.pick("kitchen")
        assert error.value.candidates == (one.instance_id, two.instance_id)
        assert error.value.details == {"candidates": [one.instance_id, two.instance_id]}


async def test_a_paused_browser_is_shown_as_paused() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        way = await yard.register()
        browser = ScriptedInstance(way.instance_id)
        socket = await yard.connect(browser, ticket=way.ticket, paused=True)
        registry = yard.hub.registry
        instance = InstanceId(way.instance_id)
        assert registry.view(instance).paused
        frame = '{"type":"event","kind":"stopped","data":{"paused":false}}'
        await socket.send(frame)
        await socket.send('{"type":"ping"}')
        await browser.until(lambda one: one.pongs > 0)
        assert not registry.view(instance).paused


async def test_a_launched_browser_ends_when_it_is_revoked() -> None:
    closed: list[InstanceId] = []

    class Browsers(NoBrowsers):
        @override
        async def close(self, instance: InstanceId) -> JsonObject:
            closed.append(instance)
            return {}

    async with asyncio.timeout(5), open_yard() as yard:
        yard.hub.use_browsers(Browsers())
        launched, _ = await yard.hub.registry.reserve_launched(
            label="one", browser_type="chromium", profile=None
        )
        person = await yard.register(pair=True)
        await yard.hub.revoke(launched)
        await yard.hub.revoke(InstanceId(person.instance_id))
        assert closed == [launched]
        assert yard.hub.registry.views() == []


async def test_a_second_hello_on_a_link_makes_it_nobody_else() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        _, victim = await paired_browser(yard)
        way = await yard.register()
        thief = ScriptedInstance(way.instance_id)
        socket = await yard.connect(thief, ticket=way.ticket)
        hello = {"type": "hello", "instanceId": victim.instance_id, "protocol": 1}
        await socket.send(orjson.dumps(hello).decode())
        await socket.send('{"type":"ping"}')
        await thief.until(lambda one: one.pongs > 0)
        await yard.submit(READ, instanceId=victim.instance_id)
        await victim.next_call()
        assert (victim.close_code, thief.started) == (None, [])
