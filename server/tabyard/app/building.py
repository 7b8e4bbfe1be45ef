"""The one place that knows every part: what is built from what, and in which order it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from tabyard import __version__
from tabyard.app.errors import DataFolderUnusable
from tabyard.app.extension_files import IN_CHECKOUT, ExtensionNotBuilt, extension_folder
from tabyard.app.launching import LaunchedBrowsers
from tabyard.app.listeners import Listeners
from tabyard.browsers import EXTENSION_ID, BrowserExit, Launcher, LaunchSettings, Sandbox
from tabyard.clock import SystemClock
from tabyard.core.errors import InstanceNotFound, LaunchFailed, ShuttingDown, StoreUnavailable
from tabyard.hub.hub import Hub
from tabyard.hub.settings import HubSettings
from tabyard.ids import SystemIds
from tabyard.settings import BadSetting, Settings, is_loopback
from tabyard.storage import SqliteStore, open_store
from tabyard.storage.blobs import ObjectBlobs, folder_blobs, memory_blobs, url_blobs
from tabyard.web.audit import Audit
from tabyard.web.auth import KeyRing
from tabyard.web.limits import Limits, LimitSettings
from tabyard.web.settings import WebSettings
from tabyard.web.state import WebState
from tabyard.work.sweep import Sweep, SweepSettings
from tabyard.work.tasks import Tasks
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.instance import InstanceKind

__all__ = ["Parts", "building", "forget_browser"]

ANY: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A hub that has started, and that nobody can reach yet."""

    hub: Hub
    launcher: Launcher
    browsers: LaunchedBrowsers
    web: WebState
    http_url: str
    """Where this machine reaches it."""
    link_url: str


@asynccontextmanager
async def building(settings: Settings, listeners: Listeners) -> AsyncGenerator[Parts]:
    """Everything between the sockets and the disk, running for the length of the block.

    Raises:
        BadSetting: other machines reach the hub, and it has no keys.
        DataFolderUnusable: the folder for data can't be written.
        StoreOpenFailed: the database can't be opened, or another hub has it.
    """
    async with open_store(":memory:" if settings.in_memory else settings.database) as store:
        stored = await store.keys()
        keys = KeyRing(settings.keys, stored=stored, always=_others_reach(settings))
        _expect_keys(settings, keys)
        async with _built_on(store, keys, settings, listeners) as parts:
            yield parts


@asynccontextmanager
async def _built_on(
    store: SqliteStore, keys: KeyRing, settings: Settings, listeners: Listeners
) -> AsyncGenerator[Parts]:
    """Everything above the store."""
    clock = SystemClock()
    ids = SystemIds(clock=clock)
    http_url, link_url = _addresses(settings, listeners)
    blobs = await asyncio.to_thread(_blobs, settings)
    await asyncio.to_thread(_make_uploads, settings)
    async with (
        Hub(
            store=store,
            blobs=blobs,
            clock=clock,
            ids=ids,
            settings=_hub_settings(settings, listeners, link_url),
            server_version=__version__,
        ) as hub,
        Launcher(
            settings=await asyncio.to_thread(_launch_settings, settings, http_url),
            exited=partial(_note_end, hub),
        ) as launcher,
    ):
        await _recover(hub, launcher)
        tasks = Tasks(hub=hub, store=store, blobs=blobs)
        browsers = LaunchedBrowsers(
            launcher=launcher,
            reservations=hub.registry,
            forget=partial(forget_browser, hub),
            run_tool=partial(_run_tool, tasks),
        )
        hub.use_browsers(browsers)
        keep = SweepSettings(keep_s=settings.task_ttl_s, every_s=settings.sweep_interval_s)
        Sweep(hub=hub, store=store, blobs=blobs, settings=keep).start()
        web_settings = _web_settings(settings, listeners, link_url)
        audit = Audit(store=store, clock=clock, keep_s=settings.audit_ttl_s)
        try:
            yield Parts(
                hub=hub,
                launcher=launcher,
                browsers=browsers,
                web=WebState(
                    hub=hub,
                    tasks=tasks,
                    records=store,
                    blobs=blobs,
                    clock=clock,
                    ids=ids,
                    settings=web_settings,
                    started_s=clock.monotonic_s(),
                    access=store,
                    limits=Limits(web_settings.limits, clock),
                    audit=audit,
                    keys=keys,
                ),
                http_url=http_url,
                link_url=link_url,
            )
        finally:
            with suppress(StoreUnavailable):
                await audit.flush()


def _addresses(settings: Settings, listeners: Listeners) -> tuple[str, str]:
    """Where this machine reaches the REST API, and what is announced for WebSockets.

    A certificate is for a name, so with TLS the first of the hub's own names is used.
    """
    here = _local_name(settings.host)
    # The documented name of the endpoint; whoever resolves it to ::1 first falls back at once.
    announced = here.replace("127.0.0.1", "localhost")
    if settings.tls_cert is None:
        return f"http://{here}:{listeners.http_port}", f"ws://{announced}:{listeners.link_port}"
    name = settings.allowed_hosts[0] if settings.allowed_hosts else announced
    return f"https://{name}:{listeners.http_port}", f"wss://{name}:{listeners.link_port}"


def _others_reach(settings: Settings) -> bool:
    """Whether other machines reach the hub, by itself or through a proxy."""
    return not is_loopback(settings.host) or bool(settings.trusted_proxies)


def _expect_keys(settings: Settings, keys: KeyRing) -> None:
    """Raise `BadSetting` where other machines reach a hub that has no keys."""
    if not _others_reach(settings) or settings.keys or keys.records:
        return
    remedy = (
        "other machines could drive your browsers; make a key with `tabyard key new` or set "
        "TABYARD_API_KEYS first, or "
    )
    if not is_loopback(settings.host):
        raise BadSetting("TABYARD_HOST", settings.host, f"{remedy}listen on 127.0.0.1")
    proxies = ",".join(settings.trusted_proxies)
    raise BadSetting("TABYARD_TRUSTED_PROXIES", proxies, f"{remedy}trust no proxy")


async def forget_browser(hub: Hub, instance: InstanceId, reason: str = "it ended") -> None:
    """A launched browser has ended: it can't come back under its id, so what waits for it fails."""
    with suppress(InstanceNotFound):
        await hub.dismiss(instance, reason=reason)
        await hub.revoke(instance)


async def _run_tool(tasks: Tasks, instance: InstanceId, tool: str, args: JsonObject) -> JsonObject:
    answer = await tasks.run_tool(tool, args, instance_id=instance)
    if answer.result is None:
        raise LaunchFailed(f"{tool} failed: {answer.error and answer.error.message}")
    typed: JsonObject = answer.result["structuredContent"]
    return typed


def _note_end(hub: Hub, end: BrowserExit) -> None:
    with suppress(ShuttingDown):
        hub.spawn(forget_browser(hub, end.instance, "the browser was closed"))


async def _recover(hub: Hub, launcher: Launcher) -> None:
    """Take over the browsers of a hub that was killed, and forget those that did not outlive it."""
    views = hub.registry.views()
    launched = {InstanceId(one.id) for one in views if one.kind is InstanceKind.LAUNCHED}
    recovery = await launcher.recover(launched)
    for instance in launched - {browser.instance for browser in recovery.adopted}:
        await forget_browser(hub, instance, "the browser was closed")


def _local_name(host: str) -> str:
    """How this machine itself addresses `host` in a URL."""
    if host in ANY:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _blobs(settings: Settings) -> ObjectBlobs:
    if settings.blobs:
        return url_blobs(settings.blobs)
    if settings.in_memory:
        return memory_blobs()
    try:
        return folder_blobs(settings.data_dir / "artifacts")
    except OSError as error:
        raise DataFolderUnusable(settings.data_dir, error.strerror or str(error)) from None


def _make_uploads(settings: Settings) -> None:
    """The folder from which files are uploaded, where nobody has named another."""
    if settings.upload_dir is not None:
        return
    try:
        settings.uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        if not settings.in_memory:
            raise DataFolderUnusable(settings.data_dir, error.strerror or str(error)) from None


def _launch_settings(settings: Settings, http_url: str) -> LaunchSettings:
    try:
        extension = extension_folder(settings.extension_dir)
    except ExtensionNotBuilt:
        # A hub without launched browsers needs none; the first launch will say what is missing.
        extension = settings.extension_dir or IN_CHECKOUT
    return LaunchSettings(
        data_dir=settings.data_dir,
        extension_dir=extension,
        hub_url=http_url,
        executable=settings.chromium,
        sandbox=Sandbox(settings.sandbox),
        most=settings.browser_limit,
    )


def _hub_settings(settings: Settings, listeners: Listeners, link_url: str) -> HubSettings:
    return HubSettings(
        hub_name=settings.name,
        link_port=listeners.link_port,
        link_url=link_url,
        queue_limit=settings.queue_limit,
        command_timeout_ms=settings.command_timeout_ms,
        private_addresses=settings.private_addresses.value,
        upload_dir=settings.uploads,
        grace_s=settings.grace_s,
        hello_within_s=settings.handshake_timeout_s,
        events_per_second=settings.events_per_second,
        frame_bytes=settings.frame_limit_bytes,
    )


def _web_settings(settings: Settings, listeners: Listeners, link_url: str) -> WebSettings:
    own = frozenset[str]() if settings.host in ANY else {_local_name(settings.host)}
    return WebSettings(
        http_port=listeners.http_port,
        link_port=listeners.link_port,
        hub_name=settings.name,
        store_name="memory" if settings.in_memory else "sqlite",
        ws_endpoint=link_url,
        public_link_url=settings.link_url,
        host_names=frozenset((*own, *settings.allowed_hosts)),
        extension_ids=frozenset({EXTENSION_ID}),
        cors_origins=frozenset(settings.allowed_origins if settings.cors_enabled else ()),
        body_limit_bytes=settings.body_limit_bytes,
        body_timeout_s=settings.body_timeout_s,
        auth_timeout_s=settings.handshake_timeout_s,
        json_depth=settings.json_depth,
        tls=settings.tls_cert is not None,
        trusted_proxies=settings.trusted_proxies,
        limits=LimitSettings(
            requests_per_minute=settings.requests_per_minute,
            attempts_per_minute=settings.attempts_per_minute,
            connections=settings.connection_limit,
            frames_per_second=settings.frames_per_second,
        ),
    )
