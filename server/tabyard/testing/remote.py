"""A scripted browser at a real hub: `POST /register`, then a WebSocket, proofs included."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any, Final

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tabyard.core.proof import browser_proof, hub_proof
from tabyard.hub.ports import SocketClosed
from tabyard.testing.scripted import Behaviour, Handler, ScriptedInstance
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.model import JsonObject

__all__ = ["RemoteSocket", "UnprovenHub", "join_remote", "register", "remote_instance"]

_FRAME_BYTES: Final = 32 * 1024 * 1024


class UnprovenHub(Exception):
    """The hub could not prove that it knows the credential."""


class RemoteSocket:
    """A `Transport` over the `websockets` library."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            raise SocketClosed(closed.rcvd.code if closed.rcvd else 1006) from None

    async def send(self, text: str | bytes) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as closed:
            raise SocketClosed(closed.rcvd.code if closed.rcvd else 1006) from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._connection.close(code, reason)


async def register(hub_url: str, **fields: object) -> JsonObject:
    """`POST /register` with `fields` by their wire names; the answer."""
    body = {"userAgent": "tabyard.testing", "windowId": 1, **fields}
    # In a thread: a client's first use loads modules and certificates, which would block the loop.
    response = await asyncio.to_thread(httpx2.post, f"{hub_url}/register", json=body)
    response.raise_for_status()
    answer: JsonObject = response.json()
    return answer


async def join_remote(
    browser: ScriptedInstance,
    hub_url: str,
    *,
    group: asyncio.TaskGroup,
    credential: str | None = None,
    way: JsonObject | None = None,
) -> RemoteSocket:
    """Link `browser` to a hub: with its `credential`, or by `way`, the answer to its registration.

    Raises:
        UnprovenHub: somebody else answers at `hub_url`.
    """
    proof: str | None = None
    if credential is not None:
        nonce = token_hex(16)
        instance = InstanceId(browser.instance_id)
        way = await register(hub_url, instanceId=instance, nonce=nonce)
        nonces: dict[str, Any] = {"client_nonce": nonce, "hub_nonce": str(way["nonce"])}
        if way["proof"] != hub_proof(credential, instance, **nonces):
            raise UnprovenHub
        proof = browser_proof(credential, instance, **nonces)
    assert way is not None
    connection = await connect(
        str(way["websocketUrl"]), max_size=_FRAME_BYTES, compression=None, ping_interval=None
    )
    socket = RemoteSocket(connection)
    await browser.join(socket, group=group, ticket=str(way["ticket"]), proof=proof)
    return socket


@asynccontextmanager
async def remote_instance(
    hub_url: str,
    *,
    handler: Handler | None = None,
    behaviour: Behaviour = Behaviour.FULL,
    label: str | None = None,
    tools: tuple[str, ...] | None = None,
) -> AsyncGenerator[ScriptedInstance]:
    """A new scripted browser at the hub, connected for the length of the block."""
    way = await register(hub_url, label=label)
    browser = ScriptedInstance(
        str(way["instanceId"]), behaviour=behaviour, handler=handler, label=label, tools=tools
    )
    async with asyncio.TaskGroup() as group:
        await join_remote(browser, hub_url, group=group, way=way)
        try:
            yield browser
        finally:
            await browser.leave()
