"""A launched browser and its hub: joining, working, coming back."""

import asyncio
from collections.abc import Callable

import pytest
from tests.browser.driver import free_ports
from tests.browsers.fake_hub import FakeHub

from tabyard.browsers import EXTENSION_ORIGIN, Launcher, LaunchSpec, Viewport
from tabyard_protocol.ids import InstanceId

pytestmark = pytest.mark.browser

ONE = InstanceId("inst_1_a")


async def test_a_launched_browser_joins_its_hub_and_runs_a_call(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec
) -> None:
    async with hub.served(), asyncio.timeout(30):
        await launcher.launch(spec)
        link = await hub.links.get()

        [registration] = hub.registrations
        assert registration["origin"] == EXTENSION_ORIGIN
        assert registration["instanceId"] == link.hello["instanceId"] == ONE
        assert link.hello["label"] == "one"
        assert link.hello["browser"].startswith("Chrom")
        assert link.hello["outbox"] == []
        assert spec.credential not in str(registration) + str(link.hello)

        await link.call("c1#1", "browser_tab", {"action": "list"})
        answer = await link.next()
        assert (answer["type"], answer["id"]) == ("tool_result", "c1#1")
        tabs = answer["result"]["structuredContent"]["tabs"]
        assert [tab["url"] for tab in tabs] == ["about:blank"]


async def test_a_ping_is_answered(launcher: Launcher, hub: FakeHub, spec: LaunchSpec) -> None:
    async with hub.served(), asyncio.timeout(30):
        await launcher.launch(spec)
        link = await hub.links.get()
        await link.send({"type": "ping"})
        assert await link.next() == {"type": "pong"}


async def test_a_failed_call_is_answered_with_the_tools_code(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec
) -> None:
    async with hub.served(), asyncio.timeout(30):
        await launcher.launch(spec)
        link = await hub.links.get()
        await link.call("c1#1", "browser_juggle", {})
        answer = await link.next()
        assert (answer["type"], answer["error"]["code"]) == ("tool_error", "UNKNOWN_TOOL")


async def test_an_unacknowledged_answer_is_said_again_after_the_hub_has_restarted(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec
) -> None:
    async with asyncio.timeout(40):
        async with hub.served():
            await launcher.launch(spec)
            link = await hub.links.get()
            await link.call("c1#1", "browser_tab", {"action": "list"})
            await link.call("c2#1", "browser_tab", {"action": "list"})
            answers = [await link.next(), await link.next()]
            await link.send({"type": "tool_ack", "ids": ["c1#1"]})
            await link.send({"type": "ping"})
            assert await link.next() == {"type": "pong"}
        hub.acks = ("c2#1",)
        async with hub.served():
            back = await hub.links.get()
            assert [kept["id"] for kept in back.hello["outbox"]] == ["c2#1"]
            assert back.hello["outbox"][0]["result"] == answers[1]["result"]
            assert back.hello["memory"] == link.hello["memory"]
        async with hub.served():
            again = await hub.links.get()
            assert again.hello["outbox"] == []


@pytest.mark.parametrize("of_a_task", [False, True])
async def test_a_killed_worker_comes_back_and_says_what_it_knows_of_its_calls(
    launcher: Launcher,
    hub: FakeHub,
    spec: LaunchSpec,
    kill_worker: Callable[[InstanceId], None],
    *,
    of_a_task: bool,
) -> None:
    of = {"taskId": "t1"} if of_a_task else {}
    async with hub.served(), asyncio.timeout(40):
        await launcher.launch(spec)
        link = await hub.links.get()
        await link.call("done#1", "browser_execute", {"expression": "6 * 7"}, **of)
        answer = await link.next()
        assert answer["result"]["structuredContent"]["result"] == 42
        endless = {"expression": "new Promise(() => {})", "awaitPromise": True}
        await link.call("cut#1", "browser_execute", endless, **of, commandId="t1_cmd_1")
        await link.send({"type": "ping"})
        assert await link.next() == {"type": "pong"}
        # An answer is written down when it has not been acknowledged for 50 ms.
        await asyncio.sleep(0.3)

        kill_worker(ONE)
        back = await hub.links.get()
        # Of a task it was noted that it is at work, and not what it had come to.
        assert (back.hello["memory"] == link.hello["memory"]) is not of_a_task
        assert "running" not in back.hello
        outbox = {kept["id"]: kept for kept in back.hello["outbox"]}
        assert outbox["done#1"]["result"]["structuredContent"]["result"] == 42
        assert ("cut#1" in outbox) is not of_a_task
        if not of_a_task:
            assert outbox["cut#1"]["commandId"] == "t1_cmd_1"
            assert outbox["cut#1"]["error"]["code"] == "INSTANCE_DISCONNECTED"


async def test_a_running_call_survives_a_lost_link_and_is_answered_on_the_next(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec
) -> None:
    async with hub.served(), asyncio.timeout(40):
        await launcher.launch(spec)
        link = await hub.links.get()
        slow = {"expression": "new Promise(go => window.go = go)", "awaitPromise": True}
        await link.call("slow#1", "browser_execute", slow, taskId="t1", commandId="t1_cmd_0")
        await link.send({"type": "ping"})
        assert await link.next() == {"type": "pong"}

        await link.socket.close(1012)
        back = await hub.links.get()
        assert back.hello["running"] == {"id": "slow#1", "taskId": "t1", "commandId": "t1_cmd_0"}
        await back.send({"type": "tool_cancel", "id": "slow#1", "reason": "enough"})
        answer = await back.next()
        assert answer["id"] == "slow#1"
        assert answer["error"]["code"] == "CANCELLED"


async def test_a_program_that_squats_on_the_hubs_port_is_told_nothing(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec
) -> None:
    squatter = FakeHub(hub.port, credential="not the browser's")
    async with asyncio.timeout(40):
        async with squatter.served():
            await launcher.launch(spec)
            for _ in range(2):
                await squatter.arrivals.get()
            assert squatter.links.empty()
            assert spec.credential not in str(squatter.registrations)
        async with hub.served():
            link = await hub.links.get()
            assert link.hello["instanceId"] == ONE


async def test_a_browser_that_was_sent_away_stays_away_even_when_its_worker_starts_anew(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec, kill_worker: Callable[[InstanceId], None]
) -> None:
    async with hub.served(), asyncio.timeout(40):
        await launcher.launch(spec)
        link = await hub.links.get()
        await link.socket.close(4002, "replaced")
        await link.gone.wait()
        # The worker hears of the close a moment after its browser has answered it.
        await asyncio.sleep(0.5)
        kill_worker(ONE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(6):
                await hub.links.get()
        assert len(hub.registrations) == 1


async def test_the_page_has_the_viewport_that_was_asked_for(
    launcher: Launcher, hub: FakeHub, spec: LaunchSpec
) -> None:
    # The hub's own pages are kept from launched browsers.
    pages = FakeHub(free_ports(1)[0])
    async with hub.served(), pages.served(), asyncio.timeout(30):
        start = LaunchSpec(
            instance=ONE,
            credential=spec.credential,
            viewport=Viewport(1000, 700),
            url=f"http://127.0.0.1:{pages.port}/size",
        )
        await launcher.launch(start)
        assert [await pages.sizes.get() for _ in range(3)] == ["1000x700"] * 3
