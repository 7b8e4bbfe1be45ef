"""A Starlette WebSocket as the hub's `Socket`."""

import asyncio
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected
from typing_extensions import override

from tabyard.hub.ports import Socket, SocketClosed

__all__ = ["StarletteSocket"]

ABNORMAL: Final = 1006
"""What RFC 6455 calls a connection that ended without a closing handshake."""

REASON_BYTES: Final = 123
"""A close frame has no room for more."""


class StarletteSocket(Socket):
    """One accepted socket.

    A peer that doesn't read makes `send` wait, as the server's own buffer is bounded; `close` waits
    for it at most `close_timeout_s`, and the server cuts the connection when the endpoint returns.
    """

    def __init__(self, websocket: WebSocket, *, close_timeout_s: float) -> None:
        self._websocket = websocket
        self._close_timeout_s = close_timeout_s

    @override
    async def receive(self) -> str | bytes:
        try:
            message = await self._websocket.receive()
        except WebSocketDisconnected:
            raise SocketClosed(ABNORMAL) from None
        if message["type"] == "websocket.disconnect":
            raise SocketClosed(message.get("code", ABNORMAL))
        text: str | None = message.get("text")
        if text is not None:
            return text
        data: bytes = message["bytes"]
        return data

    @override
    async def send(self, text: str) -> None:
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, WebSocketDisconnected):
            raise SocketClosed(ABNORMAL) from None

    @override
    async def close(self, code: int, reason: str = "") -> None:
        short = reason.encode()[:REASON_BYTES].decode(errors="ignore")
        try:
            async with asyncio.timeout(self._close_timeout_s):
                await self._websocket.close(code, short)
        except (TimeoutError, WebSocketDisconnect, WebSocketDisconnected):
            return
