"""The servers that are measured, each a process of its own on a core of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers import Http

__all__ = ["Server", "every_core", "floor", "free_port", "hub"]

SERVER_CORE = 0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    http_port: int
    link_port: int
    pid: int
    folder: Path

    async def http(self) -> Http:
        """A new connection to its REST port."""
        return await Http.open("127.0.0.1", self.http_port)

    @property
    def client_url(self) -> str:
        """Where clients read events."""
        return f"ws://127.0.0.1:{self.link_port}/"

    def rss_bytes(self) -> int:
        """Memory that it holds now."""
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def cpu_s(self) -> float:
        """Processor time that it has used."""
        fields = (
            Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    return _free_ports()[0]


def _free_ports() -> tuple[int, int]:
    """Two of them: held at the same time, so that they differ."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        return int(one.getsockname()[1]), int(other.getsockname()[1])


@contextmanager
def every_core() -> Generator[None]:
    """This program and whatever it starts meanwhile use all cores: a browser is many processes."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


@asynccontextmanager
async def hub(
    *,
    store: str = "disk",
    folder: Path | None = None,
    ports: tuple[int, int] | None = None,
    core: int | None = SERVER_CORE,
    **settings: str,
) -> AsyncGenerator[Server]:
    """A hub on free ports without browsers; `store` is `disk` or `memory`.

    `core` None: on no core of its own, which browsers that it launches would have to share.
    """
    with tempfile.TemporaryDirectory(prefix="tabyard-bench-") as temporary:
        data = folder or Path(temporary)
        http_port, link_port = ports or _free_ports()
        environment = dict(os.environ) | {  # noqa: TID251  (the measured process needs a PATH)
            "TABYARD_HTTP_PORT": str(http_port),
            "TABYARD_LINK_PORT": str(link_port),
            "TABYARD_DATA_DIR": str(data),
            "TABYARD_LOG_LEVEL": "warning",
            **settings,
        }
        if store == "memory":
            environment["TABYARD_STORE"] = "memory"
        command = [str(Path(sys.executable).with_name("tabyard")), "serve"]
        async with _process(command, environment, http_port, core) as pid:
            yield Server(http_port, link_port, pid, data)


@asynccontextmanager
async def floor(*, durable: bool = False) -> AsyncGenerator[Server]:
    """The bare server; `durable`: with the hub's store on disk below it."""
    module = "tests.bench.durable_floor" if durable else "tests.bench.floor"
    with tempfile.TemporaryDirectory(prefix="tabyard-bench-") as folder:
        port = free_port()
        command = [sys.executable, "-m", module, str(port), folder]
        async with _process(command, dict(os.environ), port, SERVER_CORE) as pid:  # noqa: TID251  (as above)
            yield Server(port, port, pid, Path(folder))


@asynccontextmanager
async def _process(
    command: list[str], environment: dict[str, str], port: int, core: int | None
) -> AsyncGenerator[int]:
    """Run `command` on `core` until the block ends, from when it listens on `port`."""
    pinned = command if core is None else ["taskset", "-c", str(core), *command]
    process = await asyncio.to_thread(_start, pinned, environment)
    try:
        async with asyncio.timeout(60):
            await _listening(port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, 20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )


async def _listening(port: int, process: subprocess.Popen[bytes]) -> None:
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} before it listened")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
