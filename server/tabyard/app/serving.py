"""The hub from start to end: everything is built here, and taken down in the opposite order."""

import asyncio
import gc
import logging
import ssl
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from tabyard import __version__
from tabyard.app.building import Parts, building, forget_browser
from tabyard.app.errors import CertificateUnusable
from tabyard.app.launching import LaunchedBrowsers
from tabyard.app.listeners import Listeners, PortTaken, holder_of, listening
from tabyard.app.signals import StopRequest, stop_on_signals
from tabyard.app.web_server import WebServer
from tabyard.settings import Settings
from tabyard.web.app import create_app

__all__ = ["RunningHub", "serve"]

logger = logging.getLogger(__name__)

SWITCH_INTERVAL_S: Final = 0.0005
"""How long the loop may keep the interpreter while another thread wants it. With Python's own 5 ms
a busy loop starves the thread that writes the store: 400 instead of 1 600 operations per second."""


COLLECTED_AFTER: Final = (20_000, 20, 20)
"""New objects before the youngest are looked through, and how often before the older ones are."""


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub that takes requests."""

    http_url: str
    link_url: str
    browsers: LaunchedBrowsers

    async def launch(self, *, headed: bool = False, label: str | None = None) -> str:
        """Launch a browser; its id, once it is connected. Raises `HubError`."""
        wanted = {"headless": not headed, **({"label": label} if label else {})}
        return str((await self.browsers.launch(wanted))["instanceId"])


Ready = Callable[[RunningHub], Awaitable[None]]


async def serve(settings: Settings, *, ready: Ready) -> None:
    """Run the hub until a signal asks it to end; `ready` runs beside it once it takes requests.

    Raises:
        CannotStart: a port or the folder for data can't be used.
        StoreOpenFailed: the database can't be opened, or another hub has it.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    await asyncio.to_thread(_expect_certificate, settings)
    with stop_on_signals() as stop:
        async with (
            _ports(settings) as listeners,
            building(settings, listeners) as parts,
        ):
            web = WebServer(
                create_app(parts.web),
                listeners,
                frame_limit_bytes=settings.frame_limit_bytes,
                handshake_timeout_s=settings.handshake_timeout_s,
                tls_cert=settings.tls_cert,
                tls_key=settings.tls_key,
            )
            hub = RunningHub(parts.http_url, parts.link_url, parts.browsers)
            async with asyncio.TaskGroup() as group:
                group.create_task(web.run_until_stopped())
                await web.accepting()
                _calm_collector()
                logger.info("hub started", extra={"version": __version__, "url": hub.http_url})
                beside = group.create_task(_awaited(ready(hub)))
                await stop.asked()
                beside.cancel()
                web.refuse_newcomers()
                await _wind_down(parts, stop, within_s=settings.shutdown_wait_s)
                await web.said_goodbye()
                web.stop()
    logger.info("hub stopped")


def _calm_collector() -> None:
    """What was built up to here stays; what tasks leave behind goes without the collector.

    With its own settings it looks for cycles every few tasks, and finds none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


@asynccontextmanager
async def _ports(settings: Settings) -> AsyncGenerator[Listeners]:
    try:
        with listening(
            settings.host, http_port=settings.http_port, link_port=settings.link_port
        ) as listeners:
            yield listeners
    except PortTaken as error:
        raise error.held_by(await asyncio.to_thread(holder_of, error.port)) from None


def _expect_certificate(settings: Settings) -> None:
    """Raise `CertificateUnusable` before anything has started."""
    if settings.tls_cert is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except OSError as error:
        raise CertificateUnusable(settings.tls_cert, error.strerror or str(error)) from None


async def _awaited(work: Awaitable[None]) -> None:
    await work


async def _wind_down(parts: Parts, stop: StopRequest, *, within_s: float) -> None:
    """Let running commands end, then say goodbye to everybody; a second signal cuts it short."""
    logger.info("hub stops", extra={"waits_up_to_s": within_s})
    await _until_urged(parts.hub.drain(within_s=within_s), stop)
    launched = [browser.instance for browser in parts.launcher.running()]
    await parts.launcher.close_all()
    for instance in launched:
        await forget_browser(parts.hub, instance, "the hub is shutting down")
    await parts.hub.farewell()


async def _until_urged(work: Coroutine[Any, Any, bool], stop: StopRequest) -> None:
    """Wait for `work`, or for somebody to lose patience."""
    async with asyncio.TaskGroup() as group:
        working = group.create_task(work)
        waiting = group.create_task(stop.urged())
        await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        waiting.cancel()
