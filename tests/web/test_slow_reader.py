"""A reader that does not read: it is cut off, nobody waits for it, and it can come back."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from tests.web.door import Client, ServedDoor, raw_http, serve_door
from websockets.exceptions import ConnectionClosed

from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId

EVENTS = 400
FILLING = "x" * 100_000
"""So much per event that no buffer between here and there holds them all."""


def publish(door: ServedDoor, instance: str) -> None:
    """One large event."""
    fields = {"screenshotId": "art_1", "url": FILLING}
    door.yard.hub.bus.publish("screenshot", fields, instance=InstanceId(instance), at_ms=0)


async def follow_everything(client: Client) -> None:
    ack = await client.ask("subscribe_instance", instanceId="*")
    assert ack["type"] == "subscribe_ack"


async def everything(client: Client) -> list[dict[str, Any]]:
    """All that is still to come before the connection ends."""
    frames: list[dict[str, Any]] = []
    with suppress(ConnectionClosed):
        while True:
            frames.append(await client.receive())
    return frames


@pytest.mark.proves("events:slow_reader_closed")
async def test_a_reader_that_does_not_read_is_closed_and_another_gets_everything() -> None:
    async with asyncio.timeout(15), serve_door(reader_events=50) as door:
        # The sleeper's library reads ahead by one message, then leaves the rest to the network.
        async with (
            door.client(max_queue=1, max_size=None) as sleeper,
            door.client() as reader,
        ):
            await follow_everything(sleeper)
            await follow_everything(reader)
            for _ in range(EVENTS):
                publish(door, "inst_0_0")
                await reader.receive()

            seen = len(await everything(sleeper))
            assert sleeper.socket.close_code == CloseCode.SLOW_CONSUMER
            assert seen < EVENTS
            assert (await reader.ask("ping"))["type"] == "pong"
        metrics = (await door.http.get("/metrics")).text
    assert "tabyard_slow_readers_total 1.0" in metrics
    assert "tabyard_client_sockets 0.0" in metrics


async def test_what_reached_a_slow_reader_has_no_holes_and_it_resumes_where_it_was() -> None:
    async with asyncio.timeout(15), serve_door(reader_events=50, history_bytes=2**30) as door:
        browser = await door.yard.browser()
        async with door.client(max_queue=1, max_size=None) as sleeper:
            ack = await sleeper.ask("subscribe_instance", instanceId=browser.instance_id)
            for _ in range(EVENTS):
                publish(door, browser.instance_id)
                await asyncio.sleep(0)
            offsets = [frame["instanceOffset"] for frame in await everything(sleeper)]
        async with door.client(max_size=None) as back:
            await back.send(
                "subscribe_instance",
                instanceId=browser.instance_id,
                after=offsets[-1],
                epoch=ack["epoch"],
            )
            again = await back.receive()
            assert again["offset"] == offsets[-1]
            while offsets[-1] < ack["offset"] + EVENTS:
                offsets.append((await back.receive())["instanceOffset"])
    assert offsets == list(range(ack["offset"] + 1, ack["offset"] + EVENTS + 1))


async def test_a_reader_that_reads_nothing_at_all_is_closed_in_the_end() -> None:
    """Also when its buffer has room left: what it occupies is given back."""
    async with (
        asyncio.timeout(15),
        serve_door(reader_events=10_000, reader_bytes=2**30, web={"send_timeout_s": 0.1}) as door,
        door.client(max_queue=1, max_size=None) as sleeper,
    ):
        await follow_everything(sleeper)
        for _ in range(EVENTS):
            publish(door, "inst_0_0")
        while "tabyard_slow_readers_total 1.0" not in (await door.http.get("/metrics")).text:
            pass
        await everything(sleeper)
        assert sleeper.socket.close_code == CloseCode.SLOW_CONSUMER


async def test_a_slow_event_stream_is_cut_off_and_another_gets_everything() -> None:
    async with (
        asyncio.timeout(15),
        serve_door(reader_events=50, web={"close_timeout_s": 0.2}) as door,
    ):
        browser = await door.yard.browser()
        path = f"/instances/{browser.instance_id}/events"
        request = (f"GET {path} HTTP/1.1", "Host: localhost")
        async with raw_http(door.http_port, *request, limit=2**16) as sleeper:
            await sleeper.readuntil(b"retry: 1000\n\n")
            async with door.http.stream("GET", path) as other:
                lines = other.aiter_lines()
                for _ in range(EVENTS):
                    publish(door, browser.instance_id)
                    while not (await anext(lines)).startswith("data: "):
                        pass
            seen = (await sleeper.read(-1)).count(b"event: screenshot")
        metrics = (await door.http.get("/metrics")).text
    assert 0 < seen < EVENTS
    assert "tabyard_slow_readers_total 1.0" in metrics
