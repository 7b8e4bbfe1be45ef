"""One request and its answer, as the server can handle them past ASGI's messages."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from starlette.types import Scope

__all__ = ["EXCHANGE", "Exchange", "Knowing", "Known", "Pairs", "Respond", "exchange_of"]

EXCHANGE: Final = "tabyard.exchange"
"""The ASGI extension of a server that offers an `Exchange` with each HTTP request."""


Pairs = Sequence[tuple[bytes, bytes]]
"""Headers."""

Respond = Callable[[int, Pairs, bytes], None]
"""Sends a whole answer: its status, its headers, its body. Whoever has left gets nothing."""


class Known(Protocol):
    """A request that came before with the same head, and is done without a task of its own."""

    def begin(self, body: bytes, respond: Respond) -> None:
        """Do it, and call `respond` once, now or later."""
        ...


class Knowing(Protocol):
    """An application that knows some requests again."""

    def known(self, scope: Scope) -> Known | None:
        """How to do what the head in `scope` asks for when it comes again on this connection.

        None: as ever.
        """
        ...


class Exchange(Protocol):
    """A shorter way for what is small or many; whatever it does not do goes by messages."""

    def body_now(self) -> bytes | None:
        """The whole body of the request if it is here, and in no message yet; else None."""
        ...

    @property
    def ready(self) -> bool:
        """Whether the answer is a stream that has begun, and its peer reads."""
        ...

    def write_now(self, piece: bytes) -> None:
        """Send the next piece of such a stream; only when `ready`."""
        ...


def exchange_of(scope: Scope) -> Exchange | None:
    """The server's exchange; None: it has none to offer."""
    exchange: Exchange | None = scope.get("extensions", {}).get(EXCHANGE)
    return exchange
