"""The two listening sockets, bound before anything else, so that a taken port costs nothing."""

import re
import socket
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from pathlib import Path
from typing import Final, Self

from typing_extensions import override

from tabyard.app.errors import CannotStart

__all__ = ["CannotListen", "Listeners", "PortTaken", "holder_of", "listening"]

BACKLOG: Final = 2048
PATIENCE: Final = {
    "TCP_KEEPIDLE": 30,
    "TCP_KEEPINTVL": 10,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 60_000,
}
"""In seconds, the last in ms (tcp(7)); some systems lack some of them."""
LISTENING: Final = "0A"
"""The state of a listening socket in /proc/net/tcp."""


class CannotListen(CannotStart):
    """A port can't be listened on."""

    def __init__(self, host: str, port: int, variable: str, reason: str) -> None:
        super().__init__(host, port, variable, reason)
        self.host = host
        self.port = port
        self.variable = variable
        self.reason = reason
        self.remedy = f"choose another with {variable}"

    @override
    def __str__(self) -> str:
        return f"Can't listen on {self.host} port {self.port}: {self.reason}"


class PortTaken(CannotListen):
    """Somebody else listens there."""

    def __init__(self, host: str, port: int, variable: str) -> None:
        super().__init__(host, port, variable, "another program listens there")
        self.remedy = f"choose another port with {variable} (0: a free one)"

    def held_by(self, holder: str | None) -> Self:
        """Name the program, where `holder_of` has found it."""
        if holder is not None:
            self.reason = f"{holder} listens there"
        if holder is not None and holder.startswith("tabyard "):
            self.remedy = f"use the hub that runs already, or stop it; {self.remedy}"
        return self


@dataclass(frozen=True, slots=True)
class Listeners:
    """Both sockets, listening."""

    http: socket.socket
    link: socket.socket

    @property
    def http_port(self) -> int:
        return int(self.http.getsockname()[1])

    @property
    def link_port(self) -> int:
        return int(self.link.getsockname()[1])


@contextmanager
def listening(host: str, *, http_port: int, link_port: int) -> Generator[Listeners]:
    """Hold both ports for the length of the block.

    Raises:
        PortTaken: another program listens on one of them; `holder_of` says which.
        CannotListen: the address is not this machine's, or the port is reserved.
    """
    with ExitStack() as stack:
        http = stack.enter_context(_bound(host, http_port, "TABYARD_HTTP_PORT"))
        link = stack.enter_context(_bound(host, link_port, "TABYARD_LINK_PORT"))
        yield Listeners(http, link)


def _bound(host: str, port: int, variable: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # TCP by name: asyncio sets TCP_NODELAY for such sockets only, else small frames wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Else a hub could not start again while connections of the last one linger.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _notice_lost_peers(listener)
        listener.bind((host, port))
        # Only listen() finds out about another listener on a port that both may reuse.
        listener.listen(BACKLOG)
        listener.settimeout(0)
    except OSError as error:
        listener.close()
        if error.errno == EADDRINUSE:
            raise PortTaken(host, port, variable) from None
        if error.errno == EADDRNOTAVAIL:
            reason = "this machine has no such address"
            raise CannotListen(host, port, "TABYARD_HOST", reason) from None
        if error.errno == EACCES:
            reason = "ports below 1024 are for the system"
            raise CannotListen(host, port, variable, reason) from None
        raise
    return listener


def _notice_lost_peers(listener: socket.socket) -> None:
    """Connections inherit it: one whose peer is gone, or reads nothing, ends after a minute."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in PATIENCE.items():
        option: int | None = getattr(socket, name, None)
        if option is not None:
            listener.setsockopt(socket.IPPROTO_TCP, option, value)


def holder_of(port: int) -> str | None:
    """Who listens on `port`: `python (process 123)`; None where that can't be found out.

    Reads all of /proc.
    """
    inodes = set(_listening_inodes(port))
    for link in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        with suppress(OSError):
            match = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
            if match and match[1] in inodes:
                process = link.parent.parent
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    """The sockets that listen on `port`, from the kernel's tables (columns in proc(5))."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                (
                    _,
                    local,
                    _,
                    state,
                    *_,
                ) = line.split()
                if state == LISTENING and int(local.rsplit(":", 1)[1], 16) == port:
                    yield line.split()[9]
