"""Who may talk to the hub: the rules for hosts, origins and bodies, as pure decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tabyard.core.errors import (
    BodyTooLarge,
    ForbiddenOrigin,
    UnknownHost,
    UnsupportedMediaType,
)
from tabyard.web.settings import LOOPBACK_NAMES, WebSettings

__all__ = ["Access", "Caller", "Headers", "single_headers", "split_port"]

Headers = Mapping[bytes, bytes]
"""Lower-case names; a name that came more than once maps to `REPEATED` where that matters."""

REPEATED: Final = b"\x00repeated"
"""Stands for a value that came twice; equal to nothing that a header can carry."""

ONCE: Final = frozenset(
    {
        b"host",
        b"origin",
        b"content-type",
        b"content-length",
        b"authorization",
        b"x-api-key",
        b"sec-fetch-site",
    }
)
"""Headers that mean something only when there is one of them."""

NEAR: Final = frozenset({b"same-origin", b"none"})
"""`Sec-Fetch-Site` of the hub's own pages, and of a person who typed the address."""

JSON: Final = b"application/json"


@dataclass(frozen=True, slots=True)
class Caller:
    """What the rules found out about an admitted caller."""

    origin: bytes | None
    is_extension: bool
    """The request comes from an extension that this hub knows."""
    is_cors: bool
    """The request comes from a web origin that was admitted by configuration."""
    is_visit: bool = False
    """A link on another site leads here: good for pages, and for nothing that acts or tells."""


_PROGRAM: Final = Caller(None, is_extension=False, is_cors=False)
"""No browser speaks without saying for whom."""


class Access:
    """The rules of one hub."""

    def __init__(self, settings: WebSettings) -> None:
        self._names = frozenset(
            name.lower().encode() for name in settings.host_names | LOOPBACK_NAMES
        )
        self._extensions = frozenset(
            f"chrome-extension://{name}".encode() for name in settings.extension_ids
        )
        self._cors = frozenset(origin.encode() for origin in settings.cors_origins)
        self._own_pages = frozenset(
            b"%s://%s:%d" % (b"https" if settings.tls else b"http", name, settings.http_port)
            for name in self._names
        )
        self._http_port = settings.http_port
        self._body_limit_bytes = settings.body_limit_bytes

    def admit(self, headers: Headers, *, port: int | None, method: str) -> Caller:
        """The caller behind these headers.

        Raises:
            UnknownHost: the request was not meant for this hub.
            ForbiddenOrigin: it comes from a web page that has no business here.
        """
        host = headers.get(b"host", b"")
        if not self._is_ours(host):
            raise UnknownHost
        origin = headers.get(b"origin")
        if origin is None and b"sec-fetch-site" not in headers:
            return _PROGRAM
        caller = Caller(origin, origin in self._extensions, origin in self._cors)
        trusted = caller.is_extension or caller.is_cors
        if origin is not None and not trusted and not self._is_own(origin, host, port):
            raise ForbiddenOrigin
        site = headers.get(b"sec-fetch-site")
        if site is None or site in NEAR or trusted:
            return caller
        if _is_visit(headers, method):
            return Caller(origin, is_extension=False, is_cors=False, is_visit=True)
        raise ForbiddenOrigin

    def check_body(self, headers: Headers) -> None:
        """Refuse a body that is too long or not JSON by its headers; no body is always right.

        Raises:
            BodyTooLarge, UnsupportedMediaType.
        """
        length = headers.get(b"content-length", b"0")
        chunked = b"transfer-encoding" in headers
        if not chunked and length.strip(b" ") in {b"", b"0"}:
            return
        essence = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if essence != JSON:
            raise UnsupportedMediaType
        if not chunked and (not length.isdigit() or int(length) > self._body_limit_bytes):
            raise BodyTooLarge(self._body_limit_bytes)

    def _is_ours(self, host: bytes) -> bool:
        """Whether `Host` names this hub: exactly, whatever the port (it may be a forwarded one)."""
        name, port = split_port(host)
        return name.lower() in self._names and (port == b"" or port.isdigit())

    def _is_own(self, origin: bytes, host: bytes, port: int | None) -> bool:
        """Whether `origin` is a page of this hub: only the HTTP port serves any."""
        if origin in self._own_pages:
            return True
        same = {b"http://" + host, b"https://" + host}
        return port == self._http_port and origin.lower() in {page.lower() for page in same}


def _is_visit(headers: Headers, method: str) -> bool:
    """Whether a person follows a link to a page of ours."""
    return (
        method == "GET"
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
    )


def split_port(host: bytes) -> tuple[bytes, bytes]:
    """`[::1]:3300` -> `[::1]`, `3300`; without a port the second is empty."""
    if host.startswith(b"["):
        name, bracket, rest = host.partition(b"]")
        return name + bracket, rest.removeprefix(b":") if rest[:1] in {b":", b""} else b"?"
    name, colon, port = host.partition(b":")
    return (name, port if port or not colon else b"?")


def single_headers(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers by name; one of `ONCE` that came twice becomes `REPEATED`."""
    headers: dict[bytes, bytes] = {}
    for name, value in pairs:
        if name in headers and name in ONCE:
            headers[name] = REPEATED
        else:
            headers[name] = value
    return headers
