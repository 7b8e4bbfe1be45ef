"""Two ends in memory."""

import asyncio

import pytest

from tabyard.hub.ports import SocketClosed
from tabyard.testing import socket_pair


async def test_what_one_end_sends_the_other_receives_in_order() -> None:
    hub, browser = socket_pair()
    await hub.send("a")
    await browser.send(b"b")
    await hub.send("c")
    assert [await browser.receive(), await browser.receive()] == ["a", "c"]
    assert await hub.receive() == b"b"


async def test_a_close_is_seen_after_what_was_sent_before() -> None:
    hub, browser = socket_pair()
    await hub.send("last words")
    await hub.close(4001, "why")
    await hub.close(1000)
    assert await browser.receive() == "last words"
    for _ in range(2):
        with pytest.raises(SocketClosed) as closed:
            await browser.receive()
        assert closed.value.code == 4001
    assert (browser.close_reason, await browser.wait_closed()) == ("why", 4001)
    with pytest.raises(SocketClosed):
        await browser.send("too late")


async def test_a_cut_wakes_both_ends() -> None:
    hub, browser = socket_pair()
    waiting = asyncio.gather(hub.receive(), browser.receive(), return_exceptions=True)
    await asyncio.sleep(0)
    hub.cut()
    assert [type(one) for one in await waiting] == [SocketClosed, SocketClosed]


async def test_an_ear_hears_first_while_somebody_waits() -> None:
    hub, browser = socket_pair()
    heard: list[bytes] = []

    def ear(text: bytes) -> bool:
        heard.append(text)
        return text == b"mine"

    hub.listen(ear)
    assert browser.send_now("nobody waits yet")
    assert await hub.receive() == "nobody waits yet"
    assert heard == []
    waiting = asyncio.ensure_future(hub.receive())  # noqa: TID251 -- a wait to be looked at
    await asyncio.sleep(0)
    browser.send_now("mine")
    await browser.send("yours")
    browser.send_now("mine")
    assert await waiting == "yours"
    assert heard == [b"mine", b"yours"]
    assert await hub.receive() == "mine"


async def test_a_socket_that_has_ended_sends_nothing_at_once() -> None:
    hub, browser = socket_pair()
    hub.cut()
    assert not browser.send_now("too late")
