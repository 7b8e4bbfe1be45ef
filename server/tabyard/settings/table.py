"""The table itself: name, default, environment names and a sentence for each setting."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from tabyard.settings.row import LogFormat, LogLevel, PrivateAddresses, Row, SandboxChoice
from tabyard.settings.words import (
    address,
    choice,
    integer,
    networks,
    path,
    seconds,
    socket_url,
    switch,
    text,
    words,
)

__all__ = ["LONGEST_TIMEOUT_MS", "Settings"]

LONGEST_TIMEOUT_MS: Final = 10_800_000
"""The protocol's `MAX_TIMEOUT_MS`, repeated so that reading settings does not load the protocol."""

MIB: Final = 1024 * 1024
GIB: Final = 1024 * MIB
YEAR_S: Final = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be chosen about a hub. Each field is one row of the reference."""

    host: Annotated[
        str,
        Row(
            address,
            "TABYARD_HOST",
            says="Address that both ports listen on; one that other machines reach needs API keys.",
        ),
    ] = "127.0.0.1"
    http_port: Annotated[
        int,
        Row(
            integer(0, 65_535),
            "TABYARD_HTTP_PORT",
            says="Port of the REST API and the pages; 0 picks a free one.",
        ),
    ] = 3300
    link_port: Annotated[
        int,
        Row(
            integer(0, 65_535),
            "TABYARD_LINK_PORT",
            says="Port of the WebSockets of browsers and clients; 0 picks a free one.",
        ),
    ] = 3400
    name: Annotated[
        str,
        Row(text, "TABYARD_NAME", says="What the hub calls itself when a browser pairs with it."),
    ] = "Tabyard"
    data_dir: Annotated[
        Path,
        Row(
            path,
            "TABYARD_DATA_DIR",
            says="Folder for the database, pictures and browser profiles.",
            default="$XDG_STATE_HOME/tabyard, else ~/.local/state/tabyard",
        ),
    ]
    store: Annotated[
        str,
        Row(
            text,
            "TABYARD_STORE",
            says="Path of the SQLite database, or `memory` to keep nothing when the hub ends.",
            default="<data_dir>/tabyard.sqlite",
        ),
    ] = ""
    blobs: Annotated[
        str,
        Row(
            text,
            "TABYARD_BLOBS",
            says="URL of an object store for pictures and files, such as `s3://bucket/prefix`.",
            default="<data_dir>/artifacts",
        ),
    ] = ""
    link_url: Annotated[
        str,
        Row(
            socket_url,
            "TABYARD_LINK_URL",
            says="Where browsers on other machines open WebSockets when a proxy stands in front, "
            "such as `wss://tabyard.example.com:3400`.",
            default="the name that they call the hub by, at the link port",
        ),
    ] = ""
    queue_limit: Annotated[
        int,
        Row(
            integer(1, 100_000),
            "TABYARD_QUEUE_LIMIT",
            says="Queued and running tasks of one browser; beyond it submissions get a 503.",
        ),
    ] = 100
    command_timeout_ms: Annotated[
        int,
        Row(
            integer(1, LONGEST_TIMEOUT_MS),
            "TABYARD_COMMAND_TIMEOUT_MS",
            "TASKS_COMMAND_TIMEOUT",
            says="How long a command may take that names no timeout itself.",
        ),
    ] = 60_000
    grace_s: Annotated[
        float,
        Row(
            seconds(0, 86_400),
            "TABYARD_GRACE_S",
            says="How long a lost browser's queue waits for it to come back.",
        ),
    ] = 30.0
    private_addresses: Annotated[
        PrivateAddresses,
        Row(
            choice(PrivateAddresses),
            "TABYARD_PRIVATE_ADDRESSES",
            says="Whether tasks may open addresses of this machine and of private networks.",
        ),
    ] = PrivateAddresses.ALLOW
    upload_dir: Annotated[
        Path | None,
        Row(
            path,
            "TABYARD_UPLOAD_DIR",
            says="Folder whose files tasks may upload by their path; others only as artifacts.",
            default="<data_dir>/uploads",
        ),
    ] = None
    task_ttl_s: Annotated[
        float,
        Row(
            seconds(1, YEAR_S),
            "TABYARD_TASK_TTL_S",
            says="How long an ended task and its pictures are kept.",
        ),
    ] = 3600.0
    sweep_interval_s: Annotated[
        float,
        Row(
            seconds(0.1, 60),
            "TABYARD_SWEEP_INTERVAL_S",
            says="How often tasks past their time to live are removed.",
        ),
    ] = 30.0
    frame_limit_bytes: Annotated[
        int,
        Row(
            integer(64 * 1024, GIB),
            "TABYARD_FRAME_LIMIT_BYTES",
            says="Largest WebSocket message; a larger one closes its connection.",
        ),
    ] = 32 * MIB
    body_limit_bytes: Annotated[
        int,
        Row(
            integer(1024, GIB),
            "TABYARD_BODY_LIMIT_BYTES",
            says="Largest request body; a larger one gets a 413.",
        ),
    ] = 8 * MIB
    allowed_hosts: Annotated[
        tuple[str, ...],
        Row(
            words,
            "TABYARD_ALLOWED_HOSTS",
            says="Further names under which the hub may be addressed (`Host`), comma-separated.",
        ),
    ] = ()
    cors_enabled: Annotated[
        bool,
        Row(
            switch,
            "TABYARD_CORS_ENABLED",
            "CORS_ENABLED",
            says="Whether pages of TABYARD_ALLOWED_ORIGINS may call the API.",
        ),
    ] = False
    allowed_origins: Annotated[
        tuple[str, ...],
        Row(
            words,
            "TABYARD_ALLOWED_ORIGINS",
            says="Web origins that may call the API while CORS_ENABLED is true, comma-separated.",
        ),
    ] = ()
    api_keys: Annotated[
        tuple[str, ...],
        Row(
            words,
            "TABYARD_API_KEYS",
            "API_KEYS",
            says="Keys that callers must present, comma-separated; none: loopback needs no key.",
            secret=True,
        ),
    ] = field(default=(), repr=False)
    api_key_secret: Annotated[
        str,
        Row(
            text,
            "TABYARD_API_KEY_SECRET",
            "API_KEY_SECRET",
            says="One more key, under the name that batch clients know.",
            secret=True,
        ),
    ] = field(default="", repr=False)
    requests_per_minute: Annotated[
        int,
        Row(
            integer(0, 10_000_000),
            "TABYARD_REQUESTS_PER_MINUTE",
            says="Requests of one key, or of one address that is not this machine; 0: no limit. "
            "Beyond it they get a 429. Without keys, this machine itself has no limit.",
        ),
    ] = 12_000
    attempts_per_minute: Annotated[
        int,
        Row(
            integer(0, 1_000_000),
            "TABYARD_ATTEMPTS_PER_MINUTE",
            says="Wrong keys from one address; beyond it that address gets a 429; 0: no limit.",
        ),
    ] = 20
    connection_limit: Annotated[
        int,
        Row(
            integer(0, 1_000_000),
            "TABYARD_CONNECTION_LIMIT",
            says="Requests and sockets at one time, of one key or address as above; 0: no limit.",
        ),
    ] = 500
    frames_per_second: Annotated[
        int,
        Row(
            integer(0, 1_000_000),
            "TABYARD_FRAMES_PER_SECOND",
            says="Requests on one client WebSocket, of callers as above; 0: no limit.",
        ),
    ] = 1_000
    events_per_second: Annotated[
        int,
        Row(
            integer(0, 1_000_000),
            "TABYARD_EVENTS_PER_SECOND",
            says="Events, progress and pings of one browser's link; beyond it the link is closed "
            "with 4029, and may come back; 0: no limit.",
        ),
    ] = 1_000
    json_depth: Annotated[
        int,
        Row(
            integer(8, 190),
            "TABYARD_JSON_DEPTH",
            says="Levels of nesting in the JSON of a request; a deeper one gets a 400.",
        ),
    ] = 100
    handshake_timeout_s: Annotated[
        float,
        Row(
            seconds(0.1, 300),
            "TABYARD_HANDSHAKE_TIMEOUT_S",
            says="How long a new connection may stay without a request, a socket without hello.",
        ),
    ] = 5.0
    body_timeout_s: Annotated[
        float,
        Row(
            seconds(0.1, 3600),
            "TABYARD_BODY_TIMEOUT_S",
            says="How long the body of a request may take to arrive.",
        ),
    ] = 30.0
    audit_ttl_s: Annotated[
        float,
        Row(
            seconds(1, YEAR_S),
            "TABYARD_AUDIT_TTL_S",
            says="How long the audit trail remembers.",
        ),
    ] = 2_592_000.0
    tls_cert: Annotated[
        Path | None,
        Row(path, "TABYARD_TLS_CERT", says="Certificate chain (PEM); both ports speak TLS then."),
    ] = None
    tls_key: Annotated[
        Path | None,
        Row(path, "TABYARD_TLS_KEY", says="Private key (PEM) of TABYARD_TLS_CERT."),
    ] = None
    trusted_proxies: Annotated[
        tuple[str, ...],
        Row(
            networks,
            "TABYARD_TRUSTED_PROXIES",
            says="Addresses or networks whose `X-Forwarded-For` counts, comma-separated.",
        ),
    ] = ()
    chromium: Annotated[
        Path | None,
        Row(
            path,
            "TABYARD_CHROMIUM",
            says="The Chromium to launch.",
            default="chromium on the PATH, else Playwright's",
        ),
    ] = None
    extension_dir: Annotated[
        Path | None,
        Row(
            path,
            "TABYARD_EXTENSION_DIR",
            says="Folder of the built extension that launched browsers load.",
            default="the one that comes with Tabyard",
        ),
    ] = None
    sandbox: Annotated[
        SandboxChoice,
        Row(
            choice(SandboxChoice),
            "TABYARD_SANDBOX",
            says="Chromium's sandbox; `auto` is on, except for root, `off` is for containers.",
        ),
    ] = SandboxChoice.AUTO
    browser_limit: Annotated[
        int,
        Row(
            integer(0, 1000),
            "TABYARD_BROWSER_LIMIT",
            says="Launched browsers at the same time; each takes about 400 MB.",
        ),
    ] = 20
    shutdown_wait_s: Annotated[
        float,
        Row(
            seconds(0, 3600),
            "TABYARD_SHUTDOWN_WAIT_S",
            says="How long running commands may go on when the hub is asked to stop.",
        ),
    ] = 10.0
    log_level: Annotated[
        LogLevel,
        Row(choice(LogLevel), "TABYARD_LOG_LEVEL", says="From what level on to log."),
    ] = LogLevel.INFO
    log_format: Annotated[
        LogFormat,
        Row(
            choice(LogFormat),
            "TABYARD_LOG_FORMAT",
            says="How log lines look; `auto` is pretty on a terminal and JSON elsewhere.",
        ),
    ] = LogFormat.AUTO

    @property
    def uploads(self) -> Path:
        """Where files may be uploaded from."""
        return self.upload_dir or self.data_dir / "uploads"

    @property
    def in_memory(self) -> bool:
        """Whether nothing outlives the hub."""
        return self.store == "memory"

    @property
    def database(self) -> Path:
        """The file of the SQLite database."""
        return Path(self.store).expanduser() if self.store else self.data_dir / "tabyard.sqlite"

    @property
    def keys(self) -> tuple[str, ...]:
        """All API keys."""
        return (*self.api_keys, self.api_key_secret) if self.api_key_secret else self.api_keys
