"""A TCP proxy that does to connections what networks do: cut, reset, silence, delay."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum

__all__ = ["Cut", "FaultProxy"]

CHUNK_BYTES = 64 * 1024


class Cut(Enum):
    """What happens to a connection."""

    FIN = "fin"
    RESET = "rst"
    HALF_OPEN = "half-open"
    """Both ends think that it stands, and nothing arrives any more."""
    ONE_WAY = "one-way"
    """The hub's bytes are lost, the peer's still arrive."""


class Wire:
    """One connection through the proxy."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.near = near
        self.far = far
        self.mute_near = False
        """Nothing more goes to the peer."""
        self.mute_far = False
        self.delay_s = 0.0

    def cut(self, how: Cut) -> None:
        """Do it to this connection."""
        match how:
            case Cut.FIN:
                self.close()
            case Cut.RESET:
                for writer in (self.near, self.far):
                    reset(writer)
            case Cut.HALF_OPEN:
                self.mute_near = self.mute_far = True
            case Cut.ONE_WAY:
                self.mute_near = True

    def close(self) -> None:
        for writer in (self.near, self.far):
            writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    with suppress(OSError):
        # An immediate close with data unsent: the kernel answers with a reset.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class FaultProxy:
    """Listens on a port of its own, and leads to wherever `target` says at the moment."""

    def __init__(self, target: Callable[[], int | None]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self.wires: set[Wire] = set()
        self.port = 0
        self.cuts = 0
        self._serving: set[asyncio.Task[object]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator["FaultProxy"]:
        """Take connections for the length of the block."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._server.close()
            for wire in tuple(self.wires):
                wire.cut(Cut.RESET)
            while self._serving:
                await asyncio.wait(self._serving)

    def cut_some(self, how: Cut, share: float, dice: random.Random) -> None:
        """Do it to about `share` of the connections."""
        for wire in tuple(self.wires):
            if dice.random() < share:
                self.cuts += 1
                wire.cut(how)

    def delay_some(self, share: float, most_s: float, dice: random.Random) -> None:
        """From now on, or no more, some connections are slow."""
        for wire in tuple(self.wires):
            wire.delay_s = dice.random() * most_s if dice.random() < share else 0.0

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        target = self._target()
        try:
            assert target is not None
            far_reader, far = await asyncio.open_connection("127.0.0.1", target)
        except (OSError, AssertionError):
            reset(near)
            return
        wire = Wire(near, far)
        self.wires.add(wire)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(wire, reader, far, to_hub=True))
                group.create_task(self._pump(wire, far_reader, near, to_hub=False))
        finally:
            self.wires.discard(wire)
            wire.cut(Cut.RESET)

    async def _pump(
        self,
        wire: Wire,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        to_hub: bool,
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if wire.delay_s:
                    await asyncio.sleep(wire.delay_s)
                if wire.mute_far if to_hub else wire.mute_near:
                    continue
                writer.write(data)
                await writer.drain()
        if not (wire.mute_far if to_hub else wire.mute_near):
            # An end is passed on, unless the line is dead.
            writer.close()
