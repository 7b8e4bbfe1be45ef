"""Who may speak for a browser, and what a link bears."""

import asyncio
from collections.abc import Awaitable

import orjson
import pytest
from tests.yard import ACT, READ, Yard, open_yard

from tabyard.core.errors import InstanceNotFound
from tabyard.core.proof import browser_proof, hub_proof
from tabyard.hub.ports import SocketClosed
from tabyard.testing import Behaviour, ScriptedInstance
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.instance import InstanceKind, InstanceStatus, Registered

NONCE = "client-nonce-1"


async def prove(yard: Yard, paired: Registered) -> tuple[Registered, str]:
    """Register again as a paired browser: the way in, and the proof for its hello."""
    assert paired.credential is not None
    instance = InstanceId(paired.instance_id)
    way = await yard.register(instance_id=instance, nonce=NONCE)
    assert way.nonce is not None
    nonces = {"client_nonce": NONCE, "hub_nonce": way.nonce}
    assert way.proof == hub_proof(paired.credential, instance, **nonces)
    assert way.credential is None
    return way, browser_proof(paired.credential, instance, **nonces)


async def test_no_hello_in_time_closes_the_socket() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        timers = yard.clock.pending
        socket = yard.socket()
        await yard.clock.armed(timers + 1)
        yard.clock.advance(5.1)
        assert await socket.wait_closed() == CloseCode.HELLO_TIMEOUT


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"type": "hello", "instanceId": "inst_9"}, CloseCode.UNKNOWN_INSTANCE),
        ({"type": "hello", "instanceId": "inst_9", "protocol": 99}, CloseCode.INCOMPATIBLE),
        ({"type": "tool_result", "id": "1"}, CloseCode.BAD_FRAMES),
        ({"type": "hello"}, CloseCode.BAD_FRAMES),
    ],
)
async def test_a_bad_hello_is_refused(hello: dict[str, object], code: CloseCode) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        socket = yard.socket()
        await socket.send(orjson.dumps(hello).decode())
        assert await socket.wait_closed() == code


async def test_a_ticket_lets_in_once_and_only_its_instance() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        way, other = await yard.register(), await yard.register()
        stranger = ScriptedInstance(other.instance_id)
        with pytest.raises(SocketClosed):
            await yard.connect(stranger, ticket=way.ticket)
        again = ScriptedInstance(way.instance_id)
        with pytest.raises(SocketClosed):
            await yard.connect(again, ticket=way.ticket)
        assert again.close_code == CloseCode.UNKNOWN_INSTANCE


async def test_a_ticket_expires() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        way = await yard.register()
        yard.clock.advance(31)
        with pytest.raises(SocketClosed):
            await yard.connect(ScriptedInstance(way.instance_id), ticket=way.ticket)


async def test_a_fresh_script_is_let_in_by_its_id_alone_once() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        way = await yard.register()
        browser = ScriptedInstance(way.instance_id, behaviour=Behaviour.COMPATIBLE)
        await yard.connect(browser, ticket=None)

        thief = ScriptedInstance(way.instance_id)
        with pytest.raises(SocketClosed):
            await yard.connect(thief, ticket=None)
        assert thief.close_code == CloseCode.UNAUTHORIZED
        await yard.submit(READ)
        await browser.next_call()


async def test_the_path_and_the_hello_name_the_same_instance() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        way = await yard.register()
        socket = yard.socket(instance="inst_other", ticket=way.ticket)
        await socket.send(orjson.dumps({"type": "hello", "instanceId": way.instance_id}).decode())
        assert await socket.wait_closed() == CloseCode.UNKNOWN_INSTANCE


async def test_a_paired_browser_proves_itself_and_the_hub_does_so_first() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired = await yard.register(pair=True, label="mine")
        assert paired.credential is not None
        assert len(paired.credential) == 64
        way, proof = await prove(yard, paired)
        browser = ScriptedInstance(paired.instance_id, label="renamed by itself")
        await yard.connect(browser, ticket=way.ticket, proof=proof)

        view = yard.hub.registry.view(InstanceId(paired.instance_id))
        assert (view.status, view.kind) == (InstanceStatus.CONNECTED, InstanceKind.PAIRED)
        assert view.label == "mine"
        assert "ticket" not in browser.welcome


async def test_a_stolen_id_without_the_credential_gains_nothing() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired = await yard.register(pair=True)
        way, _ = await prove(yard, paired)
        thief = ScriptedInstance(paired.instance_id)
        with pytest.raises(SocketClosed):
            await yard.connect(thief, ticket=way.ticket, proof="0" * 64)
        assert thief.close_code == CloseCode.UNAUTHORIZED


@pytest.mark.proves("link:newest_link_wins")
async def test_a_newer_link_replaces_the_older_and_its_end_changes_nothing() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired = await yard.register(pair=True)
        way, proof = await prove(yard, paired)
        browser = ScriptedInstance(paired.instance_id)
        old = await yard.connect(browser, ticket=way.ticket, proof=proof)
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()

        way, proof = await prove(yard, paired)
        await yard.connect(browser, ticket=way.ticket, proof=proof)

        assert await old.wait_closed() == CloseCode.REPLACED
        assert yard.hub.registry.view(InstanceId(paired.instance_id)).epoch == 2
        await browser.answer(call, {"clicked": True})
        assert (await events.complete(task))["status"] == "completed"
        assert len(browser.started) == 1
        assert not [one for one in events.events if one["type"] == "instance_reconnecting"]


@pytest.mark.proves("link:epochs_fence")
async def test_a_frame_on_a_replaced_link_is_refused() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired = await yard.register(pair=True)
        way, proof = await prove(yard, paired)
        browser = ScriptedInstance(paired.instance_id)
        old = await yard.connect(browser, ticket=way.ticket, proof=proof)
        events = yard.listen()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        instance = yard.hub.registry.get(InstanceId(paired.instance_id))
        assert instance is not None
        instance.link = None  # as if another link were being attached

        await old.send(orjson.dumps({"type": "tool_result", "id": call.id, "result": {}}).decode())

        assert await old.wait_closed() == CloseCode.STALE_EPOCH
        assert "task_progress:success" not in events.of(task)


async def test_three_malformed_frames_within_a_minute_close_the_link() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        for nonsense in ("{", '{"type":"what"}'):
            await browser.send_raw(nonsense)
        await browser.send_raw('{"type":"ping"}')
        await browser.until(lambda one: one.pongs == 1)
        yard.clock.advance(61)
        await browser.send_raw("[]")
        await browser.send_raw('{"type":"tool_result"}')
        await yard.submit(READ)
        await browser.answer(await browser.next_call(), {})
        await browser.send_raw("null")
        await browser.until(lambda one: one.close_code is not None)
        assert browser.close_code == CloseCode.BAD_FRAMES


async def test_a_frame_over_the_limit_closes_the_link() -> None:
    async with asyncio.timeout(5), open_yard(frame_bytes=1000) as yard:
        browser = await yard.browser()
        await browser.send_raw(f'{{"type":"pong","more":"{"x" * 1000}"}}')
        await browser.until(lambda one: one.close_code is not None)
        assert browser.close_code == CloseCode.TOO_LARGE


async def test_a_browser_that_talks_too_fast_unasked_is_sent_away_and_may_come_back() -> None:
    event = '{"type":"event","kind":"tab","data":{}}'
    async with asyncio.timeout(5), open_yard(events_per_second=3) as yard:
        browser = await yard.browser()
        task = await yard.submit(ACT)
        call = await browser.next_call()
        for number in (1, 2):
            yard.clock.advance(1)
            for one in (event, event, '{"type":"ping"}'):
                await browser.send_raw(one)
            await browser.until(lambda one, number=number: one.pongs == number)
        events = yard.listen()
        await browser.send_raw(event)
        await browser.until(lambda one: one.close_code is not None)
        assert browser.close_code == CloseCode.TOO_MANY_REQUESTS
        lost = await events.until(lambda event: event["type"] == "instance_reconnecting")
        assert lost["reason"] == "more than 3 frames a second unasked"
        yard.clock.advance(1)
        await yard.reconnect(browser)
        await browser.answer(call, {})
        assert (await events.complete(task))["status"] == "completed"


@pytest.mark.proves("link:state_is_true")
async def test_a_silent_link_is_pinged_and_given_up_after_45_s() -> None:
    async with asyncio.timeout(5), open_yard(silent_after_s=45) as yard:
        way = await yard.register()
        socket = yard.socket()
        hello = {"type": "hello", "instanceId": way.instance_id, "ticket": way.ticket}
        await socket.send(orjson.dumps(hello).decode())
        assert orjson.loads(await socket.receive())["type"] == "welcome"
        events = yard.listen()
        await yard.hub.registry.wait_connected(InstanceId(way.instance_id), timeout_s=5)

        for _ in range(2):
            yard.clock.advance(20.1)
            assert orjson.loads(await socket.receive()) == {"type": "ping"}
        yard.clock.advance(4.9)

        assert await socket.wait_closed() == CloseCode.LINK_SILENT
        await events.until(lambda event: event["type"] == "instance_reconnecting")


async def test_a_link_that_answers_pings_stays() -> None:
    async with asyncio.timeout(5), open_yard(silent_after_s=45) as yard:
        browser = await yard.browser()
        for number in range(1, 6):
            yard.clock.advance(20.1)
            await browser.until(lambda one, number=number: one.pings == number)
            await browser.send_raw('{"type":"ping"}')
            await browser.until(lambda one, number=number: one.pongs == number)
        assert browser.close_code is None


@pytest.mark.proves("link:clocks_may_jump")
@pytest.mark.parametrize("jump_s", [86_400, -86_400])
async def test_a_wall_clock_that_jumps_ends_neither_a_link_nor_a_grace(jump_s: float) -> None:
    async with asyncio.timeout(5), open_yard(silent_after_s=45, grace_s=30) as yard:
        browser = await yard.browser()
        instance = InstanceId(browser.instance_id)
        task = await yard.submit(ACT)
        call = await browser.next_call()
        yard.clock.jump(jump_s)
        yard.clock.advance(1)
        assert yard.hub.registry.view(instance).status is InstanceStatus.CONNECTED
        events = yard.listen()
        yard.cut_all()
        await events.until(lambda event: event["type"] == "instance_reconnecting")
        yard.clock.jump(jump_s)
        yard.clock.advance(29)
        assert yard.hub.registry.view(instance).status is InstanceStatus.RECONNECTING
        await yard.reconnect(browser)
        await browser.answer(call, {})
        assert (await events.complete(task))["status"] == "completed"


async def test_pictures_of_a_screencast_go_to_their_sink() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        seen: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        yard.hub.pictures = lambda instance, frame: seen.put_nowait((instance, frame))
        way = await yard.register()
        browser = ScriptedInstance(way.instance_id)
        socket = await yard.connect(browser, ticket=way.ticket)

        await socket.send(b"\x01" + (1).to_bytes(8, "big") + b"\xff\xd8")

        assert await seen.get() == (way.instance_id, b"\x01" + bytes(7) + b"\x01\xff\xd8")


async def test_a_link_lost_before_its_welcome_leaves_everything_as_it_was() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        await browser.leave()
        await events.until(lambda event: event["type"] == "instance_reconnecting")
        socket = yard.socket()
        hello = {
            "type": "hello",
            "instanceId": browser.instance_id,
            "ticket": browser.welcome["ticket"],
        }
        await socket.send(orjson.dumps(hello).decode())
        socket.cut()
        await yard.submit(READ)

        yard.clock.advance(31)

        await events.until(lambda event: event["type"] == "instance_disconnected")


async def test_a_stranger_that_leaves_before_its_welcome_leaves_no_trace() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        way = await yard.register()
        socket = yard.socket()
        hello = {"type": "hello", "instanceId": way.instance_id, "ticket": way.ticket}
        await socket.send(orjson.dumps(hello).decode())
        socket.cut()
        await yard.browser()
        assert len(yard.hub.registry.views()) == 1


async def test_a_pairing_can_be_renamed_and_revoked() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        paired = await yard.register(pair=True, label="mine")
        instance = InstanceId(paired.instance_id)
        way, proof = await prove(yard, paired)
        browser = ScriptedInstance(instance)
        await yard.connect(browser, ticket=way.ticket, proof=proof)
        await yard.hub.rename(instance, "kitchen")
        assert yard.hub.registry.pick("kitchen") == instance
        way, proof = await prove(yard, paired)

        await yard.hub.revoke(instance)

        await browser.until(lambda one: one.close_code is not None)
        assert browser.close_code == CloseCode.REVOKED
        with pytest.raises(SocketClosed):
            await yard.connect(browser, ticket=way.ticket, proof=proof)
        assert browser.close_code == CloseCode.REVOKED
        with pytest.raises(InstanceNotFound):
            await yard.register(instance_id=instance, nonce=NONCE)
        [stored] = await yard.store.instances()
        assert (stored.credential, stored.label) == (None, "kitchen")


async def test_what_waits_for_a_browser_is_told_when_it_comes_or_does_not() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        registry = yard.hub.registry
        instance, credential = await registry.reserve_launched("", "chromium", None)
        assert len(credential) == 64
        assert registry.view(instance).label.startswith("chromium-")
        async with asyncio.TaskGroup() as group:
            timers = yard.clock.pending
            waiting = group.create_task(
                _raised(registry.wait_connected(instance, timeout_s=30), TimeoutError)
            )
            await yard.clock.armed(timers + 1)
            yard.clock.advance(31)
        assert waiting.result()


async def _raised(work: Awaitable[object], kind: type[Exception]) -> bool:
    try:
        await work
    except kind:
        return True
    return False


async def test_what_is_stored_is_acknowledged_while_the_next_command_runs() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(ACT, ACT)
        first = await browser.next_call()
        await browser.answer(first, {})
        second = await browser.next_call(2)
        await browser.until(lambda one: not one.outbox)
        assert second.id in browser.held

        await browser.answer(second, {})
        await events.complete(task)
        await browser.until(lambda one: one.ended_tasks == [task] and not one.outbox)


async def test_a_browser_hears_of_the_end_of_a_task_before_it_gets_the_next() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        first, second = await yard.submit(ACT), await yard.submit(ACT)
        await browser.answer(await browser.next_call(), {})
        await browser.next_call(2)
        told = [(one["type"], one.get("taskId")) for one in browser.frames]
        assert told == [
            ("tool_call", first),
            ("tool_ack", None),
            ("task_ended", first),
            ("tool_call", second),
        ]
