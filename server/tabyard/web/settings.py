"""The web's own settings: how it presents itself, whom it lets in, and how patient it is."""

from dataclasses import dataclass, field
from typing import Final

from tabyard.web.limits import LimitSettings

__all__ = ["LOOPBACK_NAMES", "WebSettings"]

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names under which a hub on this machine is always addressed."""

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How the web presents itself and whom it lets in. Ports are the bound ones, never 0."""

    http_port: int
    link_port: int
    hub_name: str = "Tabyard"
    store_name: str = "sqlite"
    """What `/info` says about the store."""
    ws_endpoint: str
    public_link_url: str = ""
    """Where browsers elsewhere find the link port, when a proxy stands in front of it."""
    host_names: frozenset[str] = frozenset()
    """Names beside `LOOPBACK_NAMES` under which the hub is addressed; the bound address is one."""
    extension_ids: frozenset[str] = frozenset()
    """Extensions whose pages and workers may talk to the hub."""
    cors_origins: frozenset[str] = frozenset()
    """Web origins that may call the API; empty: CORS is off."""
    tls: bool = False
    """Whether the ports speak TLS themselves."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose `X-Forwarded-For` counts."""
    limits: LimitSettings = field(default_factory=LimitSettings)
    json_depth: int = 100
    """How deep the JSON of a request may be nested."""
    body_limit_bytes: int = 8 * MIB
    body_timeout_s: float = 30.0
    """How long a request's body may take to arrive."""
    auth_timeout_s: float = 10.0
    """How long a client's socket may stay without a key, where keys are required."""
    send_timeout_s: float = 30.0
    """How long a peer may read nothing while something is sent to it."""
    close_timeout_s: float = 5.0
    """How long a closing frame may wait for a peer that does not read."""
    comment_interval_s: float = 15.0
    """How often an idle event stream sends a comment, so that proxies keep it open."""
