"""Two origins with the pages of `site/` and pages made on the spot; they note who asked."""

import hashlib
import itertools
import mimetypes
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

PAGES: Final = Path(__file__).parent / "site"
LONGEST_WAIT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """A page made on the spot."""

    body: bytes
    headers: Mapping[str, str]
    status: int
    delay_s: float


@dataclass(slots=True)
class Site:
    """Both origins. `{{here}}` and `{{other}}` in a page stand for their addresses."""

    here: str = ""
    """http://127.0.0.1:<port>"""
    other: str = ""
    """http://localhost:<another port>"""
    asked: list[Asked] = field(default_factory=list[Asked])
    made: dict[str, Made] = field(default_factory=dict[str, Made])
    ended: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(
        self,
        body: str,
        *,
        headers: Mapping[str, str] | None = None,
        status: int = 200,
        name: str = "page",
        delay_s: float = 0,
    ) -> str:
        """The address, on the first origin, of a new page with this body, which comes late."""
        path = f"/made/{next(self.numbers)}/{name}"
        kind = {"Content-Type": "text/html; charset=utf-8"}
        filled = self.filled(body).encode()
        self.made[path] = Made(filled, kind | dict(headers or {}), status, delay_s)
        return self.here + path

    def filled(self, text: str) -> str:
        """`text` with the addresses of both origins in it."""
        return text.replace("{{here}}", self.here).replace("{{other}}", self.other)

    def url(self, name: str) -> str:
        """The address of a page of `site/` on the first origin."""
        return f"{self.here}/{name}"

    def seen(self, path: str) -> Sequence[Asked]:
        """The requests for `path` so far, oldest first."""
        return [one for one in self.asked if one.path == path]


class Handler(BaseHTTPRequestHandler):
    """Pages, and paths that misbehave: see `answer`."""

    protocol_version = "HTTP/1.1"
    site: Site

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        length = int(self.headers.get("Content-Length") or 0)
        body = b"" if url.path == "/digest" else self.rfile.read(length)
        asked = Asked(self.command, url.path, url.query, dict(self.headers), body)
        self.site.asked.append(asked)
        try:
            if url.path == "/digest":
                self.digest()
            else:
                self.answer(url.path, query)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_POST = do_GET  # noqa: N815 - the name that the base class calls

    def answer(self, path: str, query: Mapping[str, str]) -> None:
        """One answer, or none for as long as the test lasts."""
        match path:
            case "/never":
                self.site.ended.wait(LONGEST_WAIT_S)
                self.close_connection = True
            case "/drip":
                self.drip()
            case "/slow":
                time.sleep(int(query["ms"]) / 1000)
                self.tell(200, b"slow", {"Content-Type": query.get("type", "text/html")})
            case "/redirect":
                self.tell(302, b"", {"Location": query["to"]})
            case "/status":
                self.tell(int(query["code"]), b"<p>status</p>", {"Content-Type": "text/html"})
            case "/empty":
                self.tell(204, b"", {})
            case "/download":
                headers = {
                    "Content-Type": "application/octet-stream",
                    "Content-Disposition": 'attachment; filename="prices.csv"',
                }
                self.tell(200, b"mug;42\n", headers, missing=int(query.get("missing", 0)))
            case _:
                self.page(path)

    def digest(self) -> None:
        """Says how long the body is, and its SHA-256; it is too large to be kept."""
        left = int(self.headers["Content-Length"])
        told = f"{left} "
        digest = hashlib.sha256()
        while left > 0 and (part := self.rfile.read(min(left, 1 << 20))):
            digest.update(part)
            left -= len(part)
        self.tell(200, (told + digest.hexdigest()).encode(), {"Content-Type": "text/plain"})

    def drip(self) -> None:
        """A page whose body never ends."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(
            b"<title>Drip</title><button id=go onclick='this.textContent=1'>Go</button>"
        )
        self.wfile.flush()
        self.site.ended.wait(LONGEST_WAIT_S)

    def page(self, path: str) -> None:
        """A page made on the spot, or a file of `site/`."""
        made = self.site.made.get(path)
        if made is not None:
            time.sleep(made.delay_s)
            self.tell(made.status, made.body, made.headers)
            return
        file = PAGES / path.lstrip("/")
        if not file.is_relative_to(PAGES) or not file.is_file():
            self.tell(404, b"<title>Not here</title>", {"Content-Type": "text/html"})
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        body = file.read_bytes()
        if kind == "text/html":
            body = self.site.filled(body.decode()).encode()
            kind = "text/html; charset=utf-8"
        self.tell(200, body, {"Content-Type": kind})

    def tell(
        self, status: int, body: bytes, headers: Mapping[str, str], *, missing: int = 0
    ) -> None:
        """The whole answer at once; or one that breaks off so many bytes before its end."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Access-Control-Allow-Origin", "*")
        if status != 204:
            self.send_header("Content-Length", str(len(body) + missing))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection |= missing > 0


class Server(ThreadingHTTPServer):
    """Does not wait for pages that never end."""

    daemon_threads = True
    block_on_close = False


@contextmanager
def serving() -> Generator[Site]:
    """Both origins, listening."""
    site = Site()
    handler = type("SiteHandler", (Handler,), {"site": site})
    with Server(("127.0.0.1", 0), handler) as first, Server(("127.0.0.1", 0), handler) as second:
        for server in (first, second):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        site.here = f"http://127.0.0.1:{first.server_port}"
        site.other = f"http://localhost:{second.server_port}"
        yield site
        site.ended.set()
        first.shutdown()
        second.shutdown()
