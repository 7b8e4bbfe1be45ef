"""The hub as chaos runs it: forked from a process that has everything loaded, killed at will.

    python -m tests.chaos.hub_program      # a line of JSON in: a hub starts; out: where it is

The hub is the real one; only waits are shorter, and it may be told to die at a named point.
"""

import asyncio
import logging
import os
import signal
import sys
import traceback
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import uvloop
from tests.chaos import failing_disk, points, unfenced

from tabyard.app import building
from tabyard.app.logs import configure_logs
from tabyard.app.serving import RunningHub, serve
from tabyard.hub.settings import HubSettings
from tabyard.settings import LogFormat, LogLevel, Settings
from tabyard.storage.operations import submission
from tabyard.storage.sql import Sql
from tabyard.work.ports import Accepted, NewTask

__all__ = ["Order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What kind of hub is to start."""

    folder: str
    log: str
    http_port: int = 0
    link_port: int = 0
    link_door: int = 0
    """The port that browsers are sent to instead: a proxy stands there."""
    point: str = ""
    """Where it kills itself, as in `points`; empty: nowhere."""
    countdown: int = 1
    """How often it passes that point until it does."""
    epoch_check: bool = True
    grace_s: float = 3.0
    sweep_s: float = 60.0
    ttl_s: float = 3600.0
    pace: float = 1.0
    """Stretches the waits of the link: 1 is some twenty times shorter than usual."""
    fragile_disk: bool = False
    """Whether its disk fails when it is told to, as in `failing_disk`."""
    priorities: bool = False
    """Whether a task's metadata says its priority, which callers can't say yet."""
    browsers: int = 0
    """How many real ones it may launch."""


def settings_of(order: Order) -> Settings:
    """What a person would have set."""
    return Settings(
        http_port=order.http_port,
        link_port=order.link_port,
        data_dir=Path(order.folder),
        grace_s=order.grace_s,
        sweep_interval_s=order.sweep_s,
        task_ttl_s=order.ttl_s,
        browser_limit=order.browsers,
        shutdown_wait_s=2.0,
        log_level=LogLevel.INFO,
        log_format=LogFormat.JSON,
    )


def hurry(order: Order) -> None:
    """Shorten the waits that are no settings."""
    usual = building._hub_settings  # pyright: ignore[reportPrivateUsage]

    def hurried(*told: Any) -> HubSettings:
        usually = usual(*told)
        door = order.link_door
        return replace(
            usually,
            link_url=f"ws://127.0.0.1:{door}" if door else usually.link_url,
            ping_every_s=0.4 * order.pace,
            silent_after_s=1.5 * order.pace,
            cancel_wait_s=1.0 * order.pace,
            hello_within_s=1.5 * order.pace,
            store_retry_s=0.1,
            command_timeout_ms=20_000,
        )

    building._hub_settings = hurried  # pyright: ignore[reportPrivateUsage]


def take_priorities() -> None:
    """Store each task with the priority that its metadata names."""
    usual = submission.submit

    def submit(sql: Sql, task: NewTask) -> Accepted:
        return usual(sql, task._replace(priority=(task.metadata or {}).get("priority", 0)))

    submission.submit = submit


async def live(order: Order) -> None:
    """Be that hub."""

    async def ready(hub: RunningHub) -> None:
        where = {"pid": os.getpid(), "http": hub.http_url, "link": hub.link_url}
        os.write(1, orjson.dumps(where) + b"\n")
        await asyncio.get_running_loop().create_future()

    await serve(settings_of(order), ready=ready)


def become(order: Order) -> None:
    """Never returns: this process is the hub from now on."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 2)
        configure_logs(LogLevel.INFO, LogFormat.JSON)
        hurry(order)
        if order.priorities:
            take_priorities()
        if order.fragile_disk:
            failing_disk.install(Path(order.folder))
        if order.point:
            points.arm(order.point, order.countdown)
        if not order.epoch_check:
            unfenced.take_down_fences()
        uvloop.run(live(order))
        code = 0
    except BaseException:  # noqa: BLE001 -- the end of this process, whatever it was
        traceback.print_exc()
        refusal = {"pid": os.getpid(), "error": traceback.format_exc(limit=1)[-400:]}
        os.write(1, orjson.dumps(refusal) + b"\n")
    finally:
        logging.shutdown()
        os._exit(code)


def main() -> None:
    """Fork a hub for each line, until there are no more lines."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a hub has ended
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            os.close(0)
            become(Order(**orjson.loads(line)))
        os.write(1, orjson.dumps({"pid": child, "forked": True}) + b"\n")


def encoded(order: Order) -> bytes:
    """The line that asks for such a hub."""
    return orjson.dumps(asdict(order)) + b"\n"


if __name__ == "__main__":
    main()
