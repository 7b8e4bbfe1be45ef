"""uvicorn with our two sockets, our signals and our order of ending."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from typing_extensions import override

from tabyard.app.http_protocol import patient
from tabyard.app.listeners import Listeners
from tabyard.app.ws_protocol import FrameProtocol

__all__ = ["WebServer"]

GOODBYE_WITHIN_S: Final = 3
"""How long answers on their way may take when everything else has ended."""

FAREWELL_S: Final = 1
"""How long a socket may take to close with a code of its own before uvicorn closes it with 1012."""

DATE_EVERY_S: Final = 1
"""The `Date` header of answers has whole seconds."""


class WebServer(uvicorn.Server):
    """One server behind both listeners. Signals are the caller's: `stop` ends it."""

    def __init__(
        self,
        app: Starlette,
        listeners: Listeners,
        *,
        frame_limit_bytes: int,
        handshake_timeout_s: float = 5.0,
        tls_cert: Path | None = None,
        tls_key: Path | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=patient(handshake_timeout_s),
                ws=FrameProtocol,
                ws_max_size=frame_limit_bytes,
                # Screenshots are compressed already, and deflating JSON costs more than it saves
                # on a loopback. Liveness is the protocols' own business.
                ws_per_message_deflate=False,
                ws_ping_interval=None,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                # Whom to believe about forwarded requests is the guard's business.
                proxy_headers=False,
                ssl_certfile=tls_cert,
                ssl_keyfile=tls_key,
                timeout_graceful_shutdown=GOODBYE_WITHIN_S,
            )
        )
        self._listeners = listeners
        self._accepting = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run_until_stopped(self) -> None:
        """Serve until `stop`; open connections get three seconds for their last answer."""
        await self.serve(sockets=[self._listeners.http, self._listeners.link])

    async def accepting(self) -> None:
        """Return as soon as connections are accepted."""
        await self._accepting.wait()

    def refuse_newcomers(self) -> None:
        """Close both listeners; what is connected stays."""
        for server in self.servers:
            server.close()

    async def said_goodbye(self) -> None:
        """Wait for answers and sockets that are ending by themselves; not long for the others."""
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=FAREWELL_S)

    def stop(self) -> None:
        """End serving. What is still connected is cut after `GOODBYE_WITHIN_S`."""
        self.should_exit = True
        self._stopping.set()

    @override
    async def main_loop(self) -> None:
        """Set the date of the answers once a second, until `stop`.

        uvicorn's own loop wakes ten times a second to see whether it is to end, which is all that
        an idle hub would do.
        """
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(DATE_EVERY_S):
                    await self._stopping.wait()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._accepting.set()

    @contextmanager
    @override
    def capture_signals(self) -> Generator[None]:
        yield
