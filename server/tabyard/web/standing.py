"""Where a caller stands: who it is, where it calls from, and what speaks against it already."""

import ipaddress
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from starlette.types import Scope

from tabyard.core.errors import HubError
from tabyard.core.keys import Principal
from tabyard.web.access import Caller, Headers

__all__ = ["STANDING", "Proxies", "Standing", "is_loopback_address", "standing_of"]

STANDING: Final = "tabyard.standing"
"""Where the scope keeps it."""

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


class Standing(NamedTuple):
    """What the door has found out about a request, for those who decide about it."""

    caller: Caller
    principal: Principal | None
    """None: a key is needed, and no good one was presented."""
    address: str
    """Where it comes from; behind a trusted proxy, what that one says."""
    refusal: HubError | None = None
    """Why it is turned away; told by the endpoint, in the shape of its API."""

    @property
    def payer(self) -> str | None:
        """Whose limits it counts against; None: nobody's."""
        if self.principal is not None and self.principal.key_id is not None:
            return self.principal.key_id
        if self.principal is not None and self.principal.name == "environment":
            return "environment"
        return None if is_loopback_address(self.address) else self.address


def standing_of(scope: Scope) -> Standing:
    """What the guard has written into the scope."""
    standing: Standing = scope[STANDING]
    return standing


def is_loopback_address(address: str) -> bool:
    """Whether `address` is of this machine."""
    return address.startswith("127.") or address == "::1"


class Proxies:
    """Which peers may say for whom they ask."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks: Networks = [ipaddress.ip_network(one, strict=False) for one in trusted]
        self.address_of: Callable[[Scope, Headers], str] = (
            self._forwarded if self._networks else _peer
        )

    def _forwarded(self, scope: Scope, headers: Headers) -> str:
        """The last hop that is no proxy of ours; anybody may have written what is before it."""
        address = _peer(scope, headers)
        hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        while self._trusts(address) and hops:
            hop = hops.pop().strip()
            if not _is_address(hop):
                break
            address = hop
        return address

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _peer(scope: Scope, _headers: Headers) -> str:
    """The other end of the connection."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client is not None else "unknown"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
