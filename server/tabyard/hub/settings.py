"""How patient and how large the hub is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["HubSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """Limits and waits of links, lanes and readers."""

    hub_name: str = "Tabyard"
    link_port: int = 3400
    link_url: str = "ws://localhost:3400"
    """Where browsers and clients find the link port; without a slash at its end."""
    queue_limit: int = 100
    """Queued and running tasks of one instance."""
    command_timeout_ms: int = 60_000
    """The deadline of a command that names none."""
    deadline_slack_s: float = 0.25
    """How much longer than the deadline the hub waits: the browser's own word on it says more."""
    cancel_wait_s: float = 2.0
    """How long a browser may take to confirm that it has stopped."""
    private_addresses: Literal["allow", "deny"] = "allow"
    """Whether tasks may open addresses of private networks; browsers are told at their welcome."""
    upload_dir: Path | None = None
    """Files in it may be uploaded by their path; None: only artifacts may."""
    grace_s: float = 30.0
    """How long the queue of a lost browser is kept."""
    hello_within_s: float = 5.0
    ticket_s: float = 30.0
    """How long a registration's ticket is good."""
    ping_every_s: float = 20.0
    """MV3 stops a worker after 30 s without events; 20 s leaves ten of margin."""
    silent_after_s: float = 45.0
    """Not a word for so long: the link is dead."""
    bad_frames: int = 3
    """So many malformed frames within a minute close a link."""
    events_per_second: int = 1_000
    """So many frames of a browser that nobody asked for; more end its link. 0: no limit."""
    frame_bytes: int = 32 * 1024 * 1024
    history_events: int = 20_000
    history_bytes: int = 64 * 1024 * 1024
    reader_events: int = 2_000
    """Events that wait for one reader; a reader that falls further behind is closed."""
    reader_bytes: int = 16 * 1024 * 1024
    store_retry_s: float = 1.0
    """How long a lane waits before it asks a failing store again."""
