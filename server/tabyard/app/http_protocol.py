"""uvicorn's HTTP connection, with an end to its patience for heads that do not come."""

import asyncio
from typing import ClassVar

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["patient"]


class _PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose next request has begun, or never does, and gets no further.

    uvicorn itself waits for ever: a thousand silent connections would hold a thousand descriptors.
    """

    patience_s: ClassVar[float]
    _timer: asyncio.TimerHandle | None = None
    _in_head = True

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.patience_s, transport.close)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._forgive()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.patience_s, self.transport.close)

    @override
    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        self._forgive()
        super().on_headers_complete()

    def _forgive(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def patient(patience_s: float) -> type[HttpToolsProtocol]:
    """Connections whose heads may take so long; uvicorn makes them itself, hence a class."""
    return type("PatientProtocol", (_PatientProtocol,), {"patience_s": patience_s})
