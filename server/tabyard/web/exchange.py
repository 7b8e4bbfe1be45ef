"""One request and its answer, as the server can handle them past ASGI's messages."""

from typing import Final, Protocol

from starlette.types import Scope

__all__ = ["EXCHANGE", "Exchange", "exchange_of"]

EXCHANGE: Final = "tabyard.exchange"
"""The ASGI extension of a server that offers an `Exchange` with each HTTP request."""


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
